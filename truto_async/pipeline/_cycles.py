"""The cycles of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Links: TypeAlias = Mapping[str, Sequence[str]]

__all__ = ["find_cycles"]


def find_cycles(keys: Iterable[str], parents: Links, children: Links) -> Iterator[tuple[str, ...]]:
    """Find, for each group of nodes that depend on each other, a shortest way around through its first node.

    Args:
        keys: the nodes that may be on cycles, in their order.
        parents: the nodes before each node.
        children: the nodes behind each node.
    """
    keys = list(keys)
    group_of = {key: group for group in _groups(keys, parents, children) for key in group}
    done: set[str] = set()
    for key in keys:
        if key in group_of and key not in done:
            done |= group_of[key]
            yield _way_around(key, group_of[key], children)


def _groups(keys: Sequence[str], parents: Links, children: Links) -> Iterator[set[str]]:
    """Find the groups of nodes that depend on each other: the strongly connected components (Kosaraju)."""
    left = set(keys)
    for key in reversed(_finished(keys, children)):
        if key in left:
            group = {key}
            left.remove(key)
            pending = [key]
            while pending:
                for parent in parents[pending.pop()]:
                    if parent in left:
                        left.remove(parent)
                        group.add(parent)
                        pending.append(parent)
            if len(group) > 1 or key in parents[key]:
                yield group


def _finished(keys: Sequence[str], children: Links) -> list[str]:
    """List nodes in the order in which a walk in depth over their children is done with them."""
    done: list[str] = []
    new = set(keys)
    for root in keys:
        pending = [(root, iter(children[root]))] if root in new else []
        new.discard(root)
        while pending:
            key, below = pending[-1]
            child = next((child for child in below if child in new), None)
            if child is None:
                done.append(key)
                pending.pop()
            else:
                new.remove(child)
                pending.append((child, iter(children[child])))
    return done


def _way_around(first: str, group: set[str], children: Links) -> tuple[str, ...]:
    """Find a shortest cycle through a node of a group, breadth first."""
    came_from: dict[str, str] = {}
    pending = [first]
    for key in pending:
        for child in children[key]:
            if child in group and child not in came_from:
                came_from[child] = key
                pending.append(child)
    way = [came_from[first]]
    while way[-1] != first:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))
