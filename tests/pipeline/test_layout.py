"""Where boxes and arrows are drawn."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truto_async.pipeline._pictures.layers import columns_of
from truto_async.pipeline._pictures.layout import BOX_HEIGHT, BOX_WIDTH, Layout, lay_out

GRAPHS = st.integers(1, 12).flatmap(
    lambda count: st.tuples(
        st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=24)
    )
)


def rows(layout: Layout) -> list[int]:
    """List the upper ends of the boxes."""
    return [layout.corners[box][1] for box in sorted(layout.corners)]


@given(GRAPHS)
def test_any_graph(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    """Boxes do not overlap, arrows go from box to box, to the right where they can, and through no box."""
    count, arrows = drawn
    layout = lay_out(count, arrows)

    assert set(range(count)) == set(layout.corners)
    for (left, top), (other_left, other_top) in combinations(layout.corners.values(), 2):
        assert abs(left - other_left) >= BOX_WIDTH + 40 or abs(top - other_top) >= BOX_HEIGHT + 10
    for left, top in layout.corners.values():
        assert 0 <= left <= layout.width - BOX_WIDTH
        assert 0 <= top <= layout.height - BOX_HEIGHT
    for (source, target), route in zip(arrows, layout.routes, strict=True):
        (left, top), (to_left, to_top) = layout.corners[source], layout.corners[target]
        assert (left + BOX_WIDTH, top + BOX_HEIGHT // 2) == route[0]
        assert (to_left, to_top + BOX_HEIGHT // 2) == route[-1]
        assert source >= target or left < to_left
        for (start, y), (end, to_y) in pairwise(route[1:-1]) if left < to_left else ():
            assert start < end
            for x, top in layout.corners.values() if y == to_y else ():
                assert not (start <= x < end and top - 5 < y < top + BOX_HEIGHT + 5)


def test_a_diamond() -> None:
    """What is parallel is one above the other, and the rest half way between."""
    layout = lay_out(4, [(0, 1), (0, 2), (1, 3), (2, 3)])

    top, middle = layout.corners[1][1], layout.corners[0][1]
    assert [middle, top, 2 * middle - top, middle] == rows(layout)


def test_crossings_are_removed() -> None:
    """Also those that no sorting removes: here two boxes have to change places that are equally good for each."""
    # 0 leads to 1 and 2; 1 to 3 and 4; 2 and 3 to 5; 4 and 0 to 6
    layout = lay_out(7, [(0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (3, 5), (4, 6), (0, 6)])

    assert layout.corners[2][1] < layout.corners[1][1]
    assert layout.corners[5][1] < layout.corners[6][1]


def test_a_shared_lane() -> None:
    """Long arrows to one box run together, straight."""
    layout = lay_out(6, [(0, 1), (1, 2), (2, 3), (3, 4), *((box, 5) for box in range(5))])

    lanes = {y for route in layout.routes[4:] for _, y in route[1:-1]}
    assert 1 == len(lanes)
    assert 4 == len(layout.routes[4])


def test_parts() -> None:
    """What is not connected stands side by side and below, the largest part first."""
    layout = lay_out(9, [(6, 7), (7, 8)])

    assert (0, 0) == layout.corners[6]
    assert 1 < len(set(rows(layout))) < 6
    assert layout.width < 4 * (BOX_WIDTH + 60)


def test_too_many_lanes() -> None:
    """Arrows go straight rather than through lanes without number."""
    count = 300
    chain = list(pairwise(range(count)))
    long = [(0, box) for box in range(2, count)]

    assert {2} == {len(route) for route in lay_out(count, chain + long).routes}


@pytest.mark.parametrize("arrows", [[(0, 1), (1, 2), (2, 0)], [(2, 1), (1, 0), (0, 2)]])
def test_cycles(arrows: list[tuple[int, int]]) -> None:
    """The first box of a cycle is on the left; arrows to earlier boxes do not count."""
    assert 0 == columns_of(range(3), arrows)[0]
    assert 0 == columns_of([0], [(0, 0)])[0]


def test_crossings_that_stay() -> None:
    """Not every graph can be drawn without."""
    arrows = [(source, target) for source in range(3) for target in range(3, 6)]

    assert 3 == len({layout_top for _, layout_top in lay_out(6, arrows).corners.values()})
