"""The graph of a sync job in DOT, the language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.pipeline._drawing import draw

if TYPE_CHECKING:
    from truto_async.pipeline._drawing import Arrow, Box
    from truto_async.pipeline.graph import Graph

__all__ = ["to_dot"]

_ARROWS = {
    "depends_on": "",
    "resources_to_persist": ' [style=bold, color="#16a34a"]',
    "missing": ' [style=dashed, color="#dc2626"]',
}
_HEAD = [
    "digraph {",
    "    rankdir=LR",
    '    node [fontname="Helvetica", fontsize=11]',
    '    edge [color="#64748b"]',
]


def to_dot(graph: Graph) -> str:
    """Write a directed graph."""
    drawing = draw(graph)
    return "\n".join([*_HEAD, *map(_box, drawing.boxes), *map(_arrow, drawing.arrows), "}"])


def _box(box: Box) -> str:
    style = box.style
    line = "filled,dashed" if box.node is None else "filled"
    label = f"{_escaped(box.title)}\\n{_escaped(box.subtitle)}"
    return (
        f'    {box.id} [label="{label}", shape={style.dot}, style="{line}", color="{style.color}", fillcolor="{style.tint}"]'
    )


def _arrow(arrow: Arrow) -> str:
    return f"    {arrow.source.id} -> {arrow.target.id}{_ARROWS[arrow.style]}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
