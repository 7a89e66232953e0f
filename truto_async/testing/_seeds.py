"""Sync jobs of every shape: invented, and true to what customers run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.testing._database import ENVIRONMENT_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from truto_async._support.json import JSONObject

__all__ = ["SEED_JOBS"]

_ACCOUNT = "{{args.integrated_account_id}}"

_HELPDESK: JSONObject = {
    "id": "4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01",
    "label": "Zendesk tickets to warehouse",
    "integration_name": "zendesk",
    "environment_id": ENVIRONMENT_ID,
    "default_runtime_version": 4,
    "args_schema": {
        "integrated_account_id": {
            "type": "string",
            "format": "integrated_account_id",
            "required": True,
            "description": "The Zendesk account to read",
        },
        "webhook_id": {"type": "string", "format": "webhook_id", "required": True},
        "datastore_id": {"type": "string", "format": "datastore_id"},
        "updated_after": {"type": "string", "format": "date", "description": "Only tickets changed since"},
        "page_size": {"type": "integer", "default": 100},
    },
    "args_validation": 'args.page_size > 1000 ? {"message": "page_size is 1000 at most"} : null',
    "mutex_key": "tickets-{{args.integrated_account_id}}",
    "state_key": "{{args.integrated_account_id}}",
    "resources": [
        {"name": "started", "type": "event", "config": {"name": "start"}},
        {
            "name": "cursor",
            "type": "get_state",
            "config": {"key": "last_ticket", "default": "2020-01-01T00:00:00.000Z"},
        },
        {
            "name": "tickets",
            "type": "request",
            "resource": "ticketing/tickets",
            "method": "list",
            "depends_on": "cursor",
            "integrated_account_id": _ACCOUNT,
            "query": {
                "updated_at": {"gt": "{{args.updated_after|resources.cursor.value}}"},
                "limit": "{{args.page_size:int}}",
            },
            "delete_tracking": "soft",
            "delete_tracking_query": {"status": "deleted"},
        },
        {
            "name": "account",
            "type": "add_context",
            "depends_on": "tickets",
            "config": {"expression": '{"account": sync_job_run.integrated_account_id}'},
        },
        {
            "name": "comments",
            "type": "request",
            "resource": "ticketing/comments",
            "method": "list",
            "depends_on": "tickets",
            "integrated_account_id": _ACCOUNT,
            "query": '{"ticket_id": resources.ticketing.tickets.id}',
            "run_if": "resources.ticketing.tickets.comment_count > 0",
            "debug": True,
        },
        {
            "name": "slim",
            "type": "transform",
            "depends_on": "comments",
            "config": {"expression": "resources.ticketing.comments.{'id': id, 'body': body, 'account': account}"},
        },
        {"name": "all_comments", "type": "spool", "depends_on": "slim"},
        {
            "name": "remember",
            "type": "update_state",
            "depends_on": "done",
            "config": {"key": "last_ticket", "value_expression": "sync_job_run.started_at.toISOString()"},
        },
        {"name": "done", "type": "event", "config": {"name": "complete"}},
        {"name": "forget", "type": "delete_state", "depends_on": "done", "config": {"key": "retries"}},
        {
            "name": "to_app",
            "type": "destination",
            "destination_type": "webhook",
            "config": {"id": "{{args.webhook_id}}"},
            "resources_to_persist": ["tickets", "all_comments"],
        },
        {
            "name": "to_bucket",
            "type": "destination",
            "destination_type": "datastore",
            "method": "uploadObject",
            "config": {
                "id": "{{args.datastore_id}}",
                "config": {"key": "tickets/{{sync_job_run.id}}.json", "upload_type": "resumable"},
            },
            "loop_on": "payload.records",
            "run_if": "$exists(args.datastore_id)",
            "resources_to_persist": ["tickets"],
        },
        {
            "name": "to_superquery",
            "type": "destination",
            "destination_type": "superquery",
            "config": {"id": "wnam"},
            "resources_to_persist": ["tickets"],
        },
    ],
    "created_at": "2026-02-11T09:30:00.000Z",
    "updated_at": "2026-05-03T16:45:12.481Z",
}

_DRIVE: JSONObject = {
    "id": "b0c7a6d2-3b0f-4f86-8d53-0a9f4b1e7c02",
    "integration_name": "sharepoint",
    "args_schema": {
        "integrated_account_id": {"type": "string", "format": "integrated_account_id", "required": True},
        "drives": {"type": "array", "items": {"type": "string"}, "required": False},
    },
    "resources": [
        {
            "type": "request",
            "name": "files",
            "resource": "drive-items",
            "method": "list",
            "loop_on": "drive_items",
            "query": {"drives": "{{args.drives:json:undefined}}"},
            "recurse": {
                "if": "{{resources.drive-items.is_folder:bool}}",
                "config": {"query": {"parent": "{{resources.drive-items.id}}"}},
            },
            "integrated_account_id": _ACCOUNT,
        },
        {
            "type": "request",
            "name": "content",
            "resource": "drive-items",
            "method": "download",
            "id": "{{resources.drive-items.id}}",
            "depends_on": "files",
            "integrated_account_id": _ACCOUNT,
        },
        {"type": "classify", "name": "labels", "depends_on": "content", "model": "small", "threshold": 0.75},
    ],
    "environment_id": ENVIRONMENT_ID,
    "created_at": "2026-04-01 10:00:00",
    "updated_at": "2026-04-01 10:00:00",
    "default_runtime_version": 4,
    "label": "SharePoint files",
    "args_validation": None,
}

_CRM: JSONObject = {
    "id": "c61f8e3a-9d27-4b65-b1c4-6e2d8a5f3b03",
    "label": "HubSpot contacts",
    "integration_name": "hubspot",
    "environment_id": ENVIRONMENT_ID,
    "default_runtime_version": 2,
    "args_schema": {
        "type": "object",
        "description": "What a run takes",
        "required": True,
        "properties": {
            "user_ids": {"type": "array", "required": False, "default": []},
            "owner": {"$ref": "#/definitions/owner", "description": "The owner's id"},
        },
        "additionalProperties": False,
    },
    "resources": [
        {"resource": "crm/contacts", "method": "list", "query": {"updated_at": {"gt": "{{previous_run_date}}"}}},
        {
            "resource": "crm/notes",
            "method": "list",
            "depends_on": "crm/contacts",
            "query": {"contact": {"id": "{{resources.crm.contacts.id}}"}},
            "persist": True,
        },
        {"resource": "users", "method": "get", "id": "{{user_ids}}", "loop_on": "user_ids", "response_format": "raw"},
        {"name": "merged", "type": "transform", "depends_on": ["crm/contacts", "users"], "config": {"expression": "$"}},
        {"name": "gathered", "type": "spool", "depends_on": "merged", "config": {}, "persist": True},
    ],
    "created_at": "2021-08-10T10:00:00.000Z",
    "updated_at": "2021-10-01T00:00:00Z",
}

_BARE: JSONObject = {
    "id": "d3e9b7f4-2c58-4e11-a7d0-9f1c6b8e4a04",
    "label": None,
    "integration_name": "",
    "args_schema": None,
    "resources": None,
    "created_at": None,
    "owner": {"team": "data", "on_call": ["ana", "noor"]},
}

SEED_JOBS: Sequence[JSONObject] = (_HELPDESK, _DRIVE, _CRM, _BARE)
"""The sync jobs that a FakeTruto starts with: a pipeline with every node type, one with a node type of the future, one of an
early runtime, and one that has hardly a field."""
