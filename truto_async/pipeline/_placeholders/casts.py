"""What the type modifiers of placeholders make of a value."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NoReturn

from truto_async._support import collector
from truto_async.pipeline._placeholders.javascript import (
    WHITESPACE,
    Method,
    UnrenderableError,
    as_number,
    in_text,
    is_array,
    is_object,
    to_string,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from truto_async._support.json import JSONValue

__all__ = ["MODIFIERS", "cast_value"]

_INTEGER = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|(?!0[xX])([0-9]+))")
_FLOAT = re.compile(r"[+-]?(?:Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")


def cast_value(value: JSONValue, modifier: str, *, whole: bool) -> JSONValue:
    """Return what a modifier makes of a value that was found.

    Args:
        value: the value; null stays null.
        modifier: one of `MODIFIERS`.
        whole: whether the placeholder is the whole text, and not a part of it.

    Raises UnrenderableError where JavaScript throws.
    """
    if value is None:
        return None
    if modifier == "str":
        return to_string(value)
    if isinstance(value, str):
        value = value.strip(WHITESPACE)
    result = _CASTS[modifier](value) if whole else _CASTS_IN_TEXT[modifier](value)
    if isinstance(result, Method) and not whole:
        raise UnrenderableError(f'"{result.name}" is a method of JavaScript', "name a key that is there")
    return result


def _unchanged(value: JSONValue) -> JSONValue:
    return value


def _int(value: JSONValue) -> JSONValue:
    match = _INTEGER.match(in_text(value).lstrip(WHITESPACE))
    if match is None:
        return value
    sign, hexadecimal, decimal = match.groups()
    number = int(hexadecimal, 16) if hexadecimal else float(decimal)
    return as_number(-number if sign == "-" else number)


def _num(value: JSONValue) -> JSONValue:
    match = _FLOAT.match(in_text(value).lstrip(WHITESPACE))
    return _number(match[0]) if match else value


def _bool(value: JSONValue) -> JSONValue:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _json(value: JSONValue) -> JSONValue:
    if is_object(value) or is_array(value):
        return value
    try:
        with collector.paused():  # it might run finalizers at the end of the stack
            return json.loads(in_text(value), parse_int=_number, parse_float=_number, parse_constant=_refuse)
    except ValueError:
        return value
    except RecursionError:
        raise UnrenderableError(
            "it reads JSON text that is nested too deeply", "give the value itself, not its text"
        ) from None


def _number(text: str) -> int | float:
    return as_number(float(text))  # as many digits as there are: int() has a limit


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _null(value: JSONValue) -> JSONValue:
    return None if isinstance(value, str) and value == "null" else value


def _null_in_text(_: JSONValue) -> JSONValue:
    return None


_CASTS: Mapping[str, Callable[[JSONValue], JSONValue]] = {
    "int": _int,
    "num": _num,
    "bool": _bool,
    "json": _json,
    "any": _unchanged,
    "null": _null,
    "undefined": _unchanged,
    "ignore-empty-str": _unchanged,
}
_CASTS_IN_TEXT = {**_CASTS, "json": _unchanged, "null": _null_in_text}

MODIFIERS: Final = ("str", *_CASTS)
"""The names of the modifiers."""
