"""The arguments that a sync job takes."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from truto_async import _converter, _misfit
from truto_async._json import EMPTY, JSONObject, JSONValue
from truto_async.models._base import Model

__all__ = ["ArgSpec", "ArgsSchema"]


@frozen(kw_only=True, repr=False)
class ArgSpec(Model):
    """One argument of a sync job (truto-skills: sync jobs; truto.one/docs: sync jobs)."""

    type: str | list[str] | None = None
    """The JSON type, such as "string"."""

    format: str | None = None
    """What the value stands for: "integrated_account_id", "webhook_id", "datastore_id", "date", "updated_at", or any
    format of JSON Schema."""

    required: bool | list[str] | None = None
    """True where a run needs it. A list, as JSON Schema has it, is kept, too."""

    description: str | None = None
    """A sentence for people."""

    default: JSONValue = None
    """The value of an argument that is not given."""

    ref: str | None = field(default=None, metadata=_converter.wire("$ref"))
    """The `$ref` of JSON Schema."""


@frozen(kw_only=True, repr=False)
class ArgsSchema(Model):
    """The arguments of a sync job, in either of the two forms that the API has for them.

    Exported jobs hold a flat object of names and specifications; truto.one/docs describes a JSON Schema object with
    `properties`. Both are read, and each goes back in its own form.
    """

    properties: dict[str, ArgSpec] = field(factory=dict[str, ArgSpec])
    """The arguments by name."""

    is_json_schema: bool = False
    """True for the form `{"type": "object", "properties": {...}}`, False for the flat one. There, `extra` holds the
    other fields of the object; here, entries that are not specifications."""


def _structure(value: JSONValue, _: Any) -> ArgsSchema:
    document = _misfit.json_object(value)
    if document.get("type") == "object" and isinstance(document.get("properties"), dict):
        return _structure_json_schema(document)
    specs, extra = _split(document)
    return ArgsSchema(properties=_structure_specs(specs), extra=extra)


def _structure_json_schema(document: JSONObject) -> ArgsSchema:
    extra = {key: item for key, item in document.items() if key not in ("type", "properties")}
    specs, others = _split(document["properties"])
    if others:
        extra["properties"] = others
    try:
        return ArgsSchema(properties=_structure_specs(specs), is_json_schema=True, extra=extra)
    except _misfit.Misfit as misfit:
        misfit.steps.append("properties")
        raise


def _split(document: JSONObject) -> tuple[JSONObject, JSONObject]:
    """Tell the specifications from the rest, of which mostly there is none."""
    if {dict}.issuperset(map(type, document.values())):
        return document, EMPTY
    specs: JSONObject = {key: item for key, item in document.items() if isinstance(item, dict)}
    return specs, {key: item for key, item in document.items() if key not in specs}


def _structure_specs(specs: JSONObject) -> dict[str, ArgSpec]:
    structured: dict[str, ArgSpec] = _converter.structure_hook(_SPECS)(specs, _SPECS)
    return structured


def _unstructure(schema: ArgsSchema) -> JSONObject:
    specs: JSONObject = _converter.unstructure_hook(_SPECS)(schema.properties)
    if not schema.is_json_schema:
        return specs | schema.extra
    return {"type": "object"} | schema.extra | {"properties": specs | schema.extra.get("properties", {})}


_SPECS = dict[str, ArgSpec]
_converter.converter.register_structure_hook(ArgsSchema, _structure)
_converter.converter.register_unstructure_hook(ArgsSchema, _unstructure)
