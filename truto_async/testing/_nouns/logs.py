"""The log, in both shapes that the API's descriptions show."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid5

from attrs import frozen

from truto_async._codec import timestamps
from truto_async.testing._database import NAMESPACE, Database
from truto_async.testing._nouns.crud import page, wanted
from truto_async.testing._routes import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from truto_async._support.json import JSONObject
    from truto_async.testing._records import RecordedRequest
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]

_TYPES = ("unified_proxy_api", "rapid_bridge", "webhook", "sync_job_cron_trigger", "mcp")
_MOST = 100
_LONGEST_WINDOW = timedelta(days=31)
_FILTER = re.compile(r"log_type_filter\[(\w+)\]")


def add_routes(routes: Routes, database: Database) -> None:
    """Add the route of the log."""
    routes.add("GET /log", _Logs(database).list)


@frozen
class _Logs:
    database: Database

    def list(self, request: RecordedRequest) -> JSONObject:
        log_type = request.query.get("log_type", [""])[-1]
        if log_type not in _TYPES:
            raise RefusedError(400, f"log_type must be one of {', '.join(_TYPES)}")
        after, before = _window(request.query)
        filters = {match[1]: texts for name, texts in request.query.items() if (match := _FILTER.fullmatch(name))}
        entries = [entry for entry in self.database.logs if entry.get("log_type") == log_type]
        entries = wanted(entries, filters, None)
        entries = [entry for entry in entries if _is_between(timestamps.from_wire(entry["timestamp"]), after, before)]
        entries.sort(key=lambda entry: timestamps.from_wire(entry["timestamp"]), reverse=True)
        listed = page(entries, request.query, default=_MOST, most=_MOST)
        return listed | {"result": [self._shown(entry) for entry in listed["result"]]}

    def _shown(self, entry: JSONObject) -> JSONObject:
        """Return an entry without what is not in an answer, flat or with its fields in `metadata`."""
        fields = {name: value for name, value in entry.items() if name != "log_type"}
        if not self.database.nested_logs:
            return fields
        moment = fields.pop("timestamp")
        return {"_id": str(uuid5(NAMESPACE, f"{moment}{fields}")), "timestamp": moment, "metadata": fields}


def _window(query: Mapping[str, list[str]]) -> tuple[datetime | None, datetime | None]:
    try:
        after, before = (
            timestamps.from_wire(query[name][-1]) if name in query else None for name in ("created_at[gt]", "created_at[lt]")
        )
    except ValueError:
        raise RefusedError(400, "created_at must be a time in ISO 8601") from None
    if after is not None and before is None:
        raise RefusedError(400, "created_at[lt] is required with created_at[gt]")
    if after is not None and before is not None and before - after > _LONGEST_WINDOW:
        raise RefusedError(400, "created_at must span one month at most")
    return after, before


def _is_between(moment: datetime, after: datetime | None, before: datetime | None) -> bool:
    return (after is None or moment > after) and (before is None or moment < before)
