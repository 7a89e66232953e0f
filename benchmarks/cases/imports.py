"""How long a script waits for its imports, beside what those of the SDK's dependencies take."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import startup
from benchmarks.figures import ITSELF, at_most
from benchmarks.rounds import Pair
from benchmarks.startup import Script

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.workers import Sample

__all__ = ["run"]

CASE = "import"
_BARE = Script(("-c", "pass"))
_PEER = "aiohttp, attrs, cattrs"
_PEER_SCRIPT = Script(("-c", f"import {_PEER}"))
_SETTINGS = {
    "the package": (Script(("-c", "import truto_sync")), 0.25),
    "the first client": (Script(("-c", "from truto_sync import Truto; Truto(token='t')")), 1.05),
}


def run(bench: Bench) -> None:
    """Compare the import and the first client, less what the bare interpreter takes."""
    count = 3 if bench.effort.quick else 31
    for script in (_BARE, _PEER_SCRIPT, *(script for script, _ in _SETTINGS.values())):
        startup.once(script)  # writes the bytecode
    bare = [startup.once(_BARE) for _ in range(2 * count)]
    for setting, (script, bound) in _SETTINGS.items():
        goals = {"wall": at_most(bound), "cpu": at_most(bound)}
        bench.compare(CASE, setting, _PEER, _pairs(script, _PEER_SCRIPT, bare, count), goals)
        bench.compare(CASE, setting, ITSELF, _pairs(script, script, bare, count))


def _pairs(ours: Script, theirs: Script, bare: list[Sample], count: int) -> list[Pair]:
    found = startup.pairs(ours, theirs, count)
    return [Pair(_less(pair.ours, bare), _less(pair.theirs, bare)) for pair in found]


def _less(sample: Sample, bare: list[Sample]) -> Sample:
    wall = sample.wall - median(one.wall for one in bare)
    return replace(sample, wall=wall, cpu=sample.cpu - median(one.cpu for one in bare))
