"""Where a sync job has expressions."""

from __future__ import annotations

from truto_async import SyncJob
from truto_async.pipeline import find_expressions

DOCUMENT = {
    "id": "job",
    "mutex_key": "m",
    "state_key": "s",
    "args_validation": "v",
    "resources": [
        {
            "name": "pages",
            "type": "request",
            "resource": "pages",
            "integrated_account_id": "account",
            "id": "id",
            "query": {"a": ["first", {"b c": "second"}], "size": 5},
            "body": {"d": "third"},
            "loop_on": "drive_items",
            "recurse": {"if": "condition", "config": {"id": "again"}},
            "delete_tracking_query": {"e": "deleted"},
            "run_if": "true",
        },
        {"name": "by_query", "type": "request", "query": "jsonata query", "body": "jsonata body"},
        {"resource": "users", "loop_on": "{{args.user_ids}}"},
        {"name": "slim", "type": "transform", "config": {"expression": "transform"}},
        {"name": "cursor", "type": "get_state", "config": {"key": "key", "default": {"f": "default"}}},
        {"name": "keep", "type": "update_state", "config": {"value": ["value"], "value_expression": "expression"}},
        {
            "name": "store",
            "type": "destination",
            "config": {"id": "to", "config": {"g": "setting"}, "expression": "records"},
            "loop_on": "payload.records",
        },
        {"name": "all", "type": "spool", "config": {"h": "spool"}},
        {"name": "started", "type": "event", "config": {"name": "start"}},
        {"name": "later", "type": "new_in_2027", "model": "new"},
    ],
}


def test_every_field() -> None:
    """Each text has its language, path and node; names, types and other plain fields are none."""
    found = [(found.node, found.language, found.path, found.text) for found in find_expressions(SyncJob.from_dict(DOCUMENT))]

    assert [
        (None, "template", "$.mutex_key", "m"),
        (None, "template", "$.state_key", "s"),
        (None, "jsonata", "$.args_validation", "v"),
        (0, "jsonata", "$.resources[0].run_if", "true"),
        (0, "template", "$.resources[0].integrated_account_id", "account"),
        (0, "template", "$.resources[0].id", "id"),
        (0, "template", "$.resources[0].query.a[0]", "first"),
        (0, "template", '$.resources[0].query.a[1]["b c"]', "second"),
        (0, "template", "$.resources[0].body.d", "third"),
        (0, "path", "$.resources[0].loop_on", "drive_items"),
        (0, "template", "$.resources[0].recurse.if", "condition"),
        (0, "template", "$.resources[0].recurse.config.id", "again"),
        (0, "template", "$.resources[0].delete_tracking_query.e", "deleted"),
        (1, "jsonata", "$.resources[1].query", "jsonata query"),
        (1, "jsonata", "$.resources[1].body", "jsonata body"),
        (2, "template", "$.resources[2].loop_on", "{{args.user_ids}}"),
        (3, "jsonata", "$.resources[3].config.expression", "transform"),
        (4, "template", "$.resources[4].config.key", "key"),
        (4, "template", "$.resources[4].config.default.f", "default"),
        (5, "template", "$.resources[5].config.value[0]", "value"),
        (5, "jsonata", "$.resources[5].config.value_expression", "expression"),
        (6, "template", "$.resources[6].config.id", "to"),
        (6, "template", "$.resources[6].config.config.g", "setting"),
        (6, "jsonata", "$.resources[6].config.expression", "records"),
        (6, "path", "$.resources[6].loop_on", "payload.records"),
        (7, "template", "$.resources[7].config.h", "spool"),
        (9, "template", "$.resources[9].model", "new"),
    ] == found


def test_a_job_without_resources() -> None:
    """It has none."""
    assert [] == list(find_expressions(SyncJob.from_dict({"id": "job"})))
