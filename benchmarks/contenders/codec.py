"""Jobs decoded, or encoded, one after the other, by any library."""

from __future__ import annotations

import importlib
from itertools import cycle, islice
from typing import Any, Protocol, cast

from benchmarks import jobs
from benchmarks.contenders.base import Extra, Work

__all__ = ["Codec", "Decode", "Encode", "load"]

_VARIETY = 100


class Codec(Protocol):
    """A module that has both ways."""

    def decode(self, body: bytes) -> Any:
        """Make a model of a job."""

    def encode(self, job: Any) -> bytes | str:
        """Write a model as JSON."""


def load(library: str) -> Codec:
    """Import the module of a library."""
    return cast("Codec", importlib.import_module(f"benchmarks.contenders.codec_{library}"))


class Decode(Work):
    """Bytes to models."""

    def __init__(self, library: str, size: str) -> None:
        """Take the name of a library, and of the size of the jobs."""
        self._decode = load(library).decode
        self._bodies = jobs.bodies(jobs.SIZES[size], _VARIETY)

    def prepare(self, amount: int) -> None:
        """Note how many."""
        self._amount = amount

    def run(self) -> Extra:
        """Decode them, again and again."""
        decode = self._decode
        for body in islice(cycle(self._bodies), self._amount):
            decode(body)
        return None


class Encode(Work):
    """Models to bytes."""

    def __init__(self, library: str, size: str) -> None:
        """Take the name of a library, and of the size of the jobs."""
        codec = load(library)
        self._encode = codec.encode
        self._jobs = [codec.decode(body) for body in jobs.bodies(jobs.SIZES[size], _VARIETY)]

    def prepare(self, amount: int) -> None:
        """Note how many."""
        self._amount = amount

    def run(self) -> Extra:
        """Encode them, again and again."""
        encode = self._encode
        for job in islice(cycle(self._jobs), self._amount):
            encode(job)
        return None
