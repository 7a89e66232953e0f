"""JSON in and out: the one door to orjson, which is optional.

The standard library's parser, made strict, is the reference. orjson takes over only where it gives the same result: what
it refuses (a byte order mark, a lone surrogate, deep nesting) goes to the reference, and so does a document with an
integer that orjson might round to a float.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["JSONObject", "JSONValue", "as_object", "copy", "dumps", "loads"]

# Any, as json.loads has it: a recursive union would ask for a cast at each step into a free-form value.
JSONValue: TypeAlias = Any
"""What JSON can hold: None, bool, int, float, str, or a list or dict of these."""

JSONObject: TypeAlias = dict[str, JSONValue]
"""A JSON object as a dict."""

_MAX_DEPTH = 100_000

# Integers of fewer digits fit into 64 bits, which orjson keeps exactly.
_LONG_INTEGER = b"0" * 19
_DIGITS_TO_ZERO = bytes(ord("0") if code in b"0123456789" else ord(" ") for code in range(256))


def loads(body: bytes) -> JSONValue:
    """Parse UTF-8 JSON (RFC 8259); raises ValueError, whatever is wrong with it."""
    if _fast_loads is not None and _LONG_INTEGER not in body.translate(_DIGITS_TO_ZERO):
        try:
            return _fast_loads(body)
        except ValueError:
            pass  # the reference decides
    return _strict_loads(body)


def dumps(value: JSONValue) -> bytes:
    """Write compact JSON; raises ValueError or TypeError for what JSON cannot hold, NaN included."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    except RecursionError:
        raise ValueError("nested too deeply, or contains itself") from None


def as_object(value: JSONValue) -> JSONObject:
    """Give a JSON object; an empty one in place of anything else."""
    return cast("JSONObject", value) if isinstance(value, dict) else {}


def copy(value: JSONValue) -> JSONValue:
    """Copy the containers of a JSON value without recursion; any mapping becomes a dict, a tuple a list.

    Raises ValueError for a value that contains itself.
    """
    root = [value]
    pending: list[tuple[Any, int]] = [(root, 0)]
    while pending:
        container, depth = pending.pop()
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply, or contains itself")
        for key, child in _entries(container):
            if isinstance(child, Mapping | list | tuple):
                container[key] = _twin(child)
                pending.append((container[key], depth + 1))
    return root[0]


def _twin(container: Any) -> JSONValue:
    if isinstance(container, Mapping):
        return dict(cast("Mapping[str, JSONValue]", container))
    return list(container)


def _entries(container: Any) -> Iterable[tuple[Any, JSONValue]]:
    return as_object(container).items() if isinstance(container, dict) else enumerate(cast("list[JSONValue]", container))


def _strict_loads(body: bytes) -> JSONValue:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _refuse(text)
    return number


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number that can be held")


_fast_loads: Callable[[bytes], JSONValue] | None
try:
    from orjson import loads as _fast_loads
except ImportError:  # the optional extra "speed" is not installed
    _fast_loads = None
