"""Whether arguments fit the arguments that a sync job takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from truto_async.models.args import ArgSpec, ArgsSchema

__all__ = ["find_faults"]

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1,
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
    "null": lambda value: value is None,
}
"""The types of JSON Schema. Any other name is not checked."""


def find_faults(schema: ArgsSchema | None, args: Mapping[str, object]) -> list[str]:
    """Return all that is wrong with the arguments of a run, a phrase each; an empty list where they fit.

    Required arguments without a default must be there. Each value must have one of the types of its argument. Names that the
    schema does not know are refused by a flat schema, unless it is empty, and by one in the form of JSON Schema that says
    `"additionalProperties": false`. Formats and `args_validation` are left to the server.
    """
    if schema is None:
        return []
    return [*_missing(schema, args), *_unknown(schema, args), *_misfits(schema, args)]


def _missing(schema: ArgsSchema, args: Mapping[str, object]) -> Iterator[str]:
    listed = schema.extra.get("required") if schema.is_json_schema else None
    required = {name for name in schema.properties if schema.properties[name].required is True}
    if isinstance(listed, list):
        required |= {name for name in cast("list[object]", listed) if isinstance(name, str)}
    for name in sorted(required - args.keys()):
        if name not in schema.properties or schema.properties[name].default is None:
            yield f"{name!r} is missing"


def _unknown(schema: ArgsSchema, args: Mapping[str, object]) -> Iterator[str]:
    closed = schema.extra.get("additionalProperties") is False if schema.is_json_schema else bool(schema.properties)
    if closed:
        known = ", ".join(schema.properties) or "none"
        loose = schema.extra.get("properties", {}) if schema.is_json_schema else schema.extra  # entries in another form
        for name in args:
            if name not in schema.properties and name not in loose:
                yield f"there is no {name!r} (there are: {known})"


def _misfits(schema: ArgsSchema, args: Mapping[str, object]) -> Iterator[str]:
    for name, value in args.items():
        if name in schema.properties and not _fits(schema.properties[name], value):
            kinds = schema.properties[name].type
            wanted = kinds if isinstance(kinds, str) else " or ".join(kinds or ())
            yield f"{name!r} must be of type {wanted}, not {type(value).__name__}"


def _fits(spec: ArgSpec, value: object) -> bool:
    kinds = [spec.type] if isinstance(spec.type, str) else spec.type
    if not kinds or any(kind not in _TYPES for kind in kinds):
        return True
    return any(_TYPES[kind](value) for kind in kinds)
