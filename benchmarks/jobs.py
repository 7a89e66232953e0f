"""Sync jobs of a wanted size, true to what customers run: a pipeline of many nodes, of every type."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["ANY_ID", "KB", "SIZES", "bodies", "body", "ids", "job"]

KB = 1024
SIZES = {"1.5k": 1536, "5k": 5 * KB, "40k": 40 * KB} | {f"{size}k": size * KB for size in (1, 4, 16, 64, 256, 400)}
"""The sizes that are served, in bytes, by the name they have in a path."""

ANY_ID = "4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01"

_ACCOUNT = "{{args.integrated_account_id}}"
_EXPRESSION = "resources.ticketing.tickets.{'id': id, 'subject': subject, 'status': status}"
_WORDS = "only what changed since the last run is read, and what was deleted is marked so. "

_ARGS: dict[str, Any] = {
    "integrated_account_id": {
        "type": "string",
        "format": "integrated_account_id",
        "required": True,
        "description": "The account to read",
    },
    "webhook_id": {"type": "string", "format": "webhook_id", "required": True},
    "updated_after": {"type": "string", "format": "date", "description": "Only tickets changed since"},
    "page_size": {"type": "integer", "default": 100},
}


def ids(amount: int) -> list[str]:
    """Make so many distinct ids."""
    return [f"{number:08x}-61e5-4d0c-9f61-8f3a5b7c2d01" for number in range(amount)]


def body(size: int) -> bytes:
    """Write a job as compact JSON of exactly so many bytes; its id is ANY_ID."""
    return _compact(job(size))


def bodies(size: int, count: int) -> list[bytes]:
    """Write jobs of one size that differ in their ids and times, so that nobody gains by remembering them."""
    made = job(size)
    written: list[bytes] = []
    for number, job_id in enumerate(ids(count)):
        minute, second = divmod(number % 3600, 60)
        moment = f"2026-05-03T16:{minute:02}:{second:02}.{number % 1000:03}Z"
        written.append(_compact(made | {"id": job_id, "created_at": moment, "updated_at": moment.replace("-05-", "-06-")}))
    return written


def job(size: int) -> dict[str, Any]:
    """Make a job whose compact JSON has exactly so many bytes."""
    made = _frame(size)
    missing = size - len(_compact(made)) + len(",")
    for node in _nodes():
        length = len(_compact(node)) + len(",")
        if length > missing:
            break
        made["resources"].append(node)
        missing -= length
    description = made["args_schema"]["integrated_account_id"]["description"]
    made["args_schema"]["integrated_account_id"]["description"] = description + _filler(missing)
    return made


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _filler(length: int) -> str:
    return (". " + _WORDS * (length // len(_WORDS) + 1))[:length]


def _frame(size: int) -> dict[str, Any]:
    """Give all but the nodes; a small job has fewer arguments."""
    names = list(_ARGS)[: 1 if size <= KB else 2 if size < 2 * KB else None]
    return {
        "id": ANY_ID,
        "label": "Zendesk tickets to warehouse",
        "integration_name": "zendesk",
        "environment_id": "0f0f8a53-4a8a-4c6e-9a0e-6d2b7d1c9e01",
        "default_runtime_version": 4,
        "args_schema": {name: dict(_ARGS[name]) for name in names},
        "mutex_key": "tickets-{{args.integrated_account_id}}",
        "resources": [],
        "created_at": "2026-02-11T09:30:00.000Z",
        "updated_at": "2026-05-03T16:45:12.481Z",
        "created_by": "b8f0c1de-7f6a-4c53-8a9c-0d6f6c8f2b77",
        "is_beta": False,
    }


def _nodes() -> Iterator[dict[str, Any]]:
    """Give nodes without end, each hanging on the one before."""
    previous: str | None = None
    for number in count(1):
        node = _KINDS[(number - 1) % len(_KINDS)](number)
        node["name"] += f"_{number}"
        if previous is not None and node["type"] != "event":
            node["depends_on"] = previous
        previous = node["name"]
        yield node


def _request(number: int) -> dict[str, Any]:
    return {
        "name": "tickets",
        "type": "request",
        "resource": "ticketing/tickets",
        "method": "list",
        "integrated_account_id": _ACCOUNT,
        "query": {"updated_at": {"gt": "{{args.updated_after|previous_run_date}}"}, "limit": 100, "page": number},
    }


def _request_each(number: int) -> dict[str, Any]:
    return {
        "name": "comments",
        "type": "request",
        "resource": "ticketing/comments",
        "method": "list",
        "integrated_account_id": _ACCOUNT,
        "query": '{"ticket_id": resources.ticketing.tickets.id}',
        "run_if": f"resources.ticketing.tickets.comment_count > {number}",
        "debug": False,
        "position": {"x": 120 * number, "y": 80},
    }


def _get_state(number: int) -> dict[str, Any]:
    config = {"key": f"last_ticket_{number}", "default": "2020-01-01T00:00:00.000Z"}
    return {"name": "cursor", "type": "get_state", "config": config}


def _add_context(_: int) -> dict[str, Any]:
    config = {"expression": '{"account": sync_job_run.integrated_account_id}'}
    return {"name": "account", "type": "add_context", "config": config}


def _transform(_: int) -> dict[str, Any]:
    return {"name": "slim", "type": "transform", "config": {"expression": _EXPRESSION}}


def _spool(_: int) -> dict[str, Any]:
    return {"name": "all", "type": "spool"}


def _update_state(number: int) -> dict[str, Any]:
    config = {"key": f"last_ticket_{number}", "value_expression": "$max(resources.ticketing.tickets.updated_at)"}
    return {"name": "remember", "type": "update_state", "config": config}


def _event(_: int) -> dict[str, Any]:
    return {"name": "done", "type": "event", "config": {"name": "complete"}}


def _destination(number: int) -> dict[str, Any]:
    return {
        "name": "to_app",
        "type": "destination",
        "destination_type": "webhook",
        "config": {"id": "{{args.webhook_id}}"},
        "resources_to_persist": [f"tickets_{number}", f"all_{number}"],
    }


_KINDS: list[Callable[[int], dict[str, Any]]] = [
    _request,
    _transform,
    _request_each,
    _get_state,
    _add_context,
    _spool,
    _update_state,
    _event,
    _destination,
]
