"""Rounds of two contenders, interleaved, so that what disturbs the machine disturbs both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.workers import crew

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.workers import Contender, Sample, Worker

__all__ = ["Effort", "Pair", "calibrated", "counted_pairs", "timed_pairs"]

_LEAST = 32


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    quick: bool
    processes: int
    """How many times both sides start afresh: how a process happens to lie in memory changes its speed by some percent."""
    pairs: int
    """How many pairs of rounds are run each time."""
    seconds: float
    """How long a round lasts, about."""


@dataclass(frozen=True)
class Pair:
    """A round of the SDK and one of a peer, right after one another."""

    ours: Sample
    theirs: Sample


def timed_pairs(ours: Contender, theirs: Contender, effort: Effort) -> list[Pair]:
    """Run pairs of rounds that last about equally long, after a warm-up that finds out how much that is."""

    def warm_up(first: Worker, second: Worker) -> tuple[int, int]:
        amounts = calibrated(first, effort.seconds), calibrated(second, effort.seconds)
        _pair(first, second, amounts, swapped=False)
        return amounts

    return _duels(ours, theirs, effort, warm_up)


def counted_pairs(ours: Contender, theirs: Contender, effort: Effort, amounts: tuple[int, int], warm_up: int) -> list[Pair]:
    """Run pairs of rounds of just so much, after a smaller one."""

    def run_warm_up(first: Worker, second: Worker) -> tuple[int, int]:
        _pair(first, second, (warm_up, warm_up), swapped=False)
        return amounts

    return _duels(ours, theirs, effort, run_warm_up)


def calibrated(worker: Worker, seconds: float) -> int:
    """Warm a worker up, and find how much it does in so many seconds."""
    amount = _LEAST
    sample = worker.run(amount)
    while sample.wall < seconds / 4:
        amount *= 2
        sample = worker.run(amount)
    return max(_LEAST, round(amount * seconds / sample.wall))


def _duels(
    ours: Contender, theirs: Contender, effort: Effort, warm_up: Callable[[Worker, Worker], tuple[int, int]]
) -> list[Pair]:
    """Have new processes run pairs of rounds; who comes first alternates."""
    found: list[Pair] = []
    for _ in range(effort.processes):
        with crew({"ours": ours, "theirs": theirs}) as workers:
            both = workers["ours"], workers["theirs"]
            amounts = warm_up(*both)
            found += [_pair(*both, amounts, swapped=number % 2 == 1) for number in range(effort.pairs)]
    return found


def _pair(ours: Worker, theirs: Worker, amounts: tuple[int, int], *, swapped: bool) -> Pair:
    if swapped:
        second = theirs.run(amounts[1])
        return Pair(ours.run(amounts[0]), second)
    return Pair(ours.run(amounts[0]), theirs.run(amounts[1]))
