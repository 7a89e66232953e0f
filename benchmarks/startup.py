"""What a Python process takes from its start to its end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.errors import BenchmarkError
from benchmarks.places import ROOT
from benchmarks.processes import clean_environment
from benchmarks.rounds import Pair
from benchmarks.workers import Sample

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Script", "once", "pairs"]


@dataclass(frozen=True)
class Script:
    """What Python is to run: its arguments after -I, and what its environment must hold."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def once(script: Script) -> Sample:
    """Run a script in a process of its own, apart from the user's settings (-I)."""
    began = time.perf_counter()
    command = [sys.executable, "-I", *script.arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(script.environment))  # noqa: S603  # ours
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchmarkError(f"python -I {' '.join(script.arguments)} failed, with status {process.returncode}")
    return Sample(amount=1, wall=wall, cpu=usage.ru_utime + usage.ru_stime, grown=0, peak=0, extra={})


def pairs(ours: Script, theirs: Script, count: int) -> list[Pair]:
    """Run both so many times, one right after the other; who comes first alternates."""
    return [_pair(ours, theirs, swapped=number % 2 == 1) for number in range(count)]


def _pair(ours: Script, theirs: Script, *, swapped: bool) -> Pair:
    if swapped:
        second = once(theirs)
        return Pair(once(ours), second)
    return Pair(once(ours), once(theirs))
