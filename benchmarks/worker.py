"""A contender in a process of its own: `python -m benchmarks.worker <module>:<class> <options as JSON>`.

Each line of its input tells how much to do; it answers with a line of JSON that says what that took. It ends with its input.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks import resident

if TYPE_CHECKING:
    from benchmarks.contenders.base import Work

__all__ = ["main", "measure"]


def main(contender: str, options: dict[str, Any]) -> None:
    """Serve commands until there are no more."""
    # What a library prints must not get between the replies.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    work = _load(contender)(**options)
    work.open()
    try:
        print(json.dumps({"ready": True}), file=replies)
        for line in sys.stdin:
            print(json.dumps(measure(work, int(line))), file=replies)
    finally:
        work.close()


def measure(work: Work, amount: int) -> dict[str, Any]:
    """Do so much of the work, and say what it took."""
    work.prepare(amount)
    gc.collect()
    resident.forget_peak()
    before = resident.now()
    cpu, wall = time.process_time(), time.perf_counter()
    extra = work.run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sizes = {"grown": resident.now() - before, "peak": resident.peak() - before}
    return {"amount": amount, "wall": wall, "cpu": cpu, **sizes, "extra": extra or {}}


def _load(contender: str) -> type[Work]:
    module, _, name = contender.partition(":")
    cls: type[Work] = getattr(importlib.import_module(f"benchmarks.contenders.{module}"), name)
    return cls


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
