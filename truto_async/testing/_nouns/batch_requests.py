"""Batch requests: flat resources that are fetched at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async._support import json
from truto_async.testing._nouns.crud import body_of, refuse_missing
from truto_async.testing._routes import RefusedError

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._database import Database
    from truto_async.testing._records import RecordedRequest
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]


def add_routes(routes: Routes, database: Database) -> None:
    """Add the route of batch requests."""

    def create(request: RecordedRequest) -> JSONObject:
        body = body_of(request)
        refuse_missing(body, "integrated_account_id")
        resources = body.get("resources")
        if not isinstance(resources, list) or not resources:
            raise RefusedError(400, "resources must be an array that is not empty")
        entries: list[JSONValue] = resources  # pyright: ignore[reportUnknownVariableType]  # JSON values
        results: JSONObject = {}
        errors: JSONObject = {}
        for entry in map(json.as_object, entries):
            name = entry.get("resource") or entry.get("name")
            is_proxy = "/" not in str(name)
            if entry.get("persist", not is_proxy):
                found = database.batch_records.get(str(name), [])
                (results if isinstance(found, list) else errors)[str(name)] = found
        return {"result": results, "errors": errors}

    routes.add("POST /batch-request", create)
