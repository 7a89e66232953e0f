"""Several processes under one limit of 500 in 1 s, shared through Redis; and, simulated, hundreds of them."""

from __future__ import annotations

import random
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import figures, jobs, relay
from benchmarks.figures import at_least, at_most
from benchmarks.redis_server import RedisServer
from benchmarks.rounds import counted_pairs
from benchmarks.simulation import Fleet, Load
from benchmarks.workers import Contender, crew
from truto_async._limits.redis.ledger import Ledger
from truto_async.testing import FakeTruto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.bench import Bench
    from benchmarks.figures import Goal
    from benchmarks.workers import Worker

__all__ = ["run"]

CASE = "shared"
_NEVER_REACHED = 1_000_000_000
_OLD = 5.0  # seconds after which a server of a limit in 1 s grants at once
_TASKS = 32  # in all: with more, the requests of a window would wait for each other at the server that judges


@dataclass(frozen=True)
class Plan:
    """How many calls under which limit."""

    limit: int
    per: float
    amount: int

    @property
    def ideal(self) -> float:
        """The shortest time: a full window at once, and each next one when the last has passed."""
        return (self.amount / self.limit - 1) * self.per


@dataclass(frozen=True)
class Found:
    """What a run of several processes came to."""

    seconds: float
    sent: int
    refused: int
    calls: int


def run(bench: Bench) -> None:
    """Measure how well the time is used, whether the limit is kept, and what that costs."""
    is_quick = bench.effort.quick
    plan = Plan(100, 0.5, 400) if is_quick else Plan(500, 1.0, 4000)
    with tempfile.TemporaryDirectory(prefix="truto-redis-") as folder, _server(Path(folder)) as server:
        shared = Shared(bench, server, plan)
        for count in (2,) if is_quick else (1, 2, 4, 8):
            shared.measure(f"processes: {count}", count, server.url)
        count = 2 if is_quick else 8
        with relay.running(server.port, 0.02) as port:
            shared.measure(f"processes: {count}, Redis 20 ms away", count, f"redis://127.0.0.1:{port}")
        shared.measure_killed(4 if is_quick else 8)
        shared.measure_cost()
    _simulate(bench)


@contextmanager
def _server(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder)
    try:
        server.wait_until_old(_OLD)
        yield server
    finally:
        server.stop()


