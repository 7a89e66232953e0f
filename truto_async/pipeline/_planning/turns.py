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
    """When a node runs, as far as that is known."""

    runs: bool | None = True
    """Whether it does; None where that is decided at run time."""

    why: str | None = None
    """Why `runs` is not True."""

    level: int | None = 0
    """How many requests come before it in its chain; None where it never gets its turn."""

    event: str | None = None
    """The event of the run that it waits for."""

    each: tuple[str, ...] = ()
    """The nodes for whose records it runs."""

    after: tuple[str, ...] = ()
    """The spools that it waits for."""

    def unless(self, skipped: bool | None, why: str) -> Turn:
        """Return the turn of a node with a condition: whether it does not hold; None where that is not known."""
        if skipped:
            return evolve(self, runs=False, why=why)
        return evolve(self, runs=None, why=why) if skipped is None and self.runs else self


class Turns:
    """The turns of the nodes of a job. Each follows from those before it."""

    def __init__(self, graph: Graph) -> None:
        """Begin with none."""
        self._graph = graph
        self._turns: dict[str, Turn] = {}
        self._reached = {key for level in graph.levels for key in level}
        self._missing = {ref.node: ref.name for ref in reversed(graph.unknown)}

    def __setitem__(self, key: str, turn: Turn) -> None:
        self._turns[key] = turn

    def before(self, key: str) -> Turn:
        """Return the turn that the nodes before a node leave to it. They must have theirs."""
        if key not in self._reached:
            return Turn(runs=False, why="it is on a cycle, or behind one", level=None)
        parents = {parent: self._turns[parent] for parent in self._graph.parents(key)}
        turn = self._behind(parents)
        if parents:
            return _depending(turn, parents)
        if key in self._missing:
            return turn.unless(None, f"it depends on {self._missing[key]!r}, and no node is called so")
        return turn.unless(isinstance(self._graph.nodes[key], DestinationNode), "nothing is handed to it")

    def _behind(self, parents: Mapping[str, Turn]) -> Turn:
        levels: list[int] = [0]
        events: dict[str | None, None] = {}
        each: dict[str, None] = {}
        after: dict[str, None] = {}
        for key, turn in parents.items():
            node = self._graph.nodes[key]
            levels.append((turn.level or 0) + isinstance(node, RequestNode))
            events[turn.event] = None
            if isinstance(node, EventNode):
                events = {node.config.name if node.config is not None else None: None} | events
            elif isinstance(node, SpoolNode):
                after[key] = None
            elif isinstance(node, _MAKERS):
                each[key] = None
            else:
                each |= dict.fromkeys(turn.each)
                after |= dict.fromkeys(turn.after)
        return Turn(level=max(levels), event=next(filter(None, events), None), each=tuple(each), after=tuple(after))


def _depending(turn: Turn, parents: Mapping[str, Turn]) -> Turn:
    """Let a node run where one of those before it does: a node that is skipped hands nothing on."""
    if any(parent.runs for parent in parents.values()):
        return turn
    if undecided := [key for key, parent in parents.items() if parent.runs is None]:
        return turn.unless(None, f"whether {_listed(undecided)} runs is decided at run time")
    return turn.unless(skipped=True, why=f"{_listed(parents)} does not run")


def _listed(keys: Iterable[str]) -> str:
    return " or ".join(keys)
