"""How JavaScript sees JSON values: its `undefined`, its text of a value, its order of keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from truto_async._support.json import JSONValue

__all__ = [
    "ARRAY_METHODS",
    "FUNCTION_METHODS",
    "MAX_DEPTH",
    "OBJECT_METHODS",
    "UNDEFINED",
    "WHITESPACE",
    "Method",
    "Undefined",
    "UnrenderableError",
    "as_number",
    "in_text",
    "is_array",
    "is_object",
    "keys_of",
    "property_order",
    "replace_first",
    "to_string",
]

MAX_DEPTH: Final = 100_000
"""How deep a value may be nested; what is deeper contains itself."""

_SPACES = [*range(0x09, 0x0E), 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]
WHITESPACE: Final = "".join(map(chr, _SPACES))
"""The characters of `\\s` and `trim`. Python's differ."""

OBJECT_METHODS: Final = frozenset(
    "__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__"  # noqa: SIM905  # a name a line is long
    " constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf".split()
)
"""What every object has besides its own keys."""

ARRAY_METHODS: Final = OBJECT_METHODS | frozenset(
    "at concat copyWithin entries every fill filter find findIndex findLast findLastIndex"  # noqa: SIM905  # the same
    " flat flatMap forEach includes indexOf join keys lastIndexOf map pop push reduce reduceRight reverse shift slice some"
    " sort splice toReversed toSorted toSpliced unshift values with".split()
)
"""What every array has besides its elements and `length`."""

FUNCTION_METHODS: Final = OBJECT_METHODS | {"apply", "bind", "call"}
"""What every function has, besides what is no use."""


class Undefined(Enum):
    """The type of `UNDEFINED`."""

    UNDEFINED = "undefined"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self.name


UNDEFINED: Final = Undefined.UNDEFINED
"""JavaScript's `undefined`: no value at all, where None is its `null`."""


@frozen
class Method:
    """What JavaScript finds where a path names no key of an object, but one of its methods. JSON leaves it out."""

    name: str
    """Its name."""


class UnrenderableError(Exception):
    """A placeholder has no value: JavaScript would throw."""

    def __init__(self, problem: str, advice: str) -> None:
        """Say what is wrong, and what to do."""
        super().__init__(problem, advice)
        self.problem = problem
        self.advice = advice


def is_object(value: object) -> TypeGuard[Mapping[str, JSONValue]]:
    """Tell whether a value is an object with keys."""
    return isinstance(value, (dict, Mapping))  # the first for speed


def is_array(value: object) -> TypeGuard[Sequence[JSONValue]]:
    """Tell whether a value is an array."""
    return isinstance(value, list | tuple)


def keys_of(container: JSONValue) -> list[Any]:
    """Return the keys of an object in JavaScript's order, or the indices of an array."""
    return property_order(container) if is_object(container) else [*range(len(container))]


def property_order(keys: Iterable[Any]) -> list[Any]:
    """Sort keys as JavaScript does: those that look like indices of an array come first, by their size."""
    keys = list(keys)
    indices = sorted(filter(_is_index, keys), key=int)
    return [*indices, *(key for key in keys if not _is_index(key))] if indices else keys


def _is_index(key: object) -> bool:
    if isinstance(key, str):
        return re.fullmatch("0|[1-9][0-9]{0,9}", key) is not None and int(key) < 2**32 - 1
    return isinstance(key, int)


def as_number(number: float) -> int | float:
    """Return a number as JavaScript has and writes it, so that an integer beyond 2**53 loses digits.

    It is an int where JavaScript writes it without a fraction or exponent.
    """
    try:
        double = float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return int(Decimal(str(double))) if double.is_integer() and abs(double) < 1e21 else double


def in_text(value: JSONValue) -> str:
    """Return `String(value)`, as it is inserted in a text. Raises UnrenderableError where JavaScript throws."""
    if is_array(value):
        return ",".join(
            "" if leaf is None or leaf is UNDEFINED or is_array(leaf) else _leaf_text(leaf) for leaf in _leaves(value)
        )
    return _leaf_text(value)


def to_string(value: JSONValue) -> str:
    """Return lodash's `toString(value)`, which shows null in arrays, and the sign of zero.

    Raises UnrenderableError where JavaScript throws.
    """
    return ",".join("-0" if _is_negative_zero(leaf) else _leaf_text(leaf) for leaf in _leaves(value))


def _is_negative_zero(value: JSONValue) -> bool:
    return isinstance(value, float) and str(value) == "-0.0"


def _leaves(value: JSONValue) -> Iterator[JSONValue]:
    """Walk over what arrays in arrays hold in the end: an empty text for an empty one, and one inside itself as it is."""
    pending: list[tuple[Sequence[JSONValue], Iterator[JSONValue]]] = [([], iter([value]))]
    inside: set[int] = set()
    while pending:
        array, items = pending[-1]
        leaf = next(items, pending)
        if leaf is pending:
            pending.pop()
            inside.discard(id(array))
        elif not is_array(leaf) or id(leaf) in inside:
            yield leaf
        elif leaf:
            pending.append((leaf, iter(leaf)))
            inside.add(id(leaf))
        else:
            yield ""


def _leaf_text(value: JSONValue) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | Undefined):
        return {None: "null", True: "true", False: "false", UNDEFINED: "undefined"}[value]
    if isinstance(value, int | float):
        return _number_text(as_number(value))
    if isinstance(value, Method):
        return f"function {value.name}() {{ [native code] }}"
    if is_array(value):
        raise UnrenderableError("it reads an array that contains itself", "read one of its elements")
    if not is_object(value):
        kind = type(value).__name__
        raise UnrenderableError(f"it reads a value of type {kind}, which JSON does not have", "give JSON as the context")
    if "toString" in value:
        raise UnrenderableError('it reads an object with the key "toString", which has no text', "read one of its fields")
    return "[object Object]"


def _number_text(number: float) -> str:
    """Write a number as JavaScript does: the same digits as Python, but other rules for the exponent."""
    if isinstance(number, int):
        return str(number)
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124  # NaN
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(number)]
    sign, digits, exponent = Decimal(str(number)).as_tuple()
    point = len(digits) + int(exponent)
    text = "".join(map(str, digits)).rstrip("0")
    if -6 < point <= 0:
        text = f"0.{'0' * -point}{text}"
    elif 0 < point < len(text):
        text = f"{text[:point]}.{text[point:]}"
    else:
        text = f"{text[0]}.{text[1:]}".rstrip(".") + f"e{point - 1:+}"
    return f"-{text}" if sign else text


def replace_first(text: str, old: str, new: str) -> str:
    """Return a text with the first of the occurrences that it has replaced, as `String.replace` does.

    That gives a meaning to `$&` and its like in what is inserted.
    """
    before, _, after = text.partition(old)
    meanings = {"$": "$", "&": old, "`": before, "'": after}
    return before + re.sub(r"\$([$&`'])", lambda match: meanings[match[1]], new) + after
