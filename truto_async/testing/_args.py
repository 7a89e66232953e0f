"""The server's check of a run's arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from truto_async.models import ArgsSchema
from truto_async.testing._routes import RefusedError

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models import ArgSpec

__all__ = ["check_args"]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def check_args(args: JSONValue, args_schema: JSONObject | None) -> None:
    """Raise RefusedError for arguments that do not fit the schema, in either of its two forms."""
    if not isinstance(args, dict):
        raise RefusedError(400, "args must be an object")
    given = cast("JSONObject", args)
    schema = ArgsSchema.from_dict(args_schema or {})
    required = schema.extra.get("required")
    for name, spec in schema.properties.items():
        needed = spec.required is True or (isinstance(required, list) and name in required)
        if given.get(name) is None and needed and spec.default is None:
            raise RefusedError(400, f"args.{name} is required")
        if given.get(name) is not None and not _fits(given[name], spec):
            raise RefusedError(400, f"args.{name} must be of type {spec.type}")
    if schema.extra.get("additionalProperties") is False and not given.keys() <= schema.properties.keys():
        raise RefusedError(400, f"args has no {', '.join(sorted(given.keys() - schema.properties.keys()))}")


def _fits(value: JSONValue, spec: ArgSpec) -> bool:
    names = [spec.type] if isinstance(spec.type, str) else spec.type or []
    kinds = [kind for name in names for kind in _TYPES.get(name, (object,))]
    if isinstance(value, bool):
        return not kinds or bool in kinds or object in kinds
    if isinstance(value, float) and value.is_integer():  # which JavaScript does not tell from an int
        value = int(value)
    return not kinds or isinstance(value, tuple(kinds))
