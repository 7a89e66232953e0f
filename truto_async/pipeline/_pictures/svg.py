"""The graph of a sync job as an SVG drawing: a part of a page, or a picture of its own."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from attrs import frozen

from truto_async.pipeline._pictures.drawing import draw
from truto_async.pipeline._pictures.layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from truto_async.pipeline._pictures.styles import ARROW_COLORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from truto_async.pipeline._pictures.drawing import Box, Drawing
    from truto_async.pipeline._pictures.layout import Point
    from truto_async.pipeline.graph import Graph

__all__ = ["ARROW_LOOKS", "Picture", "svg_element", "svg_picture", "to_svg"]

ARROW_LOOKS = {
    "depends_on": 'stroke="currentColor" stroke-opacity=".55"',
    "resources_to_persist": f'stroke="{ARROW_COLORS["resources_to_persist"]}" stroke-width="2"',
    "missing": f'stroke="{ARROW_COLORS["missing"]}" stroke-dasharray="5 4"',
}
"""The attributes of arrows."""

_TEXT_COLOR = "#0f172a"
_MARGIN = 20
_TEXT_LEFT = 18
_TEXT_WIDTH = BOX_WIDTH - _TEXT_LEFT - 8
_NARROW = frozenset("iljtfrI.,:;'|!()[]{} ")
_BROAD = frozenset("mwMW@%&")


@frozen
class Picture:
    """A drawing and its size in pixels."""

    text: str
    width: int
    height: int


def to_svg(graph: Graph) -> str:
    """Return a picture of a graph."""
    return svg_picture(draw(graph)).text


def svg_element(drawing: Drawing) -> str:
    """Return an `<svg>` element of a page, whose boxes are buttons to which a script can give a meaning.

    The attribute `data-box` of a box is its place in the drawing, and so is the `data-arrow` of an arrow. Text has the
    colour of the page's text, so that the drawing reads well on light and on dark backgrounds.
    """
    return _svg(drawing, buttons=True).text


def svg_picture(drawing: Drawing) -> Picture:
    """Return a picture on a white ground, for a file of its own."""
    return _svg(drawing, buttons=False)


def _svg(drawing: Drawing, *, buttons: bool) -> Picture:
    places = {box: place for place, box in enumerate(drawing.boxes)}
    layout = lay_out(len(drawing.boxes), [(places[arrow.source], places[arrow.target]) for arrow in drawing.arrows])
    arrows = [
        f'<path data-arrow="{place}" class="arrow {arrow.style}" {ARROW_LOOKS[arrow.style]} d="{_path(route)}"/>'
        for place, (arrow, route) in enumerate(zip(drawing.arrows, layout.routes, strict=True))
    ]
    boxes = [_box(box, place, layout.corners[place], buttons=buttons) for place, box in enumerate(drawing.boxes)]
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    corner = f'x="{-_MARGIN}" y="{-_MARGIN}"'
    ground = [] if buttons else [f'<rect {corner} width="{width}" height="{height}" rx="8" fill="#ffffff"/>']
    color = "" if buttons else f' color="{_TEXT_COLOR}"'
    size = f'width="{width}" height="{height}" viewBox="{-_MARGIN} {-_MARGIN} {width} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="system-ui, sans-serif" fill="currentColor"{color}>'
    lines = [head, *ground, '<g fill="none" stroke-width="1.5">', *arrows, "</g>", *boxes, "</svg>"]
    return Picture("\n".join(lines), width, height)


def _box(box: Box, place: int, corner: Point, *, buttons: bool) -> str:
    x, y = corner
    color = box.style.color
    dashes = ' stroke-dasharray="5 4"' if box.node is None else ""
    button = f' data-box="{place}" tabindex="0" role="button"' if buttons else ""
    area = f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="{color}" fill-opacity=".13"'
    return (
        f'<g class="box {box.style.name}" transform="translate({x} {y})"{button}>'
        f"<title>{escape(box.title)}: {escape(box.subtitle)}</title>"
        f'<rect {area} stroke="{color}"{dashes}/>'
        f'<path d="M8 0H6a6 6 0 0 0-6 6v{BOX_HEIGHT - 12}a6 6 0 0 0 6 6h2z" fill="{color}"/>'
        f'<text x="{_TEXT_LEFT}" y="19" font-size="13" font-weight="600">{escape(_fitting(box.title, 14.5))}</text>'
        f'<text x="{_TEXT_LEFT}" y="35" font-size="11" fill-opacity=".8">{escape(_fitting(box.subtitle, 12))}</text>'
        "</g>"
    )


def _path(route: Sequence[Point]) -> str:
    """Draw curves between columns and straight lines along lanes, and an arrowhead."""
    if route[0][0] >= route[-1][0]:
        return _loop(route[0], route[-1])
    (x, y), *_ = route
    path = [f"M{x} {y}"]
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(route)):
        middle = (x + to_x) // 2
        path.append(f"L{to_x} {to_y}" if number % 2 else f"C{middle} {y} {middle} {to_y} {to_x} {to_y}")
    return "".join(path) + _head(route[-1])


def _loop(start: Point, end: Point) -> str:
    """Lead an arrow back, below the boxes at its ends."""
    (x, y), (to_x, to_y) = start, end
    low = max(y, to_y) + BOX_HEIGHT
    return f"M{x} {y}C{x + 50} {low} {to_x - 50} {low} {to_x} {to_y}" + _head(end)


def _head(point: Point) -> str:
    x, y = point
    return f"M{x - 7} {y - 4}L{x - 1} {y}L{x - 7} {y + 4}"


def _fitting(text: str, size: float) -> str:
    """Cut a text off where it would leave its box. The widths of the letters are estimated."""
    left = _TEXT_WIDTH / size
    for place, char in enumerate(text):
        left -= _width(char)
        if left < 0:
            return text[:place].rstrip() + "…"
    return text


def _width(char: str) -> float:
    if char in _NARROW:
        return 0.36
    if char in _BROAD:
        return 0.88
    if east_asian_width(char) in "WF":
        return 1.05
    return 0.68 if char.isupper() else 0.58
