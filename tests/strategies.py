"""Hypothesis strategies: any JSON, and any JSON that is shaped like a sync job or another noun of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from hypothesis import strategies as st

from truto_async import ArgsSchema

__all__ = ["documents", "jobs", "json_values", "log_entries", "mangled_jobs", "without_nulls"]

# With lone surrogates, which JSON can hold, too.
texts = st.text(st.characters(codec="utf-8") | st.just("\ud83d"), max_size=12)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
json_objects = st.dictionaries(texts, json_values, max_size=4)


def shaped(fields: dict[str, st.SearchStrategy[Any]], required: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    """Give an object with some of the fields, some of them null, and with others that nobody knows."""
    optional = {name: st.none() | value for name, value in fields.items() if name not in required}
    known = st.fixed_dictionaries({name: fields[name] for name in required}, optional=optional)
    unknown = st.dictionaries(texts.filter(lambda name: name not in fields), json_values, max_size=2)
    return st.builds(lambda extra, own: extra | own, unknown, known)


def _timestamp(moment: datetime, form: int) -> str:
    return [
        moment.isoformat(timespec="milliseconds") + "Z",
        moment.isoformat(sep=" ", timespec="seconds"),
        moment.isoformat(timespec="seconds") + "Z",
        moment.isoformat() + "+02:00",
    ][form]


timestamps = st.builds(_timestamp, st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), st.integers(0, 3))  # noqa: DTZ001  # the form adds the zone
specs = shaped(
    {
        "type": texts | st.lists(texts, max_size=2),
        "format": texts,
        "required": st.booleans() | st.lists(texts, max_size=2),
        "description": texts,
        "default": json_values,
        "$ref": texts,
    }
)
flat_args = st.dictionaries(texts, specs | scalars, max_size=3)
schema_args = st.builds(
    lambda extra, properties: extra | {"type": "object", "properties": properties},
    json_objects,
    st.dictionaries(texts, specs | scalars, max_size=3),
)
common = {
    "name": texts,
    "depends_on": texts | st.lists(texts, max_size=2),
    "run_if": texts,
    "debug": st.booleans(),
    "persist": st.booleans(),
}
expression = shaped({"expression": texts})
state = shaped({"key": texts, "default": json_values, "value": json_values, "value_expression": texts})
request = {
    "resource": texts,
    "method": texts,
    "integrated_account_id": texts,
    "id": texts,
    "query": json_objects | texts,
    "body": json_values,
    "loop_on": texts,
    "recurse": shaped({"if": texts, "config": json_objects}),
    "delete_tracking": texts,
    "delete_tracking_query": json_objects,
    "response_format": texts,
}
NODE_FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "request": request,
    "transform": {"config": expression},
    "add_context": {"config": expression},
    "spool": {"config": json_objects},
    "get_state": {"config": state},
    "update_state": {"config": state},
    "delete_state": {"config": state},
    "event": {"config": shaped({"name": texts})},
    "destination": {
        "destination_type": texts,
        "config": shaped({"id": texts, "config": json_objects, "expression": texts}),
        "resources_to_persist": st.lists(texts, max_size=3),
        "method": texts,
        "loop_on": texts,
    },
}
typed_nodes = [shaped({**common, **fields, "type": st.just(name)}, ("type",)) for name, fields in NODE_FIELDS.items()]
unknown_nodes = shaped({**common, "type": texts.filter(lambda name: name not in NODE_FIELDS)}, ("type",))
flat_nodes = shaped({**common, **request, "type": st.none()})
nodes = st.one_of(*typed_nodes, unknown_nodes, flat_nodes)
job_fields: dict[str, st.SearchStrategy[Any]] = {
    "id": texts,
    "label": texts,
    "integration_name": texts,
    "environment_id": texts,
    "default_runtime_version": st.integers(),
    "args_schema": flat_args | schema_args,
    "args_validation": texts,
    "mutex_key": texts,
    "state_key": texts,
    "resources": st.lists(nodes, max_size=4),
    "created_at": timestamps,
    "updated_at": timestamps,
}
jobs = shaped(job_fields, ("id",))
mangled_jobs = shaped({name: value | json_values for name, value in job_fields.items()})

times = {"created_at": timestamps, "updated_at": timestamps}
references = dict.fromkeys(("sync_job_id", "integrated_account_id", "webhook_id", "environment_id"), texts)
delivery = {"daemon_group_key": texts, "super_query": texts, "error_handling": texts, "args": json_objects}
run_fields: dict[str, st.SearchStrategy[Any]] = {
    **references,
    **delivery,
    **times,
    "id": texts,
    "status": texts | st.sampled_from(["created", "running", "rate_limited", "completed", "failed", "stopped"]),
    "resources": st.lists(nodes, max_size=2),
    "version": st.integers(),
    "resource_stats": json_objects,
    "daemon_id": texts,
    "ignore_previous_run": st.booleans(),
    "mutex_key": texts,
    "state_key": texts,
    "result": json_values,
    "started_at": timestamps,
    "finished_at": timestamps,
}
trigger_fields: dict[str, st.SearchStrategy[Any]] = {
    **references,
    **delivery,
    **times,
    "id": texts,
    "cron_expression": texts,
    "events_to_send": st.lists(texts, max_size=2),
    "meta": json_objects,
    "resources": st.lists(nodes, max_size=2),
}
template_fields: dict[str, st.SearchStrategy[Any]] = {
    **times,
    **dict.fromkeys(("id", "label", "description", "integration_name", "sharing", "args_validation", "team_id"), texts),
    "default_runtime_version": st.integers(),
    "args_schema": flat_args | schema_args,
    "resources": st.lists(nodes, max_size=2),
}
webhook_fields: dict[str, st.SearchStrategy[Any]] = {
    **times,
    **dict.fromkeys(("id", "target_url", "environment_id", "secret"), texts),
    "is_active": st.booleans(),
    "event_types": st.lists(texts, max_size=2),
}
state_fields = {**times, "key": texts, "value": json_values, "sync_job_run_id": texts}
documents: dict[str, st.SearchStrategy[Any]] = {
    "SyncJobRun": shaped(run_fields, ("id",)),
    "SyncJobCronTrigger": shaped(trigger_fields, ("id",)),
    "SyncJobTemplate": shaped(template_fields, ("id",)),
    "Webhook": shaped(webhook_fields, ("id",)),
    "StateEntry": shaped(state_fields, ("key",)),
    "BatchResult": shaped({"result": json_objects, "errors": json_objects}),
}
"""JSON that is shaped like each noun other than jobs and logs, by the name of its model."""

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
log_fields: dict[str, st.SearchStrategy[Any]] = {
    **references,
    "status": st.integers() | texts,
    "duration": numbers,
    "fetch_duration": numbers,
    "num_records": st.integers(),
    "webhook_successful": st.booleans(),
    "logs": st.lists(json_values, max_size=3),
    "id": texts,
    "event": texts,
    "resource": texts,
}
odd_log_fields = {name: value | json_values for name, value in log_fields.items()}
log_heads = {"_id": texts | json_values, "timestamp": timestamps | json_values}
log_entries = shaped({**odd_log_fields, **log_heads}) | shaped(
    {**log_heads, "metadata": shaped({**odd_log_fields, **log_heads})}
)
"""JSON that is shaped like entries of logs, in both forms, with values of any type."""


def without_nulls(model: Any, document: Any) -> Any:
    """Drop the null fields of what models know, as `to_dict` does, and leave alone what they do not."""
    if isinstance(model, list):
        return [without_nulls(item, part) for item, part in zip(model, document, strict=True)]
    if isinstance(model, ArgsSchema):
        specs = document["properties"] if model.is_json_schema else document
        pruned = {name: without_nulls(model.properties.get(name), spec) for name, spec in specs.items()}
        return document | {"properties": pruned} if model.is_json_schema else pruned
    if not attrs.has(type(model)):
        return document
    fields = {field.metadata.get("wire_name", field.name): getattr(model, field.name) for field in attrs.fields(type(model))}
    return {
        key: without_nulls(fields.get(key), value)
        for key, value in document.items()
        if value is not None or key not in fields or key == "extra"
    }