class Shared:
    """Runs of several processes under one limit, before a server that judges them."""

    def __init__(self, bench: Bench, server: RedisServer, plan: Plan) -> None:
        """Take Redis and the limit."""
        self._bench, self._server, self._plan = bench, server, plan
        self._times = 1 if bench.effort.quick else 3
        self._per_name = f"{plan.limit} in {plan.per:g} s"

    def measure(self, who: str, count: int, url: str) -> None:
        """Have some processes send their part of the calls."""
        found = [self._send(count, url, lambda workers: workers) for _ in range(self._times)]
        setting = f"{self._plan.amount:,} calls, {self._per_name}, {who}"
        self._record(setting, "ideal time / time", [self._plan.ideal / run.seconds for run in found], at_least(0.95))
        self._record(setting, "answers of 429", [run.refused for run in found], at_most(0))
        self._record(setting, "round trips to Redis per call", [run.calls / run.sent for run in found], at_most(0.2))

    def measure_killed(self, count: int) -> None:
        """Kill two processes half-way. Their slots are kept for them for a lease."""

        def kill_two(workers: list[Worker]) -> list[Worker]:
            time.sleep(self._plan.ideal / 2)
            for worker in workers[:2]:
                worker.kill()
            return workers[2:]

        found = [self._send(count, self._server.url, kill_two) for _ in range(self._times)]
        setting = f"{self._plan.amount:,} calls, {self._per_name}, processes: {count}, two killed half-way"
        ideals = [(run.sent / self._plan.limit - 1) * self._plan.per for run in found]
        late = [run.seconds - ideal for run, ideal in zip(found, ideals, strict=True)]
        lease = self._plan.per / 2 + 32.0
        self._record(setting, "time beyond the ideal, leases", [seconds / lease for seconds in late], at_most(1.0))
        self._record(setting, "answers of 429", [run.refused for run in found], at_most(0))

    def measure_cost(self) -> None:
        """Take the CPU of tasks that wait for the limit less that of the same tasks with a limit that is never reached."""
        plan, amount = self._plan, 3 * self._plan.limit
        waiting: dict[str, Any] = {"url": self._server.url, "limit": plan.limit, "per": plan.per}
        free = {"limit": _NEVER_REACHED, "per": plan.per}
        with self._server.client() as client:
            client.flushall()
            client.config_resetstat()
            found = counted_pairs(
                Contender("shared:Bare", waiting),
                Contender("limited:Bare", free),
                self._bench.effort,
                (amount, amount),
                plan.limit,
            )
            redis = client.info("commandstats")["cmdstat_evalsha"]["usec_per_call"]
        costs = [(pair.ours.cpu - pair.theirs.cpu) / pair.ours.amount * 1e6 for pair in found]
        self._record(f"{amount:,} tasks, {self._per_name}", "CPU per grant", costs, unit="µs")
        self._record(f"{amount:,} tasks, {self._per_name}", "CPU of Redis per round trip", [redis], unit="µs")

    def _record(self, setting: str, what: str, values: Sequence[float], goal: Goal | None = None, unit: str = "") -> None:
        self._bench.record(figures.value(CASE, setting, what, unit, values, goal=goal))

    def _send(self, count: int, url: str, disturb: Callable[[list[Worker]], list[Worker]]) -> Found:
        """Send all calls, in equal parts; `disturb` returns the processes to wait for."""
        plan, ids = self._plan, jobs.ids(self._plan.amount // count)
        with self._server.client() as client:
            client.flushall()
        with FakeTruto({"id": job_id} for job_id in ids) as judge:
            options: dict[str, Any] = {"url": url, "limit": plan.limit, "per": plan.per, "tasks": _TASKS // count}
            contender = Contender("shared:Calls", options | {"base_url": judge.url, "token": judge.token})
            with crew({str(number): contender for number in range(count)}) as members:
                workers = list(members.values())
                for worker in workers:
                    worker.run(1)
                time.sleep(2 * plan.per)
                judge.requests.clear()
                judge.limit(plan.limit, plan.per)
                before = self._server.calls()
                for worker in workers:
                    worker.begin(len(ids))
                for worker in disturb(workers):
                    worker.finish()
                calls = self._server.calls() - before
        times = [request.time for request in judge.requests]
        return Found(max(times) - min(times), len(times), _refused(times, plan), calls)


def _refused(times: list[float], plan: Plan) -> int:
    """Count what the server has refused, by its own rule."""
    served: list[float] = []
    for moment in times:
        if len(served) < plan.limit or served[-plan.limit] <= moment - plan.per:
            served.append(moment)
    return len(times) - len(served)


def _simulate(bench: Bench) -> None:
    """Find what block size keeps both fairness and throughput, on hosts with round trips of 1 to 80 ms to Redis."""
    for count in (100,) if bench.effort.quick else (100, 1000):
        for block in (None,) if bench.effort.quick else (None, 1, 2, 5, 10, 25):
            _simulate_one(bench, count, block)


def _simulate_one(bench: Bench, count: int, block: int | None) -> None:
    delays = [random.Random(number).uniform(0.001, 0.08) / 2 for number in range(count)]  # noqa: S311  # the same each time
    fleet = Fleet(delays, load=Load(tasks=8, request=0.1), ledger=_with_block(block))
    outcome = fleet.run(50.0 if bench.effort.quick else 200.0)
    setting = f"simulated: 500 in 10 s, processes: {count}, blocks: {block or 'as they are'}"
    used = (len(outcome.sent) / 500 - 1) * 10.0 / outcome.sent[-1]
    is_ours = block is None
    for what, found, goal in (
        ("ideal time / time", used, at_least(0.95)),
        ("longest wait, periods", outcome.longest_wait / 10.0, at_most(2.0) if count == 100 else None),
        ("round trips to Redis per call", outcome.calls / len(outcome.sent), None),
        ("refused", outcome.excess, at_most(0)),
    ):
        bench.record(figures.value(CASE, setting, what, "", [found], goal=goal if is_ours else None))


def _with_block(size: int | None) -> type[Ledger]:
    if size is None:
        return Ledger
    fixed = size

    class Fixed(Ledger):
        def block_size(self) -> int:
            return fixed

    return Fixed
