"""1,500 calls at once through the rate limit of 500 in 10 s."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import figures
from benchmarks.figures import at_least, at_most
from benchmarks.rounds import counted_pairs
from benchmarks.workers import Contender, crew

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.rounds import Pair

__all__ = ["run"]

CASE = "limiter"
_NEVER_REACHED = 1_000_000_000


def run(bench: Bench) -> None:
    """Measure how well it uses the time, whether it is kept, and what it costs."""
    limit, per, count = (50, 0.5, 2) if bench.effort.quick else (500, 10.0, 3)
    amount = 3 * limit
    options = {"limit": limit, "per": per}
    setting = f"{amount:,} calls, {limit} in {per:g} s"
    _measure_schedule(bench, setting, amount, options, count)
    with crew({"judged": Contender("limited:Judged", options)}) as workers:
        refused = [workers["judged"].run(amount).extra["refused"]]
    bench.record(figures.value(CASE, setting, "answers of 429", "", refused, goal=at_most(0)))
    _measure_cost(bench, amount, 0.2 if bench.effort.quick else 1.0)


def _measure_schedule(bench: Bench, setting: str, amount: int, options: dict[str, float], count: int) -> None:
    """Compare with the best that is possible: a full window at once, and each next one when the last has passed."""
    ideal = (amount / options["limit"] - 1) * options["per"]
    with crew({"calls": Contender("limited:Calls", options | bench.server.target("http"))}) as workers:
        worker = workers["calls"]
        worker.run(int(options["limit"]))
        values = [ideal / worker.run(amount).wall for _ in range(count)]
    bench.record(figures.value(CASE, setting, "ideal time / time", "", values, goal=at_least(0.97)))


def _measure_cost(bench: Bench, amount: int, per: float) -> None:
    """Take the CPU of tasks that wait for the limit less that of the same tasks when it is never reached."""
    waiting, free = {"limit": amount // 3, "per": per}, {"limit": _NEVER_REACHED, "per": per}
    effort = replace(bench.effort, pairs=2)
    found = counted_pairs(
        Contender("limited:Bare", waiting), Contender("limited:Bare", free), effort, (amount, amount), amount // 3
    )
    setting = f"{amount:,} tasks, {amount // 3} in {per:g} s"
    costs = [_cost(pair) for pair in found]
    bench.record(figures.value(CASE, setting, "CPU per grant", "µs", costs, goal=at_most(35.0)))


def _cost(pair: Pair) -> float:
    return (pair.ours.cpu - pair.theirs.cpu) / pair.ours.amount * 1e6
