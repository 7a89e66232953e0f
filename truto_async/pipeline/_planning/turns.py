"""Which nodes of a job get their turn: when, and for whose records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from truto_async.models.nodes import (
    DestinationNode,
    EventNode,
    RequestNode,
    SpoolNode,
    TransformNode,
    UnknownNode,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from truto_async.pipeline.graph import Graph

__all__ = ["Turn", "Turns"]

_MAKERS = (RequestNode, TransformNode, UnknownNode)
"""Nodes with records of their own. The others pass on what they get."""


@frozen
class Turn:
    """When a node runs, as far as that is known. The fields are those of `PlannedNode`."""

    runs: bool | None = True
    why: str | None = None
    level: int | None = 0
    event: str | None = None
    each: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def skipped(self, why: str) -> Turn:
        """Return the turn of a node that does not run."""
        return evolve(self, runs=False, why=why)

    def doubtful(self, why: str) -> Turn:
        """Return the turn of a node of which it is not known whether it runs."""
        return evolve(self, runs=None, why=why)


class Turns:
    """The turns of the nodes of a job. Each follows from those before it."""

    def __init__(self, graph: Graph) -> None:
        """Begin with none."""
        self._graph = graph
        self._turns: dict[str, Turn] = {}
        self._reached = {key for level in graph.levels for key in level}
        self._missing = {reference.node: reference.name for reference in reversed(graph.unknown)}

    def __setitem__(self, key: str, turn: Turn) -> None:
        self._turns[key] = turn

    def left_to(self, key: str) -> Turn:
        """Return the turn that the nodes before a node leave to it. They must have theirs."""
        if key not in self._reached:
            return Turn(level=None).skipped("it is on a cycle, or behind one")
        parents = {parent: self._turns[parent] for parent in self._graph.parents(key)}
        turn = self._behind(parents)
        if parents:
            return _as_far_as_they_run(turn, parents)
        if key in self._missing:
            return turn.doubtful(f"it depends on {self._missing[key]!r}, and no node is called so")
        if isinstance(self._graph.nodes[key], DestinationNode):
            return turn.skipped("nothing is handed to it")
        return turn

    def _behind(self, parents: Mapping[str, Turn]) -> Turn:
        level = 0
        events: list[str | None] = []
        each: dict[str, None] = {}
        after: dict[str, None] = {}
        for key, turn in parents.items():
            node = self._graph.nodes[key]
            level = max(level, (turn.level or 0) + isinstance(node, RequestNode))
            events.append(turn.event)
            if isinstance(node, EventNode):
                events.append(None if node.config is None else node.config.name)
            elif isinstance(node, SpoolNode):
                after[key] = None
            elif isinstance(node, _MAKERS):
                each[key] = None
            else:
                each |= dict.fromkeys(turn.each)
                after |= dict.fromkeys(turn.after)
        return Turn(level=level, event=next(filter(None, events), None), each=tuple(each), after=tuple(after))


def _as_far_as_they_run(turn: Turn, parents: Mapping[str, Turn]) -> Turn:
    """Let a node run where one of those before it does: a node that is skipped hands nothing on."""
    if any(parent.runs for parent in parents.values()):
        return turn
    if doubtful := [key for key, parent in parents.items() if parent.runs is None]:
        return turn.doubtful(f"it depends on {_listed(doubtful)}, and whether that runs is decided at run time")
    return turn.skipped(f"it depends on {_listed(parents)}, which does not run")


def _listed(keys: Iterable[str]) -> str:
    return " and ".join(keys)
