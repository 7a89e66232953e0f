"""What a case gets: the server, how much to measure, and where to put its figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks import figures
from benchmarks.output import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.figures import Figure, Goal
    from benchmarks.nginx import Server
    from benchmarks.rounds import Effort, Pair

__all__ = ["Bench"]


@dataclass
class Bench:
    """A run of benchmarks."""

    server: Server
    effort: Effort
    found: list[Figure] = field(default_factory=list)
    curves: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def record(self, figure: Figure) -> None:
        """Keep a figure, and print it."""
        self.found.append(figure)
        say(figures.line(figure))

    def compare(
        self, case: str, setting: str, peer: str, pairs: Sequence[Pair], goals: Mapping[str, Goal] | None = None
    ) -> None:
        """Record wall time and CPU per call, relative to a peer."""
        for measure in ("wall", "cpu"):
            goal = (goals or {}).get(measure)
            self.record(figures.ratio(case, setting, peer, measure, pairs=pairs, of=figures.per_call(measure), goal=goal))
