"""Fill in the placeholders whose values are known, and leave the others as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from attrs import define

from truto_async._support import json
from truto_async.pipeline.placeholders import Placeholder, Template
from truto_async.pipeline.rendering import UNDEFINED, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["Place", "fill_in", "is_template"]

_MERGE = "$truto_merge"

# Stands for what must stay as it is while the rest is rendered. No value holds it by chance.
_MARK = f"<{uuid4().hex}:{{}}>"
_MARKS = re.compile(_MARK.format(r"(\d+)"))


def fill_in(template: JSONValue, context: JSONObject, is_known: Callable[[Placeholder, Place], bool]) -> JSONValue:
    """Return a template with some of its placeholders filled in; None where nothing is left of it.

    Args:
        template: any JSON value.
        context: what placeholders read.
        is_known: tells whether a placeholder, in its place, is filled in. Else it stays, and so does a merge that needs it.

    Raises PlaceholderError, as `render` does.
    """
    if not is_template(template):
        return json.copy(template)
    root: list[JSONValue] = [json.copy(template)]
    kept: list[str] = []
    merges: dict[int, JSONObject] = {}
    for place in list(_places(root)):
        if isinstance(place.value, str) and place.hide(is_known, kept):
            merges |= {id(merge): merge for merge in place.merges}
    for merge in merges.values():
        _rename(merge, lambda key: _mark(key, kept) if key == _MERGE else key)
    value = root[0]
    value = render(value, context) if isinstance(value, str) else render({"": value}, context).get("")
    return None if value is UNDEFINED else _restored(value, kept) if kept else value


def is_template(value: JSONValue) -> bool:
    """Return whether there is anything to render in a value."""
    return any(_places([value]))


@define
class Place:
    """A place in a template where there is a text with a placeholder, or an object that asks for a merge."""

    container: Any
    """The object or array that it is in."""

    key: str | int
    """The key or index there."""

    parent: Place | None = None
    """The place of the container."""

    @property
    def value(self) -> JSONValue:
        """What is there."""
        return self.container[self.key]

    @property
    def steps(self) -> tuple[str | int, ...]:
        """The way to it from the root of the template."""
        return tuple(place.key for place in reversed([*self._way_up()]))

    @property
    def merges(self) -> Iterator[JSONObject]:
        """The objects whose merge needs it."""
        return (place.container for place in self._way_up() if place.key == _MERGE)

    def _way_up(self) -> Iterator[Place]:
        place = self
        while place.parent is not None:
            yield place
            place = place.parent

    def hide(self, is_known: Callable[[Placeholder, Place], bool], kept: list[str]) -> bool:
        """Replace the placeholders that are not known by marks, and return whether there are any."""
        before = len(kept)
        parts: list[str] = []
        for part in Template.parse(self.value).parts:
            if isinstance(part, str):
                parts.append(part)
            else:
                parts.append(part.text if is_known(part, self) else _mark(part.text, kept))
        self.container[self.key] = "".join(parts)
        return len(kept) > before


def _places(root: list[JSONValue]) -> Iterator[Place]:
    """Find the places to render, in their order."""
    pending = [Place(root, 0)]
    while pending:
        place = pending.pop()
        value = place.value
        if isinstance(value, str) and "{{" in value:
            yield place
        elif isinstance(value, dict | list):
            if isinstance(value, dict) and _MERGE in value:
                yield place
            pending += [Place(value, key, place) for key, _ in reversed(_entries(value))]


def _entries(container: JSONValue) -> list[tuple[Any, JSONValue]]:
    items: list[JSONValue] = container
    return list(json.as_object(container).items() if isinstance(container, dict) else enumerate(items))


def _mark(text: str, kept: list[str]) -> str:
    kept.append(text)
    return _MARK.format(len(kept) - 1)


def _rename(container: JSONObject, rename: Callable[[str], str]) -> None:
    """Rename the keys of an object, in their order."""
    members = {rename(key): value for key, value in container.items()}
    container.clear()
    container.update(members)


def _restored(value: JSONValue, kept: list[str]) -> JSONValue:
    """Put back what the marks stand for, in place."""

    def original(text: str) -> str:
        return _MARKS.sub(lambda match: kept[int(match[1])], text)

    root: list[JSONValue] = [value]
    pending: list[Any] = [root]
    while pending:
        container = pending.pop()
        if isinstance(container, dict):
            _rename(cast("JSONObject", container), original)
        for key, item in _entries(container):
            if isinstance(item, str):
                container[key] = original(item)
            elif isinstance(item, dict | list):
                pending.append(item)
    return root[0]
