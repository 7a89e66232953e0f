"""What a Python process takes from its start to its end."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from benchmarks.errors import BenchmarkError
from benchmarks.places import ROOT
from benchmarks.processes import clean_environment
from benchmarks.workers import Sample

__all__ = ["once"]


def once(code: str) -> Sample:
    """Run a line of Python in a process of its own, apart from the user's settings (-I)."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-I", "-c", code], cwd=ROOT, env=clean_environment({}))  # noqa: S603  # ours
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchmarkError(f"python -c {code!r} failed")
    return Sample(amount=1, wall=wall, cpu=usage.ru_utime + usage.ru_stime, grown=0, peak=0, extra={})
