"""What each trick of the SDK is worth, and what some of its features cost: gets with it, beside gets without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.contenders.without import COSTS, TRICKS
from benchmarks.rounds import timed_pairs
from benchmarks.workers import Contender

if TYPE_CHECKING:
    from benchmarks.bench import Bench

__all__ = ["run"]

CASE = "tricks"
_SETTINGS = {"http": "5 KB, plain", "https": "5 KB, TLS"}


def run(bench: Bench) -> None:
    """Compare the SDK with itself without each of them, one at a time."""
    for scheme, name in list(_SETTINGS.items())[-1 if bench.effort.quick else 0 :]:
        target = bench.server.target(scheme)
        for without in [*TRICKS, *COSTS][: 2 if bench.effort.quick else None]:
            lesser = Contender("without:Gets", target | {"without": without})
            bench.compare(CASE, name, f"without {without}", timed_pairs(Contender("sdk:Gets", target), lesser, bench.effort))
