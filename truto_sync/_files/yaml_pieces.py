"""Cut a YAML text into the pieces of its keys or items, each with the comments right above it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from attrs import frozen

__all__ = ["Cut", "Piece", "cut_items", "cut_keys", "indented", "outdented", "without_blank_end"]


@frozen
class Piece:
    """The lines of a key or item."""

    above: Sequence[str]
    """The comments right above it."""

    own: Sequence[str]
    """The lines from its own first one up to the next piece."""

    line: int
    """The place of its own first line in the text; 0 is the first."""


@frozen
class Cut:
    """Lines that were cut."""

    head: Sequence[str]
    """What is before the first piece."""

    pieces: Sequence[Piece]
    """The pieces, in order."""

    foot: Sequence[str] = ()
    """The comments after the last."""


def cut_keys(lines: Sequence[str], document: Any) -> Cut | None:
    """Cut the lines of a mapping, a piece for each key; None where the keys do not each begin a line."""
    places = [document.lc.data.get(key) for key in document]
    if document.fa.flow_style() or not places or any(place is None or place[1] for place in places):
        return None
    starts = [place[0] for place in places]
    foot = _start_of_comments(lines, len(lines), starts[-1] + 1, 0)
    return Cut(lines[: starts[0]], _pieces(lines[:foot], starts, starts[0], 0), lines[foot:])


def cut_items(lines: Sequence[str], key: Piece, items: Any) -> Cut | None:
    """Cut the lines of a key whose value is a sequence; None where the items do not each begin a line.

    Args:
        lines: all lines of the text.
        key: the piece of the key.
        items: the sequence.
    """
    dash = items.lc.col
    starts = [items.lc.data[index][0] for index in range(len(items))]
    if items.fa.flow_style() or any(lines[start][: dash + 1] != " " * dash + "-" for start in starts):
        return None
    begin = _start_of_comments(lines, starts[0], key.line + 1, dash)
    return Cut(lines[key.line : begin], _pieces(lines[: key.line + len(key.own)], starts, begin, dash))


def without_blank_end(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return lines without the blank ones at their end, and these."""
    end = len(lines)
    while end > 1 and not lines[end - 1].strip():
        end -= 1
    return lines[:end], lines[end:]


def outdented(lines: Sequence[str], column: int) -> str:
    """Return the lines of an item without its dash and indentation."""
    first, *others = lines
    rest = [line[column:] if not line[:column].strip() else line.lstrip() for line in others]
    return "\n".join([first[column:], *rest]) + "\n"


def indented(text: str, dash: int, column: int) -> list[str]:
    """Return a text as the lines of an item, its dash and its content at these columns."""
    first, *others = text.removesuffix("\n").split("\n")
    return [" " * dash + "-" + " " * (column - dash - 1) + first, *(" " * column + line if line else "" for line in others)]


def _pieces(lines: Sequence[str], starts: Sequence[int], begin: int, column: int) -> list[Piece]:
    """Cut lines at the comments above those where something starts."""
    cuts = [begin]
    cuts += [_start_of_comments(lines, start, before + 1, column) for before, start in pairwise(starts)]
    ends = [*cuts[1:], len(lines)]
    return [Piece(lines[cut:start], lines[start:end], start) for cut, start, end in zip(cuts, starts, ends, strict=True)]


def _start_of_comments(lines: Sequence[str], end: int, floor: int, column: int) -> int:
    """Return the first of the lines of comments, and blank lines between them, before a line; blank lines on top stay out.

    A line that is further to the right than its column may belong to a text.
    """
    start = place = end
    while place > floor:
        place -= 1
        line = lines[place].lstrip(" ")
        if line and not (line.startswith("#") and len(lines[place]) - len(line) <= column):
            break
        start = place if line else start
    return start
