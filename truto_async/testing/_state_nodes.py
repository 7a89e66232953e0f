"""What the state nodes of a job do at the end of a run. Nothing evaluates JSONata, so `value_expression` writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async._support import json
from truto_async.pipeline import PlaceholderError, render

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._database import Database

__all__ = ["apply_state_nodes", "write_state"]


def apply_state_nodes(database: Database, run: JSONObject, moment: str) -> None:
    """Write and delete what the nodes of a completed run say, in the namespace of its `state_key`.

    A node with a placeholder that cannot be rendered does nothing, and the log says so.
    """
    namespace = run.get("state_key")
    if not namespace:
        return
    scope: JSONObject = {"args": run["args"], "sync_job_run": run}
    for node in map(json.as_object, run["resources"] or ()):
        templates = json.as_object(node.get("config"))
        try:
            config = render({name: templates[name] for name in ("key", "value") if name in templates}, scope)
        except PlaceholderError as error:
            database.logs.append(_failure(run, moment, error))
            continue
        key = str(config.get("key"))
        if node.get("type") == "delete_state":
            database.state.get(namespace, {}).pop(key, None)
        if node.get("type") == "update_state" and "value" in config and "value_expression" not in templates:
            write_state(database, namespace, key, config["value"], moment)["sync_job_run_id"] = run["id"]


def _failure(run: JSONObject, moment: str, error: PlaceholderError) -> JSONObject:
    event: JSONObject = {"log_type": "rapid_bridge", "timestamp": moment, "sync_job_run_event": "record_error"}
    return event | {"sync_job_id": run["sync_job_id"], "sync_job_run_id": run["id"], "logs": [str(error)]}


def write_state(database: Database, namespace: str, key: str, value: JSONValue, moment: str) -> JSONObject:
    """Write an entry, over one that is there, and return it."""
    entries = database.state.setdefault(namespace, {})
    before = entries.get(key, {"created_at": moment})
    entries[key] = before | {"key": key, "value": value, "updated_at": moment}
    return entries[key]
