"""JSON text: parsing and writing, with the optional orjson. Nothing else imports orjson.

The standard library, made strict, is the reference. orjson is used only where it gives the same result: what it refuses
(a byte order mark, a lone surrogate, deep nesting) goes to the reference, and so does a document with an integer that orjson
might round to a float. orjson writes NaN as null, which the reference refuses; so a text with a null is written again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from enum import Enum
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast
from uuid import UUID

from truto_async._support import collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

__all__ = ["EMPTY", "JSONObject", "JSONValue", "as_array", "as_object", "copy", "dumps", "loads"]

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

# Python 3.11 may collect garbage while the parser is at the end of the stack, where any finalizer would fail.
# Later versions wait until the parser is done.
_parser_context: Callable[[], AbstractContextManager[None]] = nullcontext
if sys.version_info < (3, 12):  # pragma: no branch  # the coverage is of 3.11
    _parser_context = collector.paused


class _Empty(JSONObject):
    """An immutable empty object, shared by all models without unknown fields. A job often has more than 50 models."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[()]]:
        """Copy and pickle as an ordinary dict: a pickle does not name this module."""
        return dict, ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this dict is shared and stays empty; make a new model with attrs.evolve(model, extra={...})")

    __setitem__ = setdefault = update = __ior__ = cast("Any", _refuse)


EMPTY: JSONObject = _Empty()
"""The empty object that models share."""


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
    """Return a JSON object as it is, and an empty one in place of anything else."""
    return cast("JSONObject", value) if isinstance(value, dict) else {}


def as_array(value: JSONValue) -> list[JSONValue]:
    """Return a JSON array as it is, and an empty one in place of anything else."""
    array: list[JSONValue] = value
    return array if isinstance(value, list) else []


def copy(value: JSONValue) -> JSONValue:
    """Copy a JSON value, however deeply it is nested; mappings become dicts, and tuples lists.

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
                container[key] = _as_plain(child)
                pending.append((container[key], depth + 1))
    return root[0]


def _as_plain(container: Any) -> JSONValue:
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
    """Return the JSON value of a mapping, enumeration member or UUID, as orjson does; raises TypeError for anything else."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, JSONValue]", value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a value of type {type(value).__name__} is not JSON")


def _strict_loads(body: bytes) -> JSONValue:
    try:
        with _parser_context():
            return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _refuse(text)
    return number


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


_fast_loads: Callable[[bytes], JSONValue] | None = None
_fast_dumps: Callable[[JSONValue], bytes] | None = None
with suppress(ImportError):  # the optional extra "speed" may not be installed
    import orjson

    _fast_loads = orjson.loads
    _OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
    _fast_dumps = partial(orjson.dumps, option=_OPTIONS)
