"""The state that runs keep: entries in namespaces, addressed by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from truto_async.testing._database import Database, now
from truto_async.testing._nouns.crud import body_of, page, refuse_missing
from truto_async.testing._routes import RefusedError

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject
    from truto_async.testing._records import RecordedRequest
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]


def add_routes(routes: Routes, database: Database) -> None:
    """Add the routes of the state."""
    noun = _State(database)
    routes.add("GET /sync-job-run-state", lambda request: page(list(noun.entries(request).values()), request.query))
    routes.add("POST /sync-job-run-state", noun.create)
    routes.add("GET /sync-job-run-state/{id}", noun.get)
    routes.add("PATCH /sync-job-run-state/{id}", noun.update)
    routes.add("DELETE /sync-job-run-state/{id}", noun.delete)


@frozen
class _State:
    database: Database

    def entries(self, request: RecordedRequest) -> dict[str, JSONObject]:
        key = request.query.get("state_key", [""])[-1]
        if not key:
            raise RefusedError(400, "state_key is required")
        return self.database.state.setdefault(key, {})

    def create(self, request: RecordedRequest) -> JSONObject:
        entries, fields = self.entries(request), body_of(request)
        refuse_missing(fields, "key")
        return self._write(entries, fields["key"], fields)

    def get(self, request: RecordedRequest) -> JSONObject:
        try:
            return self.entries(request)[request.segments[1]]
        except KeyError:
            raise RefusedError(404, "Sync job run state not found") from None

    def update(self, request: RecordedRequest) -> JSONObject:
        self.get(request)
        return self._write(self.entries(request), request.segments[1], body_of(request))

    def delete(self, request: RecordedRequest) -> JSONObject:
        self.get(request)
        return self.entries(request).pop(request.segments[1])

    def _write(self, entries: dict[str, JSONObject], key: str, fields: JSONObject) -> JSONObject:
        if "value" not in fields:
            raise RefusedError(400, "value is required")
        moment = now()
        created = entries[key]["created_at"] if key in entries else moment
        entries[key] = {"key": key, "value": fields["value"], "created_at": created, "updated_at": moment}
        return entries[key]
