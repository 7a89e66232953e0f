"""The paths in placeholders: those of the npm package wild-wild-path, as far as placeholders have the characters."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import field, frozen

from truto_async.pipeline._placeholders.javascript import (
    ARRAY_METHODS,
    FUNCTION_METHODS,
    OBJECT_METHODS,
    UNDEFINED,
    Method,
    Undefined,
    UnrenderableError,
    is_array,
    is_object,
    property_order,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from truto_async._support.json import JSONValue

__all__ = ["KeyPattern", "Path", "Slice", "Step", "parse_paths", "read"]

_FORBIDDEN = ("__proto__", "prototype", "constructor")
_INDEX = re.compile(r"-?[0-9]+")
_SLICE = re.compile(r"(-?[0-9]+)?:(-?[0-9]+)?")
_END = sys.maxsize
_NOTHING: Final = object()
_ADVICE = "write names and indices with dots between them, such as args.ids.0"


@frozen
class Slice:
    """A step to several elements of an array, such as `:-1`, all but the last. The first one that leads on is taken."""

    text: str
    """The step as it is written."""

    elements: slice = field(eq=False, repr=False)
    """The elements, as Python has it."""


@frozen
class KeyPattern:
    """A step to the keys of an object that match a pattern, such as `/_id/`. The first one that leads on is taken."""

    text: str
    """The step as it is written: a regular expression of JavaScript."""

    regex: re.Pattern[str] = field(eq=False, repr=False)
    """The pattern, as Python has it."""


Step: TypeAlias = str | int | Slice | KeyPattern
"""A step of a path: a key of an object, an index of an array (-1 is the last), or what leads to several."""

Path: TypeAlias = tuple[Step, ...]
"""The steps from the context to a value."""


def parse_paths(text: str) -> tuple[Path, ...]:
    """Parse a path, or several with spaces between them. Raises UnrenderableError for what JavaScript refuses."""
    paths = tuple(_parse_path(path) for path in text.split(" ") if path)  # other spaces are part of a key
    if not paths:
        raise UnrenderableError("a path is empty", _ADVICE)
    return paths


def _parse_path(text: str) -> Path:
    """A dot in front is left out, so that `.` is the context itself and `..` the empty key."""
    steps = text.split(".")
    if not steps[0]:
        steps = steps[1 if any(steps) else 2 :]
    return tuple(map(_parse_step, steps))


def _parse_step(text: str) -> Step:
    if text.isidentifier():  # most are, and none of these is special
        return text
    if text.startswith("/") and text.rindex("/") > 1:
        return KeyPattern(text, _parse_pattern(text))
    if match := _SLICE.fullmatch(text):
        return Slice(text, slice(_index(match[1] or "0"), _index(match[2] or "-0")))
    if _INDEX.fullmatch(text):
        index = _index(text)
        return Slice(text, slice(0)) if index == _END else index  # nothing is there
    return text


def _index(digits: str) -> int:
    """Return the number of an element; -0 is the place behind the last."""
    if float(digits) in (float("inf"), float("-inf")):
        raise UnrenderableError("an index is too large", "write a smaller one")
    number = int(digits)
    return _END if number == 0 and digits.startswith("-") else number


def _parse_pattern(text: str) -> re.Pattern[str]:
    """Of regular expressions, placeholders have the characters for literal ones and `?` only."""
    source, _, flags = text[1:].rpartition("/")
    if len(set(flags)) < len(flags) or set(flags) - set("dgimsuvy") or {"u", "v"} <= set(flags):
        raise UnrenderableError(f'"{text}" is read as a regular expression, and "{flags}" are no flags', _ADVICE)
    if re.search(r"^\?|\?{3}", source):
        raise UnrenderableError(f'"{text}" is read as a regular expression, with a "?" that repeats nothing', _ADVICE)
    return re.compile(re.sub(r"[^?]", lambda match: _literal(match[0], flags), source))


def _literal(char: str, flags: str) -> str:
    if "i" not in flags or not char.isalpha():
        return re.escape(char)
    more = {"k": "\u212a", "s": "\u017f"}.get(char.lower(), "") if "u" in flags or "v" in flags else ""
    return f"[{char.lower()}{char.upper()}{more}]"


def read(context: JSONValue, paths: Sequence[Path]) -> JSONValue:
    """Return the first value that one of the paths leads to, or UNDEFINED.

    Raises UnrenderableError where JavaScript throws.
    """
    if len(paths) > 1 or any(_is_selective(step) for step in paths[0]):
        return _search(context, paths)
    value = context
    for step in paths[0]:
        value = next((child for _, child in _children(value, step, {})), _NOTHING)
        if value is _NOTHING:
            return UNDEFINED
    return value


def _search(context: JSONValue, paths: Sequence[Path]) -> JSONValue:
    """Follow the paths that go the same way together. The ways are tried in the order of their keys, each to its end."""
    searched: dict[int, int] = {}
    pending: list[tuple[JSONValue, Sequence[Path], tuple[int, ...]]] = [(context, paths, ())]
    while pending:
        value, paths, above = pending.pop()
        if id(value) in above:
            continue  # it contains itself
        depth = len(above)
        if any(len(path) == depth for path in paths):
            return value
        paths = list({path[depth:]: path for path in paths}.values())
        children = [(*child, path) for path in paths for child in _children(value, path[depth], searched)]
        groups: dict[str | int, tuple[JSONValue, list[Path], tuple[int, ...]]] = {}
        for key, child, path in children:
            if len(children) > 1 and key in OBJECT_METHODS:
                raise UnrenderableError(f'"{key}" cannot be one of several', "write each path as an alternative, after a |")
            groups.setdefault(key, (child, [], (*above, id(value))))[1].append(path)
        pending += [groups[key] for key in reversed(property_order(groups))]
    return UNDEFINED


def _is_selective(step: Step) -> bool:
    """Tell whether a step is more than the name of a key or the number of an element."""
    return not (isinstance(step, str) or (isinstance(step, int) and step >= 0))


def _children(value: JSONValue, step: Step, searched: dict[int, int]) -> Iterator[tuple[str | int, JSONValue]]:
    """Find where a step leads: keys or indices, and what is there."""
    match step:
        case str() if step not in _FORBIDDEN:
            for child in _member(value, step):
                yield step, child
        case int() if is_array(value):
            index = step if step >= 0 else max(len(value) + step, 0)
            if index < len(value):
                yield index, value[index]
        case Slice() if is_array(value):
            yield from ((index, value[index]) for index in range(len(value))[step.elements])
        case KeyPattern() if is_object(value):
            yield from ((key, value[key]) for key in _matching_keys(step, value, searched) if key not in _FORBIDDEN)
        case _:
            pass


def _matching_keys(pattern: KeyPattern, value: Mapping[str, JSONValue], searched: dict[int, int]) -> list[str]:
    """With the flag `g` or `y`, JavaScript searches a key from where it stopped in the one before: `searched` keeps it."""
    flags = pattern.text.rpartition("/")[2]
    search = pattern.regex.match if "y" in flags else pattern.regex.search
    found: list[str] = []
    for key in property_order(value):
        start = searched.get(id(pattern), 0)
        match = search(key, start) if start <= len(key) else None
        if match:
            found.append(key)
        if "y" in flags or "g" in flags:
            searched[id(pattern)] = match.end() if match else 0
    return found


def _member(value: JSONValue, name: str) -> tuple[()] | tuple[JSONValue]:
    """Return what an object or array has by a name: one value, or none."""
    if is_object(value) and name in value:
        return (value[name],)
    if is_array(value) and name == "length":
        return (len(value),)
    if isinstance(value, Method):
        if name in ("length", "arguments", "caller"):
            raise UnrenderableError(f'"{value.name}" is a method of JavaScript', "name a key that is there")
        if name == "name":
            return (value.name,)
    return (Method(name),) if name in _methods(value) else ()


def _methods(value: JSONValue) -> Container[str]:
    if is_object(value):
        return OBJECT_METHODS
    if is_array(value):
        return ARRAY_METHODS
    if isinstance(value, Method):
        return FUNCTION_METHODS
    if value is None or isinstance(value, str | int | float | Undefined):
        return ()
    kind = type(value).__name__
    raise UnrenderableError(f"it reads from a value of type {kind}, which JSON does not have", "give JSON as the context")
