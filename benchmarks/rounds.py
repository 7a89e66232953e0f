"""Rounds of two contenders, interleaved, so that what disturbs the machine disturbs both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.workers import Sample, Worker

__all__ = ["Effort", "Pair", "calibrated", "pairs", "timed_pairs"]


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    quick: bool
    pairs: int
    seconds: float
    """How long a round lasts, about."""


@dataclass(frozen=True)
class Pair:
    """A round of the SDK and one of a peer, right after one another."""

    ours: Sample
    theirs: Sample


def pairs(ours: Worker, theirs: Worker, amounts: tuple[int, int], count: int, **settings: object) -> list[Pair]:
    """Run pairs of rounds; who comes first alternates."""
    return [_pair(ours, theirs, amounts, settings, swapped=number % 2 == 1) for number in range(count)]


def timed_pairs(ours: Worker, theirs: Worker, effort: Effort, **settings: object) -> list[Pair]:
    """Run pairs of rounds that last about equally long, after a warm-up that finds out how much that is."""
    amounts = calibrated(ours, effort.seconds, **settings), calibrated(theirs, effort.seconds, **settings)
    warm_up, *found = pairs(ours, theirs, amounts, effort.pairs + 1, **settings)
    del warm_up
    return found


def calibrated(worker: Worker, seconds: float, **settings: object) -> int:
    """Warm a worker up, and find how much it does in so many seconds."""
    amount = 32
    sample = worker.run(amount, **settings)
    while sample.wall < seconds / 4:
        amount *= 2
        sample = worker.run(amount, **settings)
    return max(amount // 4, round(amount * seconds / sample.wall))


def _pair(ours: Worker, theirs: Worker, amounts: tuple[int, int], settings: dict[str, object], *, swapped: bool) -> Pair:
    if swapped:
        second = theirs.run(amounts[1], **settings)
        return Pair(ours.run(amounts[0], **settings), second)
    return Pair(ours.run(amounts[0], **settings), theirs.run(amounts[1], **settings))
