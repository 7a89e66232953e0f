"""What happened to a run, told from two looks at it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from truto_async._support.json import as_object
from truto_async.runs import RunFinished, RunProgress, RunRateLimited, RunStalled, RunStatusChanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.models import SyncJobRun
    from truto_async.runs import RunEvent

__all__ = ["STALLED_AFTER", "RunHistory"]

STALLED_AFTER = 300.0
"""Seconds without a change after which a run is stalled; Truto calls such a run stuck (truto-skills: debug sync jobs)."""


class RunHistory:
    """Compares each look at a run with the one before it."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._is_first = True
        self._status: str | None = None
        self._counters: dict[tuple[str, str], dict[str, float]] = {}
        self._changed_at = 0.0
        self._is_stalled = False

    def observe(self, run: SyncJobRun, now: float) -> list[RunEvent]:
        """Return what happened since the look before; `now` is a time of time.monotonic()."""
        events: list[RunEvent] = [*self._status_events(run), *self._progress_events(run)]
        if events or run.status == "rate_limited":  # which is waiting
            self._changed_at, self._is_stalled = now, False
        elif not self._is_stalled and now - self._changed_at >= STALLED_AFTER:
            self._is_stalled = True
            events.append(RunStalled(run=run, seconds=now - self._changed_at))
        if run.is_finished:
            events.append(RunFinished(run=run))
        return events

    def _status_events(self, run: SyncJobRun) -> Iterator[RunEvent]:
        if not self._is_first and run.status == self._status:
            return
        yield RunStatusChanged(run=run, status=run.status, previous=self._status)
        if run.status == "rate_limited":
            yield RunRateLimited(run=run, until=None)
        self._is_first, self._status = False, run.status

    def _progress_events(self, run: SyncJobRun) -> Iterator[RunEvent]:
        for place, counters in _read_counters(run.resource_stats).items():
            before = self._counters.get(place, {})
            deltas = {name: value - before.get(name, 0) for name, value in counters.items() if value != before.get(name, 0)}
            self._counters[place] = counters
            if deltas:
                node, method = place
                yield RunProgress(run=run, node=node, method=method, counters=counters, deltas=deltas)


def _read_counters(stats: Any) -> dict[tuple[str, str], dict[str, float]]:
    """Read `resource_stats`: node to method to counters, as the Rust SDK has it; what is not a number is no counter."""
    return {
        (node, method): {
            name: value
            for name, value in as_object(counters).items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        for node, methods in as_object(stats).items()
        for method, counters in as_object(methods).items()
    }
