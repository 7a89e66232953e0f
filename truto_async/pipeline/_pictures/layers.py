"""Where the boxes of a picture go: columns from left to right, and the order in each, with few crossings.

The method is Sugiyama's: an arrow that is longer than one column is led through a lane in each column between. The arrows to
one box share their lanes, which keeps pictures calm and their number small.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Links", "Spot", "columns_of", "in_columns", "with_lanes"]

Spot: TypeAlias = int | tuple[int, int]
"""What takes room in a column: a box by its number, or the lane to a box by the numbers of the box and the column."""

Links: TypeAlias = "dict[Spot, list[Spot]]"
"""The spots of the next column that each spot leads to, or of the column before that lead to it."""

_SWEEPS = 6
_MANY_STEPS = 3000  # too many for exchanges
_MOST_LANES = 20_000


def columns_of(boxes: Sequence[int], arrows: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the column of each box: right of all that lead to it.

    An arrow to an earlier box, as there are on cycles, is left out of account.
    """
    places = {box: place for place, box in enumerate(boxes)}
    before: dict[int, list[int]] = {box: [] for box in boxes}
    for source, target in arrows:
        if places[source] < places[target]:
            before[target].append(source)
    columns: dict[int, int] = {}
    for box in boxes:
        columns[box] = max((columns[source] + 1 for source in before[box]), default=0)
    return columns


def with_lanes(columns: Mapping[int, int], arrows: Sequence[tuple[int, int]]) -> list[tuple[Spot, Spot]]:
    """Cut the arrows into steps of one column, through lanes; an arrow that leads back has none.

    Where that would take very many lanes, longer arrows have none either: they go straight.
    """
    first: dict[int, int] = {}
    for source, target in arrows:
        if columns[source] + 1 < columns[target]:
            first[target] = min(first.get(target, columns[target]), columns[source] + 1)
    too_many = sum(columns[target] - column for target, column in first.items()) > _MOST_LANES
    steps: dict[tuple[Spot, Spot], None] = {}
    for target, column in first.items() if not too_many else ():
        lanes: list[Spot] = [(target, place) for place in range(column, columns[target])]
        steps |= dict.fromkeys(pairwise([*lanes, target]))
    for source, target in arrows:
        if columns[source] + 1 == columns[target]:
            steps[source, target] = None
        elif columns[source] < columns[target] and not too_many:
            steps[source, (target, columns[source] + 1)] = None
    return list(steps)


def in_columns(columns: Mapping[int, int], steps: Sequence[tuple[Spot, Spot]]) -> tuple[list[list[Spot]], Links, Links]:
    """Put the boxes and lanes of each column in an order with few crossings.

    Returns the columns, and the spots before and behind each spot.
    """
    before: Links = {box: [] for box in columns}
    behind: Links = {box: [] for box in columns}
    for source, target in steps:
        for spot in (source, target):
            before.setdefault(spot, [])
            behind.setdefault(spot, [])
        behind[source].append(target)
        before[target].append(source)
    order: list[list[Spot]] = [[] for _ in range(max(columns.values()) + 1)]
    for spot in before:
        order[spot[1] if isinstance(spot, tuple) else columns[spot]].append(spot)
    best, fewest = order, _crossings(order, behind)
    for better in _orders(order, before, behind, sweeps=_SWEEPS, exchanges=_SWEEPS if len(steps) < _MANY_STEPS else 0):
        if not fewest:
            break
        if (crossings := _crossings(better, behind)) < fewest:
            best, fewest = better, crossings
    return best, before, behind


def _orders(
    order: list[list[Spot]], before: Links, behind: Links, *, sweeps: int, exchanges: int
) -> Iterator[list[list[Spot]]]:
    """Try orders: sweeps to and fro, then exchanges of neighbours, where every other time equally good ones count, too."""
    for _ in range(sweeps):
        order = _swept(_swept(order, before)[::-1], behind)[::-1]
        yield order
    for number in range(exchanges):
        order = _exchanged(order, before, behind, least=number % 2)
        yield order


def _swept(order: Sequence[Sequence[Spot]], links: Links) -> list[list[Spot]]:
    """Sort each column by the places of the neighbours in the one before it; what has none there keeps its place."""
    swept: list[list[Spot]] = []
    places: dict[Spot, float] = {}
    for column in order:
        wanted = {
            spot: sum(places[near] for near in links[spot]) / len(links[spot]) if links[spot] else place
            for place, spot in enumerate(column)
        }
        swept.append(sorted(column, key=wanted.__getitem__))
        places = {spot: place for place, spot in enumerate(swept[-1])}
    return swept


def _exchanged(order: Sequence[Sequence[Spot]], before: Links, behind: Links, *, least: int) -> list[list[Spot]]:
    """Exchange neighbours where that makes fewer crossings, by `least` at the least."""
    exchanged = [[*column] for column in order]
    places = {spot: place for column in exchanged for place, spot in enumerate(column)}
    for column in exchanged:
        for place in range(len(column) - 1):
            upper, lower = column[place : place + 2]
            gain = 0
            for links in (before, behind):
                ups, lows = (sorted(places[near] for near in links[spot]) for spot in (upper, lower))
                gain += _inversions(ups, lows) - _inversions(lows, ups)
            if gain >= least:
                column[place : place + 2] = lower, upper
                places[lower], places[upper] = place, place + 1
    return exchanged


def _inversions(upper: Sequence[int], lower: Sequence[int]) -> int:
    """Count the crossings of the arrows of a spot with those of the spot below it, by the sorted places of their ends."""
    return sum(bisect_left(lower, end) for end in upper)


def _crossings(order: Sequence[Sequence[Spot]], behind: Links) -> int:
    crossings = 0
    for left, right in pairwise(order):
        places = {spot: place for place, spot in enumerate(right)}
        seen: list[int] = []
        for spot in left:
            ends = sorted(places[end] for end in behind[spot])
            crossings += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return crossings
