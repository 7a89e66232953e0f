"""The differences of two sync jobs as text and as Markdown."""

from __future__ import annotations

import json
import re
from collections import Counter
from difflib import unified_diff
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from truto_async._codec.structure_error import json_path
from truto_async._support.json import as_object
from truto_async.pipeline._pictures.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.pipeline.changes import ArgumentDiff, ChangeKind, FieldChange, NodeDiff

__all__ = ["to_markdown", "to_text"]

_MARKS: Mapping[ChangeKind, str] = {"added": "+", "removed": "-", "changed": "~"}
_SHORT = 60
"""The longest value that is shown beside another."""

_LONGEST_LINE = 200
_BEFORE_CHANGE = 30
"""The characters of a long line that are shown before what is different."""


class _Line(NamedTuple):
    mark: str
    depth: int
    text: str


def to_text(fields: Sequence[FieldChange], arguments: Sequence[ArgumentDiff], nodes: Sequence[NodeDiff]) -> str:
    """Return the differences as lines, each after a mark."""
    return "".join(
        f"{'  ' * line.depth}{line.mark} {line.text}".rstrip() + "\n" for line in _lines(fields, arguments, nodes)
    )


def to_markdown(fields: Sequence[FieldChange], arguments: Sequence[ArgumentDiff], nodes: Sequence[NodeDiff]) -> str:
    """Return the same in a block that is coloured by its marks, which stand first in each line."""
    lines = [f"{line.mark} {'  ' * line.depth}{line.text}".rstrip() for line in _lines(fields, arguments, nodes)]
    if not lines:
        return "No differences.\n"
    longest = max((len(ticks) for line in lines for ticks in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    summary = ", ".join(_summary(fields, arguments, nodes))
    return "\n".join([summary, "", f"{fence}diff", *lines, fence]) + "\n"


def _summary(fields: Sequence[FieldChange], arguments: Sequence[ArgumentDiff], nodes: Sequence[NodeDiff]) -> Iterator[str]:
    for noun, items in (("field", fields), ("argument", arguments), ("node", nodes)):
        kinds = Counter(item.kind for item in items)
        yield from (f"{kinds[kind]} {noun}{'s' * (kinds[kind] > 1)} {kind}" for kind in _MARKS if kind in kinds)


def _lines(fields: Sequence[FieldChange], arguments: Sequence[ArgumentDiff], nodes: Sequence[NodeDiff]) -> Iterator[_Line]:
    parts = (_changes(fields, 0), *map(_argument, arguments), *map(_node, nodes))
    return (_Line(line.mark, line.depth, plain(line.text)) for lines in parts for line in lines)


def _argument(argument: ArgumentDiff) -> Iterator[_Line]:
    yield _Line(_MARKS[argument.kind], 0, f"argument {argument.name}")
    yield from _changes(argument.changes, 1)
    if argument.kind == "added":
        yield from _added(as_object(argument.new) or {"value": argument.new})


def _node(node: NodeDiff) -> Iterator[_Line]:
    notes = [f"renamed from {node.old_key}"] if node.is_renamed else []
    notes += [f"moved from resources[{node.old_index}] to resources[{node.new_index}]"] if node.is_moved else []
    notes += [f"at resources[{node.new_index}]"] if node.old is None else []
    yield _Line(_MARKS[node.kind], 0, ", ".join([f"node {node.key}", *notes]))
    yield from _changes(node.changes, 1)
    if node.old is None and node.new is not None:
        yield from _added({name: value for name, value in node.new.to_dict().items() if name != "name"})


def _added(document: JSONObject) -> Iterator[_Line]:
    for name, value in document.items():
        yield from _one_side("+", 1, name, value)


def _changes(changes: Iterable[FieldChange], depth: int) -> Iterator[_Line]:
    for change in changes:
        name = change.path.removeprefix("$").removeprefix(".") or "value"
        if change.kind != "changed":
            yield from _one_side(_MARKS[change.kind], depth, name, change.new if change.kind == "added" else change.old)
            continue
        old, new = _value_lines(change.old), _value_lines(change.new)
        if len(old) == len(new) == 1 and max(len(old[0]), len(new[0])) <= _SHORT:
            yield _Line("~", depth, f"{name}: {old[0]} -> {new[0]}")
            continue
        yield _Line("~", depth, f"{name}:")
        yield from _two_sides(old, new, depth + 1)


def _one_side(mark: str, depth: int, name: str, value: JSONValue) -> Iterator[_Line]:
    lines = _value_lines(value)
    if len(lines) > 1 and isinstance(value, dict):
        for key, item in as_object(value).items():
            yield from _one_side(mark, depth, name + json_path([key]).removeprefix("$"), item)
        return
    if len(lines) == 1:
        yield _Line(mark, depth, f"{name}: {_cut(lines[0])}")
        return
    yield _Line(mark, depth, f"{name}:")
    for line in lines:
        yield _Line(mark, depth + 1, _cut(line))


def _two_sides(old: Sequence[str], new: Sequence[str], depth: int) -> Iterator[_Line]:
    """Show two texts of one line, from where they differ; of longer ones a unified diff."""
    if len(old) == len(new) == 1:
        start = _length_in_common(old[0], new[0]) - _BEFORE_CHANGE
        yield _Line("-", depth, _cut(old[0], start))
        yield _Line("+", depth, _cut(new[0], start))
        return
    for line in islice(unified_diff(old, new, lineterm=""), 2, None):  # after the names of the files
        if line.startswith("@@"):
            yield _Line(" ", depth, line)
        else:
            yield _Line(line[0], depth, _cut(line[1:]))


def _length_in_common(old: str, new: str) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(old), len(new)))


def _value_lines(value: JSONValue) -> list[str]:
    """Return a text of several lines as its lines, anything else as JSON: on one line where it is short."""
    if isinstance(value, str) and "\n" in value:
        return value.replace("\t", "    ").split("\n")
    short = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or (len(short) <= _SHORT and r"\n" not in short):
        return [short]
    return json.dumps(value, ensure_ascii=False, indent=2).split("\n")


def _cut(line: str, start: int = 0) -> str:
    start = max(0, start)
    end = start + _LONGEST_LINE
    return "..." * (start > 0) + line[start:end] + "..." * (end < len(line))
