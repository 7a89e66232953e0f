"""How long a script waits for its imports, beside what those of the SDK's dependencies take."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import startup
from benchmarks.figures import ITSELF, at_most
from benchmarks.rounds import Pair

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.workers import Sample

__all__ = ["run"]

CASE = "import"
_PEER = "import aiohttp, attrs, cattrs"
_IMPORT = "import truto_sync"
_CLIENT = "from truto_sync import Truto; Truto(token='t')"


def run(bench: Bench) -> None:
    """Compare the import and the first client, less what the bare interpreter takes."""
    count = 3 if bench.effort.quick else 31
    for code in ("pass", _PEER, _IMPORT, _CLIENT):
        startup.once(code)  # writes the bytecode
    bare = [startup.once("pass") for _ in range(2 * count)]
    for code, bound in ((_IMPORT, 0.25), (_CLIENT, 1.05)):
        goals = {"wall": at_most(bound), "cpu": at_most(bound)}
        for peer in (_PEER, ITSELF):
            found = [_pair(code, code if peer == ITSELF else peer, swapped=number % 2 == 1) for number in range(count)]
            less = [Pair(_less(pair.ours, bare), _less(pair.theirs, bare)) for pair in found]
            bench.compare(CASE, code, peer, less, {} if peer == ITSELF else goals)


def _pair(code: str, other: str, *, swapped: bool) -> Pair:
    if swapped:
        second = startup.once(other)
        return Pair(startup.once(code), second)
    return Pair(startup.once(code), startup.once(other))


def _less(sample: Sample, bare: list[Sample]) -> Sample:
    wall = sample.wall - median(one.wall for one in bare)
    return replace(sample, wall=wall, cpu=sample.cpu - median(one.cpu for one in bare))
