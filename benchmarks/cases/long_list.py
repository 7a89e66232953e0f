"""A list of 5,000 jobs, and how long it keeps the event loop from other work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import figures
from benchmarks.figures import at_most
from benchmarks.rounds import counted_pairs
from benchmarks.workers import Contender

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.figures import Goal
    from benchmarks.workers import Sample

__all__ = ["run"]

CASE = "list"
_PEER = "idiomatic aiohttp, one page"


def run(bench: Bench) -> None:
    """Measure the longest stall of each, and the time."""
    total = 500 if bench.effort.quick else 5_000
    bench.server.add_lists(total, (50, total))
    setting = f"{total:,} jobs of 5 KB, plain"
    target = bench.server.target("http")
    pages, pages_only, page = (Contender(f"lists:{work}", target) for work in ("Pages", "PagesOnly", "OnePage"))
    found = counted_pairs(pages, page, bench.effort, (total, total), total)
    frozen = counted_pairs(pages_only, pages_only, bench.effort, (total, total), total)
    _record(bench, setting, None, [pair.ours for pair in found], at_most(10.0))
    _record(bench, f"{setting}, after gc.freeze()", None, [pair.ours for pair in frozen])
    _record(bench, setting, _PEER, [pair.theirs for pair in found])
    bench.compare(CASE, setting, _PEER, found)


def _record(bench: Bench, setting: str, peer: str | None, samples: list[Sample], goal: Goal | None = None) -> None:
    stalls = [sample.extra["stall"] * 1000 for sample in samples]
    bench.record(figures.value(CASE, setting, "longest stall", "ms", stalls, peer=peer, goal=goal))
