"""The graph of a sync job in DOT, the language of Graphviz."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from truto_async.pipeline._pictures.drawing import draw
from truto_async.pipeline._pictures.styles import ARROW_COLORS

if TYPE_CHECKING:
    from truto_async.pipeline._pictures.drawing import Arrow, Box
    from truto_async.pipeline.graph import Graph

__all__ = ["to_dot"]

_WIDTH = 32  # characters
_LINES = {"depends_on": "solid", "resources_to_persist": "bold", "missing": "dashed"}
_HEAD = [
    "digraph {",
    "    rankdir=LR",
    '    node [fontname="Helvetica", fontsize=11]',
]


def to_dot(graph: Graph) -> str:
    """Write a directed graph."""
    drawing = draw(graph)
    return "\n".join([*_HEAD, *map(_box, drawing.boxes), *map(_arrow, drawing.arrows), "}"])


def _box(box: Box) -> str:
    style = box.style
    line = "filled,dashed" if box.node is None else "filled"
    label = "\\n".join(map(_escaped, [box.title, *wrap(box.subtitle, _WIDTH)]))
    return (
        f'    {box.id} [label="{label}", shape={style.dot}, style="{line}", color="{style.color}", fillcolor="{style.tint}"]'
    )


def _arrow(arrow: Arrow) -> str:
    look = f'style={_LINES[arrow.style]}, color="{ARROW_COLORS[arrow.style]}"'
    return f"    {arrow.source.id} -> {arrow.target.id} [{look}]"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
