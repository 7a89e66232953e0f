"""A list of 5,000 jobs, and how long it keeps the event loop from other work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import figures
from benchmarks.figures import at_most
from benchmarks.rounds import counted_pairs
from benchmarks.workers import Contender

if TYPE_CHECKING:
    from benchmarks.bench import Bench
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
    pages, page = Contender("lists:Pages", target), Contender("lists:OnePage", target)
    found = counted_pairs(pages, page, bench.effort, (total, total), total)
    ours, theirs = ([_stall(sample) for sample in side] for side in zip(*((p.ours, p.theirs) for p in found), strict=True))
    bench.record(figures.value(CASE, setting, "longest stall", "ms", ours, goal=at_most(10.0)))
    bench.record(figures.value(CASE, setting, "longest stall", "ms", theirs, peer=_PEER))
    bench.compare(CASE, setting, _PEER, found)


def _stall(sample: Sample) -> float:
    return sample.extra["stall"] * 1000
