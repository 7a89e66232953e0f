"""What does not fit its type, and where."""

from __future__ import annotations

import json
import re
from types import NoneType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from truto_async._json import JSONObject, JSONValue

__all__ = ["NAMES", "Misfit", "exactly", "json_array", "json_object", "refuse"]

NAMES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    NoneType: "null",
}


class Misfit(Exception):
    """A value does not fit its type. The steps to it are gathered, innermost first, while this travels outwards."""

    def __init__(self, problem: str, *steps: str | int) -> None:
        """Take what is wrong, in words, and the steps known so far."""
        super().__init__(problem)
        self.steps = [*steps]

    @property
    def path(self) -> str:
        """Where it is, as in "$.resources[3].name"."""
        return "$" + "".join(map(_step, reversed(self.steps)))


def _step(step: str | int) -> str:
    if isinstance(step, str) and re.fullmatch(r"[A-Za-z_$][\w$]*", step):
        return f".{step}"
    return f"[{json.dumps(step)}]"


def exactly(kind: type[Any], value: JSONValue) -> JSONValue:
    """Pass a value of just this JSON type: an integer is no boolean, and no string."""
    if type(value) is kind:
        return value
    return refuse([kind], value)


def json_object(value: JSONValue) -> JSONObject:
    """Pass a JSON object."""
    checked: JSONObject = value
    return checked if type(value) is dict else refuse([dict], value)


def json_array(value: JSONValue) -> list[JSONValue]:
    checked: list[JSONValue] = value
    return checked if type(value) is list else refuse([list], value)


def refuse(wanted: list[type[Any]], value: JSONValue, *steps: str) -> NoReturn:
    got = NAMES.get(type(value), "something else")  # pyright: ignore[reportUnknownArgumentType]  # of Any, just a type
    raise Misfit(f"expected {' or '.join(NAMES[kind] for kind in wanted)}, got {got}", *steps)
