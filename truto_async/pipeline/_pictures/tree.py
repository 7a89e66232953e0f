"""The graph of a sync job as a tree for terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from truto_async.pipeline._pictures.drawing import faults
from truto_async.pipeline._pictures.text import detail, plain, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.models.nodes import Node
    from truto_async.pipeline.graph import Graph

__all__ = ["to_text", "tree"]

_DEEPEST = 20  # levels of indentation, three columns each


@frozen
class _Branch:
    """A node that is to be shown."""

    key: str
    corner: str
    """What is drawn left of the node."""

    indent: str
    """What is drawn left of the nodes below it."""

    after: str = ""
    """The parent, where the node is too deep to be drawn below it."""


def to_text(graph: Graph) -> str:
    """Draw the tree, and say below it what a tree shows badly."""
    lines = [*tree(graph)] or ["(no nodes)"]
    found = faults(graph)
    return "\n".join([*lines, *(["", "Faults", *(f"  {fault}" for fault in found)] if found else [])])


def tree(graph: Graph) -> Iterator[str]:
    """Draw each node below the ones that it gets its records from; each subtree once, and a cycle from its first node on."""
    shown: set[str] = set()
    roots = [key for key in graph.nodes if set(graph.parents(key)) <= {key}]
    for root in [*roots, *graph.nodes]:
        if root not in shown:
            yield from _below(graph, root, shown)


def _below(graph: Graph, root: str, shown: set[str]) -> Iterator[str]:
    too_deep = [_Branch(root, "", "")]
    for start in too_deep:
        pending = [start]
        while pending:
            branch = pending.pop()
            children = [child for child in graph.children(branch.key) if child != branch.key]
            yield _line(graph.nodes[branch.key], branch, repeated=branch.key in shown and bool(children))
            if branch.key in shown:
                continue
            shown.add(branch.key)
            if len(branch.indent) == 3 * _DEEPEST:
                too_deep += [_Branch(child, "", "", after=branch.key) for child in children]
            else:
                pending += reversed(_branches(branch.indent, children))


def _branches(indent: str, keys: list[str]) -> list[_Branch]:
    if not keys:
        return []
    *others, last = keys
    return [*(_Branch(key, f"{indent}├─ ", f"{indent}│  ") for key in others), _Branch(last, f"{indent}└─ ", f"{indent}   ")]


def _line(node: Node, branch: _Branch, *, repeated: bool) -> str:
    after = f"  (after {plain(branch.after)})" if branch.after else ""
    return f"{branch.corner}{plain(_describe(node))}{after}{'  (see above)' if repeated else ''}"


def _describe(node: Node) -> str:
    if node.name is None:
        return f"{type_of(node)} {detail(node)}".rstrip()
    return f"{node.name}  [{type_of(node)}] {detail(node)}".rstrip()
