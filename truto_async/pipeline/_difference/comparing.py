"""Compare JSON values, and say where they are different."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from truto_async._codec.structure_error import json_path
from truto_async._support.json import as_array, as_object
from truto_async.pipeline._difference.content import is_same
from truto_async.pipeline.changes import FieldChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from truto_async._support.json import JSONObject, JSONValue

    Translate: TypeAlias = Callable[[str], str]
    Steps: TypeAlias = tuple[str | int, ...]

__all__ = ["compare", "compare_objects"]


def compare_objects(
    old: JSONObject, new: JSONObject, steps: Steps = (), translate: Translate | None = None
) -> Iterator[FieldChange]:
    """Compare two objects field by field, in the order of the new one; fields that were removed come last.

    Args:
        old: the object before.
        new: the object now.
        steps: the keys and indices that lead to them.
        translate: returns what a text of the old object is expected to be in the new one; where it is, nothing has changed.
    """
    for key, value in new.items():
        if key in old:
            yield from compare(old[key], value, (*steps, key), translate)
        else:
            yield FieldChange(json_path((*steps, key)), "added", None, value)
    for key, value in old.items():
        if key not in new:
            yield FieldChange(json_path((*steps, key)), "removed", value, None)


def compare(old: JSONValue, new: JSONValue, steps: Steps = (), translate: Translate | None = None) -> Iterator[FieldChange]:
    """Compare two values; arrays item by item where they have the same length, else as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from compare_objects(as_object(old), as_object(new), steps, translate)
    elif isinstance(old, list) and isinstance(new, list):
        olds, news = as_array(old), as_array(new)
        if len(olds) != len(news):
            yield FieldChange(json_path(steps), "changed", olds, news)
            return
        for index, (one, other) in enumerate(zip(olds, news, strict=True)):
            yield from compare(one, other, (*steps, index), translate)
    elif not (is_same(old, new) or (translate is not None and isinstance(old, str) and translate(old) == new)):
        yield FieldChange(json_path(steps), "changed", old, new)
