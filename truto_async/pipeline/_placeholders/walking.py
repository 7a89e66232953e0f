"""Copy an object while its values are replaced, as the npm package traverse does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from truto_async.pipeline._placeholders.javascript import UNDEFINED, is_array, is_object, keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from truto_async._support.json import JSONValue

__all__ = ["walk"]

_END: Final = object()


def walk(root: Mapping[str, JSONValue], visit: Callable[[JSONValue], JSONValue], steps: list[str | int]) -> JSONValue:
    """Copy an object with each value replaced by what `visit` makes of it, from the outside in and in JavaScript's order.

    `visit` gets a shallow copy of each object and array. What it returns is entered and changed in its turn, so that it must
    not be the caller's. An object inside itself is removed. `steps` gets the place of the value being visited.
    """
    outside = len(steps)
    frames = [_Frame(visit(_copied(root)), root)]
    inside = {id(root)}
    while True:
        frame = frames[-1]
        frame.key = next(frame.keys, _END)
        if frame.key is _END:
            frames.pop()
            inside.discard(id(frame.given))
            del steps[outside + len(frames) :]
            if not frames:
                return frame.node
            frames[-1].put(frame.node)
            continue
        steps[outside + len(frames) - 1 :] = [frame.key]
        given = frame.get()
        node = _copied(given)
        if id(given) in inside:
            frame.remove()
            frame.put(node)
            continue
        visited = visit(node)
        if is_object(visited) or is_array(visited):
            if visited is not node:
                frame.put(visited)  # before its members are visited: placeholders in them can read it
            frames.append(_Frame(visited, given))
            if not isinstance(given, str):
                inside.add(id(given))
        else:
            frame.put(visited)


@define
class _Frame:
    """An object or array whose members are being visited."""

    node: Any
    """The object or array as it will be."""

    given: JSONValue
    """What it stands for."""

    keys: Iterator[str | int] = field(init=False)
    key: Any = None
    """The key or index of the member being visited."""

    def __attrs_post_init__(self) -> None:
        self.keys = iter(keys_of(self.node))

    def has(self) -> bool:
        """Tell whether the member is there: it may have been removed."""
        return self.key in self.node if is_object(self.node) else self.key < len(self.node)

    def get(self) -> JSONValue:
        return self.node[self.key] if self.has() else UNDEFINED

    def put(self, value: JSONValue) -> None:
        if self.has():
            self.node[self.key] = value

    def remove(self) -> None:
        del self.node[self.key]


def _copied(value: JSONValue) -> JSONValue:
    """Copy an object or array, but not what is in it. To set "__proto__" makes no key."""
    if is_object(value):
        return {key: member for key, member in value.items() if key != "__proto__"}
    return list(value) if is_array(value) else value
