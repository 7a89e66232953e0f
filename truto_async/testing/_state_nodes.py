"""What the state nodes of a job do at the end of a run. Nothing evaluates JSONata, so `value_expression` writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async._support import json
from truto_async.testing._placeholders import resolve

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._database import Database

__all__ = ["apply_state_nodes", "write_state"]


def apply_state_nodes(database: Database, run: JSONObject, moment: str) -> None:
    """Write and delete what the nodes of a completed run say, in the namespace of its `state_key`."""
    namespace = run.get("state_key")
    if not namespace:
        return
    scope: JSONObject = {"args": run["args"], "sync_job_run": run}
    for node in map(json.as_object, run["resources"] or ()):
        config = json.as_object(node.get("config"))
        key = resolve(config.get("key"), scope)
        if node.get("type") == "delete_state":
            database.state.get(namespace, {}).pop(key, None)
        if node.get("type") == "update_state" and "value" in config and "value_expression" not in config:
            value = resolve(json.copy(config["value"]), scope)
            write_state(database, namespace, key, value, moment)["sync_job_run_id"] = run["id"]


def write_state(database: Database, namespace: str, key: str, value: JSONValue, moment: str) -> JSONObject:
    """Write an entry, over one that is there, and return it."""
    entries = database.state.setdefault(namespace, {})
    before = entries.get(key, {"created_at": moment})
    entries[key] = before | {"key": key, "value": value, "updated_at": moment}
    return entries[key]
