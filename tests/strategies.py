"""Hypothesis strategies: any JSON, and any JSON that is shaped like a sync job."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

__all__ = ["jobs", "json_values", "mangled_jobs"]

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
