"""The arguments that a sync job takes."""

from functools import cache, partial
from typing import Any

from attrs import field, frozen

from truto_async._codec.fields import register_hooks, structure_hook, unstructure_hook, wire_name
from truto_async._codec.structure_error import StructureError, refuse
from truto_async._support.json import EMPTY, JSONObject, JSONValue
from truto_async.models._base import Model

__all__ = ["ArgSpec", "ArgsSchema"]


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
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

    ref: str | None = field(default=None, metadata=wire_name("$ref"))
    """The `$ref` of JSON Schema."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
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


_spec_hook = cache(partial(structure_hook, ArgSpec))


def _structure(value: JSONValue, _: Any) -> ArgsSchema:
    document: JSONObject = value
    if type(value) is not dict:
        refuse([dict], value)
    is_json_schema = document.get("type") == "object" and isinstance(document.get("properties"), dict)
    specs: JSONObject = document["properties"] if is_json_schema else document
    extra = {key: item for key, item in document.items() if key not in ("type", "properties")} if is_json_schema else EMPTY
    if not {dict}.issuperset(map(type, specs.values())):  # some entries are not specifications
        others = {key: item for key, item in specs.items() if not isinstance(item, dict)}
        specs = {key: item for key, item in specs.items() if isinstance(item, dict)}
        extra = extra | {"properties": others} if is_json_schema else others
    properties: dict[str, ArgSpec] = {}
    read = _spec_hook()
    for name, spec in specs.items():
        try:
            properties[name] = read(spec, ArgSpec)
        except StructureError as error:
            error.steps += (name, "properties") if is_json_schema else (name,)
            raise
    return ArgsSchema(properties=properties, is_json_schema=is_json_schema, extra=extra)


def _unstructure(schema: ArgsSchema) -> JSONObject:
    write = unstructure_hook(ArgSpec)
    specs: JSONObject = {name: write(spec) for name, spec in schema.properties.items()}
    if not schema.is_json_schema:
        return specs | schema.extra
    return {"type": "object"} | schema.extra | {"properties": specs | schema.extra.get("properties", {})}


register_hooks(ArgsSchema, _structure, _unstructure)
