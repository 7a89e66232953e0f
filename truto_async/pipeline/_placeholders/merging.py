"""Deep merging, as the npm package deepmerge does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from truto_async.pipeline._placeholders.javascript import MAX_DEPTH, OBJECT_METHODS, UnrenderableError, is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        pairs = _pairs(old, new)
        values = {name: value for name, _, value in pairs}
        container[key] = merged = values if is_object(new) else [*values.values()]
        pending += [(merged, *pair, depth + 1) for pair in pairs if is_object(pair[2]) or is_array(pair[2])]
    merged_root: JSONObject = root[0]
    return merged_root


def _pairs(old: JSONValue, new: JSONValue) -> list[tuple[str | int, JSONValue, JSONValue]]:
    """List what the merger of two objects or arrays has: key, the old value that is merged into, and the new one."""
    if is_array(new):
        return [(index, _NOTHING, item) for index, item in enumerate([*(old if is_array(old) else ()), *new])]
    target: Mapping[str, JSONValue] = old if is_object(old) else {}
    names = [name for name in new if name not in target and name != "__proto__"]
    if old is _NOTHING or is_object(old) or is_array(old):  # but not for a number, a text or the like
        names = [name for name in names if name not in OBJECT_METHODS]
    pairs = [(name, value, new[name]) if name in new else (name, _NOTHING, value) for name, value in target.items()]
    return [*pairs, *((name, _NOTHING, new[name]) for name in names)]
