"""Deep merging, as the npm package deepmerge does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from truto_async.pipeline._javascript import MAX_DEPTH, OBJECT_METHODS, UnrenderableError, is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["deep_merge"]

_NOTHING: Final = object()


def deep_merge(target: Mapping[str, JSONValue], source: Mapping[str, JSONValue]) -> JSONObject:
    """Merge an object over another: objects into objects, and the elements of arrays behind those that are there.

    Neither is changed. Names of the source that every JavaScript object has, such as "toString", are left out. Raises
    UnrenderableError for an object that contains itself.
    """
    root: list[Any] = [None]
    pending: list[tuple[Any, Any, JSONValue, JSONValue, int]] = [(root, 0, target, source, 0)]
    while pending:
        container, key, old, new, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise UnrenderableError("it merges an object that contains itself", "merge one of its fields")
        if is_array(new):
            container[key] = merged = [*(old if is_array(old) else ()), *new]
            members = [(index, _NOTHING, item) for index, item in enumerate(merged)]
        else:
            members = list(_members(old, new))
            container[key] = merged = {name: value for name, _, value in members}
        pending += [(merged, *member, depth + 1) for member in members if is_object(member[2]) or is_array(member[2])]
    return root[0]


def _members(old: JSONValue, new: Mapping[str, JSONValue]) -> Iterator[tuple[str, JSONValue, JSONValue]]:
    """Pair what two objects have by the same name."""
    is_safe = old is not _NOTHING and not is_object(old) and not is_array(old)  # only numbers, texts and their like
    target = old if is_object(old) else {}
    for name, value in target.items():
        yield (name, value, new[name]) if name in new else (name, _NOTHING, value)
    for name, value in new.items():
        if name not in target and name != "__proto__" and (is_safe or name not in OBJECT_METHODS):
            yield name, _NOTHING, value
