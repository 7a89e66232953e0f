"""What the fake knows of Truto's API: the endpoints, with the server's own defaults."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from truto_async._codec import timestamps
from truto_async._support import json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._records import RecordedRequest

__all__ = ["ENVIRONMENT_ID", "answer"]

ENVIRONMENT_ID = "7d9f2c1e-55a0-4f6b-9a3e-0c8b1f6d2a10"
_DEFAULT_LIMIT = 5000
_SERVER_FIELDS = ("id", "environment_id", "created_at", "updated_at")


def answer(jobs: dict[str, JSONObject], request: RecordedRequest) -> tuple[int, JSONValue]:
    """Return the status and JSON for a request; a str in place of JSON is the message of an error."""
    match (request.method, *request.segments):
        case ("GET", "sync-job"):
            return _list(jobs, request.query)
        case ("POST", "sync-job"):
            return _create(jobs, request.body)
        case (method, "sync-job", id_) if method in ("GET", "PATCH", "DELETE"):
            if id_ not in jobs:
                return 404, "Sync job not found"
            return _one(jobs, method, id_, request.body)
        case _:
            return 404, f"Cannot {request.method} {request.path}"


def _list(jobs: Mapping[str, JSONObject], query: Mapping[str, list[str]]) -> tuple[int, JSONValue]:
    wanted = {name: query[name][-1] for name in ("integration_name", "environment_id") if name in query}
    found = [job for job in jobs.values() if all(job.get(name) == value for name, value in wanted.items())]
    try:
        limit = int(query.get("limit", [str(_DEFAULT_LIMIT)])[-1])
        start = _offset(query.get("next_cursor", [""])[-1])
    except (ValueError, binascii.Error):
        return 400, "Invalid limit or next_cursor"
    end = start + limit
    cursor = base64.urlsafe_b64encode(b"offset:%d" % end).decode() if end < len(found) else None
    return 200, {"result": found[start:end], "next_cursor": cursor, "limit": limit}


def _offset(cursor: str) -> int:
    return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("offset:")) if cursor else 0


def _create(jobs: dict[str, JSONObject], body: bytes) -> tuple[int, JSONValue]:
    fields = _fields(body)
    if fields is None:
        return 400, "The body must be a JSON object"
    now = timestamps.to_wire(datetime.now(UTC))
    job: JSONObject = {
        "id": str(uuid4()),
        "label": "Untitled",
        "integration_name": "",
        "environment_id": ENVIRONMENT_ID,
        "default_runtime_version": 3,
        "args_schema": {},
        "resources": [],
        **fields,
        "created_at": now,
        "updated_at": now,
    }
    jobs[job["id"]] = job
    return 200, job


def _one(jobs: dict[str, JSONObject], method: str, id_: str, body: bytes) -> tuple[int, JSONValue]:
    if method == "DELETE":
        del jobs[id_]
        return 200, {"id": id_}
    if method == "PATCH":
        fields = _fields(body)
        if fields is None:
            return 400, "The body must be a JSON object"
        jobs[id_] = {**jobs[id_], **fields, "updated_at": timestamps.to_wire(datetime.now(UTC))}
    return 200, jobs[id_]


def _fields(body: bytes) -> JSONObject | None:
    """Read what is to be written; what the server owns is ignored."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    return {name: value for name, value in json.as_object(document).items() if name not in _SERVER_FIELDS}
