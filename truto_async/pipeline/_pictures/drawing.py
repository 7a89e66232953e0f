"""What all pictures of a graph show: boxes and arrows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from truto_async.models.nodes import Node
from truto_async.pipeline._pictures.styles import MISSING, Style, style_of
from truto_async.pipeline._pictures.text import detail, plain, type_of
from truto_async.pipeline.graph import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from truto_async.pipeline.graph import Graph

__all__ = ["Arrow", "Box", "Drawing", "draw", "faults"]

_EMPTY = "(empty)"
_LONGEST_ID = 40
_LONGEST_CYCLE = 12
_MOST_FAULTS = 20


@frozen(eq=False)
class Box:
    """A node, or a name that no node has."""

    id: str
    """A word of ASCII letters, digits and underscores, no other box's and no keyword: "n_tickets"."""

    key: str
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
    def title(self) -> str:
        """The key, without control characters."""
        return plain(self.key) or _EMPTY

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
    order = graph.order
    missing = list(dict.fromkeys(ref.name for ref in graph.unknown))
    ids = _ids([*order, *missing])
    nodes = {key: _box(key, graph.nodes[key], id_) for key, id_ in zip(order, ids, strict=False)}
    names = {
        name: Box(id_, name, "", "no such node", MISSING, None) for name, id_ in zip(missing, ids[len(order) :], strict=True)
    }
    known = [Arrow(nodes[edge.source], nodes[edge.target], edge.kind) for edge in graph.edges]
    unknown = dict.fromkeys(Arrow(names[ref.name], nodes[ref.node], ref.kind) for ref in graph.unknown)
    return Drawing((*nodes.values(), *names.values()), (*known, *unknown))


def faults(graph: Graph) -> list[str]:
    """Say in lines what a picture shows badly: the cycles, and the names that no node has."""
    lines = [_cycle(cycle) for cycle in graph.cycles]
    lines += [f"{ref.node}: no node is called {ref.name or _EMPTY} ({ref.kind})" for ref in graph.unknown]
    more = len(lines) - _MOST_FAULTS
    return [*map(plain, lines[:_MOST_FAULTS]), *([f"and {more:,} more"] if more > 0 else [])]


def _cycle(keys: tuple[str, ...]) -> str:
    shown = keys if len(keys) <= _LONGEST_CYCLE else (*keys[:_LONGEST_CYCLE], f"({len(keys) - _LONGEST_CYCLE:,} more)")
    return f"cycle: {' → '.join([*shown, keys[0]])}"


def _box(key: str, node: Node, id_: str) -> Box:
    return Box(id_, key, plain(type_of(node)), plain(detail(node)), style_of(node), node)


def _ids(names: Sequence[str]) -> list[str]:
    ids: dict[str, None] = {}
    for number, name in enumerate(names):
        id_ = "n_" + re.sub(r"\W", "_", name, flags=re.ASCII)[:_LONGEST_ID]
        while id_ in ids:
            id_ = f"{id_}_{number}"
        ids[id_] = None
    return list(ids)
