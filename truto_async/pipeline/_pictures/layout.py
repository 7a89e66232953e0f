"""The coordinates of a picture: boxes in columns from left to right, and the ways of the arrows between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from truto_async.pipeline._pictures.layers import Spot, columns_of, in_columns, with_lanes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline._pictures.layers import Links

    Arrows: TypeAlias = Sequence[tuple[int, int]]

__all__ = ["BOX_HEIGHT", "BOX_WIDTH", "Layout", "Point", "lay_out"]

Point: TypeAlias = tuple[int, int]
"""A place: x grows to the right, y downwards."""

BOX_WIDTH = 224
BOX_HEIGHT = 46
_COLUMN = BOX_WIDTH + 48  # from one column to the next
_ROW_GAP = 18
_LANE_GAP = 12
_SHELF_GAP = 30
_ASPECT = 1.6  # the width of a picture of many parts, by its height
_SWEEPS = 6


@frozen
class Layout:
    """Where everything is."""

    corners: Mapping[int, Point]
    """The left upper corner of each box."""

    routes: Sequence[Sequence[Point]]
    """The way of each arrow: from box to box, through the two ends of each straight piece between; an arrow that leads back
    has the two ends only."""

    width: int

    height: int


@frozen
class _Part:
    """The boxes that hang together, with coordinates of their own."""

    columns: Mapping[int, int]
    """The column of each box."""

    ys: Mapping[Spot, int]
    """The middle of each box and lane."""

    width: int
    height: int


def lay_out(count: int, arrows: Arrows) -> Layout:
    """Place boxes, which are numbers below a count, and the arrows between them."""
    groups = sorted(_groups(count, arrows), key=len, reverse=True)
    group_of = {box: number for number, group in enumerate(groups) for box in group}
    arrows_of: list[list[tuple[int, int]]] = [[] for _ in groups]
    for arrow in arrows:
        arrows_of[group_of[arrow[0]]].append(arrow)
    parts = [_part(*both) for both in zip(groups, arrows_of, strict=True)]
    corners: dict[int, Point] = {}
    routes: dict[tuple[int, int], list[Point]] = {}
    width = height = 0
    for part, own, (left, top) in zip(parts, arrows_of, _on_shelves(parts), strict=True):
        corners |= {
            box: (left + column * _COLUMN, top + part.ys[box] - BOX_HEIGHT // 2) for box, column in part.columns.items()
        }
        routes |= {arrow: [(left + x, top + y) for x, y in way] for arrow, way in zip(own, _ways(part, own), strict=True)}
        width, height = max(width, left + part.width), max(height, top + part.height)
    return Layout(corners, [routes[arrow] for arrow in arrows], width, height)


def _groups(count: int, arrows: Arrows) -> Iterator[list[int]]:
    """Find the boxes that hang together."""
    near: list[list[int]] = [[] for _ in range(count)]
    for source, target in arrows:
        near[source].append(target)
        near[target].append(source)
    seen: set[int] = set()
    for first in range(count):
        if first not in seen:
            group = [first]
            seen.add(first)
            for box in group:
                new = dict.fromkeys(other for other in near[box] if other not in seen)
                seen.update(new)
                group += new
            yield sorted(group)


def _part(boxes: Sequence[int], arrows: Arrows) -> _Part:
    columns = columns_of(boxes, arrows)
    ys = _heights(*in_columns(columns, with_lanes(columns, arrows)))
    top = min(y - _size(spot) // 2 for spot, y in ys.items())
    bottom = max(y + _size(spot) // 2 for spot, y in ys.items())
    width = max(columns.values()) * _COLUMN + BOX_WIDTH
    return _Part(columns, {spot: y - top for spot, y in ys.items()}, width, bottom - top)


def _heights(order: Sequence[Sequence[Spot]], before: Links, behind: Links) -> dict[Spot, int]:
    """Find the middle of each spot: near to those of its neighbours, in the order of its column."""
    ys = {spot: y for column in order for spot, y in zip(column, accumulate(_distances(column), initial=0.0), strict=True)}
    for _ in range(_SWEEPS):
        for columns, links in ((order, before), (order[::-1], behind)):
            for column in columns:
                ys |= zip(column, _spread(column, [_wanted(spot, links[spot], ys) for spot in column]), strict=True)
    return {spot: round(y) for spot, y in ys.items()}


def _wanted(spot: Spot, neighbours: Sequence[Spot], ys: Mapping[Spot, float]) -> float:
    """Return where a spot would be best: amid its neighbours; those of its own kind, if any, so that lanes are straight."""
    near = [other for other in neighbours if _size(other) == _size(spot)] or neighbours
    return sum(ys[other] for other in near) / len(near) if near else ys[spot]


def _size(spot: Spot) -> int:
    return 0 if isinstance(spot, tuple) else BOX_HEIGHT


def _distances(column: Sequence[Spot]) -> Iterator[float]:
    """Return the least distances between the middles of neighbours."""
    for above, below in pairwise(column):
        sizes = _size(above) + _size(below)
        yield sizes / 2 + _ROW_GAP if sizes else _LANE_GAP


def _spread(column: Sequence[Spot], wanted: Sequence[float]) -> Iterator[float]:
    """Move spots as little as it takes to keep their distances: the least squares, found by pooling adjacent violators."""
    offsets = list(accumulate(_distances(column), initial=0.0))
    blocks: list[tuple[float, int]] = []  # the mean and the number of spots that lie close together
    for want, offset in zip(wanted, offsets, strict=True):
        mean, count = want - offset, 1
        while blocks and blocks[-1][0] >= mean:
            other_mean, other_count = blocks.pop()
            mean = (mean * count + other_mean * other_count) / (count + other_count)
            count += other_count
        blocks.append((mean, count))
    moved = (mean for mean, count in blocks for _ in range(count))
    return (mean + offset for mean, offset in zip(moved, offsets, strict=True))


def _ways(part: _Part, arrows: Arrows) -> Iterator[list[Point]]:
    """Find the points that each arrow goes through."""
    lanes: dict[int, list[tuple[int, int, int]]] = {}  # to each box: straight pieces, by first and last column
    for spot, y in sorted((spot, y) for spot, y in part.ys.items() if isinstance(spot, tuple)):
        pieces = lanes.setdefault(spot[0], [])
        first = pieces.pop()[0] if pieces and pieces[-1][2] == y else spot[1]
        pieces.append((first, spot[1], y))
    for source, target in arrows:
        start, end = part.columns[source], part.columns[target]
        points = [(start * _COLUMN + BOX_WIDTH, part.ys[source])]
        for first, last, y in lanes.get(target, ()) if start < end else ():
            if last > start:
                points += [(max(first, start + 1) * _COLUMN, y), (last * _COLUMN + BOX_WIDTH, y)]
        yield [*points, (end * _COLUMN, part.ys[target])]


def _on_shelves(parts: Sequence[_Part]) -> Iterator[Point]:
    """Give each part a place: from left to right, and below when the line is full."""
    area = sum((part.width + _SHELF_GAP) * (part.height + _SHELF_GAP) for part in parts)
    widest = max([sqrt(area * _ASPECT), *(part.width for part in parts)])
    left = top = height = 0
    for part in parts:
        if left and left + part.width > widest:
            left, top, height = 0, top + height + _SHELF_GAP, 0
        yield left, top
        left, height = left + part.width + _COLUMN - BOX_WIDTH, max(height, part.height)
