"""What all pictures of a graph show: boxes and arrows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from truto_async.models.nodes import Node
from truto_async.pipeline._styles import MISSING, Style, style_of
from truto_async.pipeline._text import detail, plain, type_of
from truto_async.pipeline.graph import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from truto_async.pipeline.graph import Graph

__all__ = ["Arrow", "Box", "Drawing", "draw"]

_LONGEST_ID = 40


@frozen(eq=False)
class Box:
    """A node, or a name that no node has."""

    id: str
    """A word of ASCII letters, digits and underscores, no other box's and no keyword: "n_tickets"."""

    title: str
    """The node's key, or the name."""

    type: str
    """The node's type; empty for a name that no node has."""

    detail: str
    """What the node works on; often empty."""

    style: Style
    """How it looks."""

    node: Node | None
    """The node; None for a name that no node has."""

    @property
    def subtitle(self) -> str:
        """The type, and what the node works on."""
        return f"{self.type} {self.detail}".strip()


@frozen
class Arrow:
    """One node gets the records of another."""

    source: Box
    target: Box
    kind: EdgeKind

    @property
    def style(self) -> str:
        """The name of its look: the kind, or "missing" where the records come from nowhere."""
        return MISSING.name if self.source.node is None else self.kind


@frozen
class Drawing:
    """The boxes and arrows of a graph."""

    boxes: tuple[Box, ...]
    """The nodes in the order in which they can run, then the names that no node has."""

    arrows: tuple[Arrow, ...]

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles of the boxes, in their order."""
        return tuple(dict.fromkeys(box.style for box in self.boxes))


def draw(graph: Graph) -> Drawing:
    """Make the drawing of a graph."""
    missing = list(dict.fromkeys(ref.name for ref in graph.unknown))
    ids = iter(_ids([*graph.order, *missing]))
    nodes = {key: _box(key, graph.nodes[key], next(ids)) for key in graph.order}
    names = {name: Box(next(ids), plain(name), "", "no such node", MISSING, None) for name in missing}
    known = [Arrow(nodes[edge.source], nodes[edge.target], edge.kind) for edge in graph.edges]
    unknown = dict.fromkeys(Arrow(names[ref.name], nodes[ref.node], ref.kind) for ref in graph.unknown)
    return Drawing((*nodes.values(), *names.values()), (*known, *unknown))


def _box(key: str, node: Node, id_: str) -> Box:
    return Box(id_, plain(key), plain(type_of(node)), plain(detail(node)), style_of(node), node)


def _ids(names: Iterable[str]) -> Iterable[str]:
    taken: set[str] = set()
    for number, name in enumerate(names):
        id_ = "n_" + re.sub(r"\W", "_", name, flags=re.ASCII)[:_LONGEST_ID]
        while id_ in taken:
            id_ = f"{id_}_{number}"
        taken.add(id_)
        yield id_
