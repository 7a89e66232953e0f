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
_PEER = "aiohttp, attrs, cattrs"
_PEER_CODE = f"import {_PEER}"
_SETTINGS = {
    "the package": ("import truto_sync", 0.25),
    "the first client": ("from truto_sync import Truto; Truto(token='t')", 1.05),
}


def run(bench: Bench) -> None:
    """Compare the import and the first client, less what the bare interpreter takes."""
    count = 3 if bench.effort.quick else 31
    for code in ("pass", _PEER_CODE, *(code for code, _ in _SETTINGS.values())):
        startup.once(code)  # writes the bytecode
    bare = [startup.once("pass") for _ in range(2 * count)]
    for setting, (code, bound) in _SETTINGS.items():
        goals = {"wall": at_most(bound), "cpu": at_most(bound)}
        bench.compare(CASE, setting, _PEER, _pairs(code, _PEER_CODE, bare, count), goals)
        bench.compare(CASE, setting, ITSELF, _pairs(code, code, bare, count))


def _pairs(ours: str, theirs: str, bare: list[Sample], count: int) -> list[Pair]:
    return [_pair(ours, theirs, bare, swapped=number % 2 == 1) for number in range(count)]


def _pair(ours: str, theirs: str, bare: list[Sample], *, swapped: bool) -> Pair:
    first, second = (theirs, ours) if swapped else (ours, theirs)
    found = [_less(startup.once(first), bare), _less(startup.once(second), bare)]
    return Pair(*(reversed(found) if swapped else found))


def _less(sample: Sample, bare: list[Sample]) -> Sample:
    wall = sample.wall - median(one.wall for one in bare)
    return replace(sample, wall=wall, cpu=sample.cpu - median(one.cpu for one in bare))
