"""A run of the cases, from the first process to the report."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import environments, machine, nginx, redis_server, report, results
from benchmarks.bench import Bench
from benchmarks.cases import CASES
from benchmarks.output import say
from benchmarks.places import RESULTS
from benchmarks.rounds import Effort

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Plan", "run"]

_FULL = Effort(quick=False, processes=3, pairs=5, seconds=0.3)
_QUICK = Effort(quick=True, processes=1, pairs=2, seconds=0.03)


@dataclass(frozen=True)
class Plan:
    """What to run, and where to write the results; None for nowhere."""

    quick: bool
    cases: Sequence[str]
    output: Path | None
    update: bool
    """Whether the output keeps the results of other cases."""


def run(plan: Plan) -> None:
    """Run the cases, and write down what was found."""
    _prepare()
    about = machine.describe(quick=plan.quick)
    began = time.monotonic()
    with nginx.running() as server:
        bench = Bench(server, _QUICK if plan.quick else _FULL)
        for case in plan.cases:
            began_case = time.monotonic()
            CASES[case](bench)
            say(f"{case} took {time.monotonic() - began_case:.1f} s")
    say(f"took {time.monotonic() - began:.0f} s; {_missed(bench)} of {_judged(bench)} goals missed")
    if plan.output is not None:
        found = results.Results(about, bench.found, bench.curves, {})
        results.write(plan.output, results.read(plan.output).updated(found, plan.cases) if plan.update else found)
        say(f"written: {plan.output}")
    if plan.output == RESULTS:
        report.remake()


def _prepare() -> None:
    """Find or make what is needed, before anything is measured."""
    nginx.find()
    redis_server.find()
    environments.niquests_python()
    if environments.has_official():
        environments.official_folder()
    else:
        say("the official SDK is left out: it needs Python 3.12")


def _judged(bench: Bench) -> int:
    return sum(figure.met is not None for figure in bench.found)


def _missed(bench: Bench) -> int:
    return sum(figure.met is False for figure in bench.found)
