"""The runs of a fake server. What happens to them is worked out from the time whenever somebody looks."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from truto_async._support import json
from truto_async._support.json import JSONObject
from truto_async.testing._database import wire_time
from truto_async.testing._lives import DEFAULT_PLAN, FINAL, Life, RunStep, first_stats
from truto_async.testing._state_nodes import apply_state_nodes

if TYPE_CHECKING:
    from truto_async.testing._database import Database

__all__ = ["Listener", "Runs"]

Listener: TypeAlias = Callable[[str, JSONObject], None]
"""What is told of each event: its name, such as "sync_job_run:started", and its payload, which still changes later."""

_EVENTS = {status: status for status in ("created", "rate_limited", "completed", "failed")}


class Runs:
    """Starts runs, moves them along their plans, and ends them. It can be used from any thread."""

    def __init__(self, database: Database, listener: Listener) -> None:
        """Keep the runs and what they log in a database, and tell a listener of each change of a status."""
        self._database = database
        self._listener = listener
        self._lock = threading.RLock()
        self._plans: deque[Sequence[RunStep]] = deque()
        self._lives: dict[str, Life] = {}
        self._due: list[tuple[float, int, Life]] = []
        self._order = itertools.count()
        self._queues: dict[str, deque[Life]] = {}

    def plan(self, steps: Sequence[RunStep], times: int) -> None:
        """Say how the next runs will live. Raises ValueError for steps after the end of a life."""
        if not steps or any(step.status in FINAL for step in steps[:-1]):
            raise ValueError("a plan needs steps, and no step can follow one that is completed, failed or stopped")
        self._plans.extend([tuple(steps)] * times)

    def start(self, run: JSONObject, *, mutex: str | None, events: Sequence[str] | None) -> JSONObject:
        """Add a run and return it as it is at first. With a mutex, it waits for the earlier runs with the same."""
        with self._lock:
            now = time.monotonic()
            self._advance(now)
            made = wire_time(now)
            run |= {"status": "created", "resource_stats": first_stats(run["resources"])}
            run |= {"created_at": made, "updated_at": made, "started_at": None, "finished_at": None}
            life = Life(run, self._plans.popleft() if self._plans else DEFAULT_PLAN, mutex, events)
            self._database.runs[run["id"]], self._lives[run["id"]] = run, life
            self._tell(life)
            queue = deque[Life]() if mutex is None else self._queues.setdefault(mutex, deque())
            queue.append(life)
            if queue[0] is life:
                self._schedule(life, now)
            return dict(run)

    def advance(self) -> float | None:
        """Bring the runs up to date, but for their counters.

        Returns the time.monotonic() of the next change, or None where none is planned.
        """
        with self._lock:
            self._advance(time.monotonic())
            return self._due[0][0] if self._due else None

    def grow(self, ids: Iterable[str] | None = None) -> None:
        """Bring the counters of these runs up to date; None for all."""
        with self._lock:
            now = time.monotonic()
            for life in filter(None, map(self._lives.get, list(self._lives) if ids is None else ids)):
                if life.grow(now):
                    life.run["updated_at"] = wire_time(now)

    def change(self, run: JSONObject, fields: JSONObject) -> None:
        """Change fields of a run; a status that is final ends it."""
        with self._lock:
            now = time.monotonic()
            self._advance(now)
            run |= fields | {"updated_at": wire_time(now)}
            if run.get("status") in FINAL and run["id"] in self._lives:
                self._end(self._lives[run["id"]], now)

    def stop(self, run: JSONObject) -> None:
        """End a run now, unless it has ended."""
        with self._lock:
            now = time.monotonic()
            self._advance(now)
            if run.get("status") in FINAL:
                return
            life = self._lives.get(run["id"])
            self.grow([run["id"]])
            run |= {"status": "stopped", "updated_at": wire_time(now), "finished_at": wire_time(now)}
            if life is not None:
                self._tell(life)
                self._end(life, now)

    def _advance(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            moment, _, life = heapq.heappop(self._due)
            if not life.over:
                self._enter_next_step(life, moment)

    def _schedule(self, life: Life, moment: float) -> None:
        heapq.heappush(self._due, (moment, next(self._order), life))

    def _enter_next_step(self, life: Life, moment: float) -> None:
        run, before, now = life.run, life.run["status"], wire_time(moment)
        life.enter_next_step(moment)
        step = life.step
        run |= {"status": step.status, "updated_at": now}
        started = step.status == "running" and run["started_at"] is None
        if started:
            run["started_at"] = now
        if step.status in FINAL:
            run["finished_at"] = now
        if step.status == "completed":
            apply_state_nodes(self._database, run, now)
        self._log(life, now)
        if step.status != before:
            self._tell(life, started=started)
        if step.status in FINAL:
            self._end(life, moment)
        elif step is not life.steps[-1]:
            self._schedule(life, moment + step.seconds)

    def _end(self, life: Life, moment: float) -> None:
        life.over = True
        del self._lives[life.run["id"]]
        if life.mutex is None:
            return
        queue = self._queues[life.mutex]
        had_it = queue[0] is life
        queue.remove(life)
        if queue and had_it:
            self._schedule(queue[0], moment)
        elif not queue:
            del self._queues[life.mutex]

    def _tell(self, life: Life, *, started: bool = False) -> None:
        status = life.run["status"]
        event = f"sync_job_run:{'started' if started else _EVENTS.get(status, 'updated')}"
        if life.events is None or event in life.events:
            wait = life.step.retry_after if status == "rate_limited" else None
            self._listener(event, life.run if wait is None else life.run | {"retryAfter": wait})

    def _log(self, life: Life, now: str) -> None:
        step, run = life.step, life.run
        common: JSONObject = {
            "log_type": "rapid_bridge",
            "timestamp": now,
            "sync_job_run_id": run["id"],
            "sync_job_run_event": step.status,
            "retry_after": step.retry_after,
        }
        common |= {name: run[name] for name in ("environment_id", "integrated_account_id", "sync_job_id", "webhook_id")}
        common = {name: value for name, value in common.items() if value is not None}
        entries: Sequence[JSONObject] = step.logs if step.logs or step.retry_after is None else ({},)
        self._database.logs.extend(common | json.copy(entry) for entry in entries)
