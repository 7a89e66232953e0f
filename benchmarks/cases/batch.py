"""Many distinct ids at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import environments, figures
from benchmarks.figures import ITSELF, at_least, at_most
from benchmarks.rounds import counted_pairs
from benchmarks.workers import Contender

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.rounds import Pair

__all__ = ["run"]

CASE = "batch"
_SDK = "sdk:Batch"
_OFFICIAL = "official SDK, semaphore of 32"
_GATHER = "idiomatic aiohttp, gather"


def run(bench: Bench) -> None:
    """Compare `get_many` with what its peers have for many ids, at 5 KB with TLS."""
    many, few, pairs = (500, 100, 2) if bench.effort.quick else (10_000, 1_000, 3)
    effort = replace(bench.effort, pairs=pairs)
    peers = {_GATHER: ("peer_aiohttp:Gather", many), ITSELF: (_SDK, many)}
    if environments.has_official():
        peers[_OFFICIAL] = ("peer_official:Gather", few)
    target = bench.server.target("https")
    for name, (work, amount) in peers.items():
        found = counted_pairs(Contender(_SDK, target), Contender(work, target), effort, (many, amount), few)
        _record(bench, name, found)


def _record(bench: Bench, peer: str, found: list[Pair]) -> None:
    setting = "10,000 ids of 5 KB, TLS" if not bench.effort.quick else "500 ids of 5 KB, TLS"
    bench.compare(CASE, setting, peer, found, {"cpu": at_most(0.60)} if peer == _GATHER else {})
    if peer == _OFFICIAL:
        wall = figures.per_call("wall")
        goal = at_least(8.0)
        bench.record(figures.ratio(CASE, setting, peer, "throughput", pairs=found, of=wall, goal=goal, inverse=True))
