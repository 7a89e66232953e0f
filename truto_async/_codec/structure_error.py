"""StructureError: a JSON value does not fit the type of its field, and the path to it."""

from __future__ import annotations

import json
import re
from types import NoneType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["JSON_TYPE_NAMES", "StructureError", "expect", "expect_array", "expect_object", "json_path", "refuse"]

JSON_TYPE_NAMES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    NoneType: "null",
}

_NAME = re.compile(r"[A-Za-z_$][\w$]*")


class StructureError(Exception):
    """A value does not fit its type.

    Each level that the error passes on its way out adds its key or index to `steps`, innermost first.
    """

    def __init__(self, problem: str, *steps: str | int) -> None:
        """Describe the problem, with the steps known so far."""
        super().__init__(problem)
        self.steps = [*steps]

    @property
    def path(self) -> str:
        """The place of the value, such as "$.resources[3].name"."""
        return json_path(reversed(self.steps))


def json_path(steps: Iterable[str | int]) -> str:
    """Return the path of keys and indices, such as "$.resources[3].name"."""
    return "$" + "".join(map(_step, steps))


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _NAME.fullmatch(step) else f"[{json.dumps(step)}]"


def expect(kind: type[Any], value: JSONValue) -> JSONValue:
    """Return a value of exactly this JSON type, or raise StructureError. An integer is neither a boolean nor a string."""
    if type(value) is kind:
        return value
    return refuse([kind], value)


def expect_object(value: JSONValue) -> JSONObject:
    """Return a JSON object, or raise StructureError."""
    checked: JSONObject = value
    return checked if type(value) is dict else refuse([dict], value)


def expect_array(value: JSONValue) -> list[JSONValue]:
    """Return a JSON array, or raise StructureError."""
    checked: list[JSONValue] = value
    return checked if type(value) is list else refuse([list], value)


def refuse(wanted: list[type[Any]], value: JSONValue, *steps: str) -> NoReturn:
    """Raise the StructureError of a value that is of none of the wanted types."""
    got = JSON_TYPE_NAMES.get(type(value), "something else")  # pyright: ignore[reportUnknownArgumentType]  # of Any, just a type
    raise StructureError(f"expected {' or '.join(JSON_TYPE_NAMES[kind] for kind in wanted)}, got {got}", *steps)
