"""The steps of a sync job as a tree for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from truto_async.models.nodes import DestinationNode, Node, RequestNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Branch", "walk"]


@frozen
class Branch:
    """One line of the tree."""

    node: Node
    """The node that it shows."""

    guides: tuple[bool, ...]
    """For each level below the root, whether more siblings follow at it."""

    repeated: bool
    """True where the node, with what hangs on it, was shown before."""


def walk(nodes: Sequence[Node]) -> Iterator[Branch]:
    """List each node below the one that it gets its records from; each subtree once, and a cycle from its first node on."""
    children = _children(nodes)
    below = {child for indices in children.values() for child in indices}
    shown: set[int] = set()
    for root in [index for index in range(len(nodes)) if index not in below] + list(range(len(nodes))):
        if root not in shown:
            yield from _descend(nodes, children, root, shown)


def _descend(nodes: Sequence[Node], children: Mapping[int, Sequence[int]], root: int, shown: set[int]) -> Iterator[Branch]:
    pending: list[tuple[int, tuple[bool, ...]]] = [(root, ())]
    while pending:
        index, guides = pending.pop()
        below = children.get(index, ())
        yield Branch(nodes[index], guides, repeated=index in shown and bool(below))
        if index not in shown:
            shown.add(index)
            last = len(below) - 1
            pending += [(child, (*guides, place < last)) for place, child in reversed(list(enumerate(below)))]


def _children(nodes: Sequence[Node]) -> dict[int, list[int]]:
    """Map each node to its children: the nodes that depend on it, then the destinations that persist its records."""
    places = _places(nodes)
    children: dict[int, list[int]] = {}
    for index, node in enumerate(nodes):
        persisted = (node.resources_to_persist or []) if isinstance(node, DestinationNode) else []
        for name in dict.fromkeys([*node.parents, *persisted]):
            if name in places and places[name] != index:
                children.setdefault(places[name], []).append(index)
    return children


def _places(nodes: Sequence[Node]) -> dict[str, int]:
    """Map names and, as flat entries refer to each other, resources to nodes; names win, then the first."""
    places: dict[str, int] = {}
    for index, node in reversed(list(enumerate(nodes))):
        if isinstance(node, RequestNode) and node.resource:
            places[node.resource] = index
    return places | {node.name: index for index, node in enumerate(nodes) if node.name}
