"""JSON in and out: the one door to orjson, which is optional.

The standard library, made strict, is the reference. orjson takes over only where it gives the same result: what it refuses
(a byte order mark, a lone surrogate, deep nesting) goes to the reference, and so does a document with an integer that orjson
might round to a float. Written, a null may be a NaN, which the reference refuses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["EMPTY", "JSONObject", "JSONValue", "as_object", "copy", "dumps", "loads"]

# Any, as json.loads has it: a recursive union would ask for a cast at each step into a free-form value.
JSONValue: TypeAlias = Any
"""What JSON can hold: None, bool, int, float, str, or a list or dict of these."""

JSONObject: TypeAlias = dict[str, JSONValue]
"""A JSON object as a dict."""

_MAX_DEPTH = 100_000
_SCALARS = frozenset({str, int, float, bool, NoneType})

# Integers of fewer digits fit into 64 bits, which orjson keeps exactly.
_LONG_INTEGER = b"0" * 19
_DIGITS_TO_ZERO = bytes(ord("0") if code in b"0123456789" else ord(" ") for code in range(256))


class _Empty(JSONObject):
    """An empty object that stays empty. Most models have no unknown fields, and there are 50 and more models in a job."""

    __slots__ = ()

    def __reduce__(self) -> str:
        """Copy and pickle as what it is: one for all."""
        return "EMPTY"

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this object is shared and stays empty; make a new model with attrs.evolve(model, extra={...})")

    __setitem__ = setdefault = update = __ior__ = cast("Any", _refuse)


EMPTY: JSONObject = _Empty()
"""An empty object for all who have none of their own."""


def loads(body: bytes) -> JSONValue:
    """Parse UTF-8 JSON (RFC 8259); raises ValueError, whatever is wrong with it."""
    if _fast_loads is not None and _LONG_INTEGER not in body.translate(_DIGITS_TO_ZERO):
        try:
            return _fast_loads(body)
        except ValueError:
            pass  # the reference decides
    return _strict_loads(body)


def dumps(value: JSONValue) -> bytes:
    """Write compact JSON; raises ValueError or TypeError for what JSON cannot hold, NaN included.

    Any mapping is an object, the member of an enumeration its value, and a UUID a string.
    """
    if _fast_dumps is not None:
        try:
            written = _fast_dumps(value)
        except TypeError:
            pass  # the reference decides
        else:
            if b"null" not in written:
                return written
    return _strict_dumps(value)


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
            if type(child) not in _SCALARS and isinstance(child, Mapping | list | tuple):
                container[key] = _twin(child)
                pending.append((container[key], depth + 1))
    return root[0]


def _twin(container: Any) -> JSONValue:
    if isinstance(container, Mapping):
        return dict(cast("Mapping[str, JSONValue]", container))
    return list(container)


def _entries(container: Any) -> Iterable[tuple[Any, JSONValue]]:
    return as_object(container).items() if isinstance(container, dict) else enumerate(cast("list[JSONValue]", container))


def _strict_dumps(value: JSONValue) -> bytes:
    try:
        return _written(value, ascii_only=False)
    except UnicodeEncodeError:
        return _written(value, ascii_only=True)  # a lone surrogate can only be written as an escape
    except RecursionError:
        raise ValueError("nested too deeply, or contains itself") from None


def _written(value: JSONValue, *, ascii_only: bool) -> bytes:
    return json.dumps(value, allow_nan=False, default=_plain, ensure_ascii=ascii_only, separators=(",", ":")).encode()


def _plain(value: object) -> JSONValue:
    """Write what is no JSON value, but has one, as orjson does; raises TypeError."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, JSONValue]", value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a value of type {type(value).__name__} is no JSON")


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


_fast_loads: Callable[[bytes], JSONValue] | None = None
_fast_dumps: Callable[[JSONValue], bytes] | None = None
with suppress(ImportError):  # the optional extra "speed" may not be installed
    import orjson

    _fast_loads = orjson.loads
    _OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
    _fast_dumps = partial(orjson.dumps, option=_OPTIONS)
