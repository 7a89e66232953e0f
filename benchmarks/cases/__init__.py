"""The cases, in the order in which they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cases import (
    batch,
    codecs,
    get,
    growth,
    imports,
    latency,
    limiter,
    long_list,
    memory,
    shared,
    start,
    threads,
    tricks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.bench import Bench

__all__ = ["CASES"]

CASES: dict[str, Callable[[Bench], None]] = {
    "get": get.run,
    "latency": latency.run,
    "threads": threads.run,
    "batch": batch.run,
    "decode": codecs.run_decode,
    "encode": codecs.run_encode,
    "limiter": limiter.run,
    "shared": shared.run,
    "list": long_list.run,
    "import": imports.run,
    "start": start.run,
    "memory": memory.run,
    "growth": growth.run,
    "tricks": tricks.run,
}
