"""Resident memory: of a long batch, and of jobs that are kept. Each figure comes from processes that do nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import figures
from benchmarks.figures import at_most
from benchmarks.rounds import Pair
from benchmarks.workers import Contender, crew

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.workers import Sample

__all__ = ["run"]

CASE = "memory"
MB = 2**20


def run(bench: Bench) -> None:
    """Measure both."""
    count = 1 if bench.effort.quick else 3
    _measure_streamed(bench, count)
    _measure_kept(bench, count)


def _measure_streamed(bench: Bench, count: int) -> None:
    amount = 500 if bench.effort.quick else 10_000
    setting = f"{amount:,} ids of 5 KB, TLS"
    target = bench.server.target("https")
    for peer, work in ((None, "sdk:Batch"), ("idiomatic aiohttp, gather", "peer_aiohttp:Gather")):
        found = [_fresh(Contender(work, target), amount // 20, amount) for _ in range(count)]
        grown, peak = [sample.grown / MB for sample in found], [sample.peak / MB for sample in found]
        goal = at_most(15.0) if peer is None else None
        bench.record(figures.value(CASE, setting, "growth", "MB", grown, peer=peer, goal=goal))
        bench.record(figures.value(CASE, setting, "peak growth", "MB", peak, peer=peer, goal=goal))


def _measure_kept(bench: Bench, count: int) -> None:
    amount = 2_000 if bench.effort.quick else 100_000
    models, dicts = Contender("kept:Models", {}), Contender("kept:Dicts", {})
    found = [Pair(_fresh(models, 100, amount), _fresh(dicts, 100, amount)) for _ in range(count)]
    setting = f"{amount:,} jobs of 1.5 KB kept"
    peer = "dicts of json.loads"
    bench.record(
        figures.ratio(CASE, setting, peer, "bytes per job", pairs=found, of=_bytes_per_job, goal=at_most(1.0), absolute="B")
    )


def _bytes_per_job(sample: Sample) -> float:
    return sample.grown / sample.amount


def _fresh(contender: Contender, warm_up: int, amount: int) -> Sample:
    """Do a round in a new process, after a short one."""
    with crew({"only": contender}) as workers:
        workers["only"].run(warm_up)
        return workers["only"].run(amount)
