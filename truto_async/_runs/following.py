"""What a client and its copies share about runs, and how a run is followed to its end."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import attrs

from truto_async._limits.rate_limit import RateLimit
from truto_async._runs.history import RunHistory
from truto_async._runs.poller import RunPoller
from truto_async._runs.starts import Starts
from truto_async._support import fork
from truto_async.runs import RunRateLimited, RunTimeoutError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
    from datetime import datetime

    from truto_async._runs.poller import Subscription
    from truto_async._runs.source import RunSource
    from truto_async.models import SyncJobRun
    from truto_async.runs import RunEvent

__all__ = ["Following", "goes_on"]

_REQUESTS_A_SECOND = 8


class Following:
    """The starts of a client, and a poller for each event loop in which it follows runs."""

    def __init__(self, source: RunSource) -> None:
        """Do nothing yet."""
        self._source = source
        self.starts: Starts = Starts()
        self.limit: RateLimit = RateLimit(_REQUESTS_A_SECOND, per=1.0, per_account=None)
        """For all requests that are made because runs are followed, however many they are."""
        self.after_fork()
        fork.register(self)

    def after_fork(self) -> None:
        """Leave the pollers to the parent."""
        self._pollers: dict[asyncio.AbstractEventLoop, RunPoller] = {}

    @asynccontextmanager
    async def subscribe(self, run_id: str, interval: float) -> AsyncGenerator[Subscription, None]:
        """Follow a run in this event loop, for as long as the block lasts."""
        loop = asyncio.get_running_loop()
        poller = self._pollers.get(loop)
        if poller is None:
            self._forget_closed_loops()
            poller = self._pollers[loop] = RunPoller(self._source, self.limit)
        subscription = poller.subscribe(run_id, interval)
        try:
            yield subscription
        finally:
            await poller.unsubscribe(subscription)
            if poller.is_idle and self._pollers.get(loop) is poller:
                del self._pollers[loop]

    def _forget_closed_loops(self) -> None:
        for loop in list(self._pollers):
            if loop.is_closed():
                self._pollers.pop(loop, None)

    async def watch(
        self, run_id: str, interval: float, resumes_at: Callable[[str], Awaitable[datetime | None]]
    ) -> AsyncGenerator[RunEvent, None]:
        """Tell what happens to a run, until it ends; `resumes_at` looks up when a limited run goes on."""
        history = RunHistory()
        with goes_on(run_id):
            async with self.subscribe(run_id, interval) as subscription:
                while True:
                    run = await subscription.next()
                    for event in history.observe(run, time.monotonic()):
                        if isinstance(event, RunRateLimited):
                            yield attrs.evolve(event, until=await resumes_at(run_id))
                        else:
                            yield event
                    if run.is_finished:
                        return

    async def finish(self, run_id: str, seen: SyncJobRun | None, seconds: float | None, interval: float) -> SyncJobRun:
        """Wait until a run has ended; raises RunTimeoutError if it has not within some seconds."""
        problem = None
        try:
            async with asyncio.timeout(seconds):
                if seen is not None and seen.is_finished:
                    return seen
                async with self.subscribe(run_id, interval) as subscription:
                    try:
                        while True:
                            seen = await subscription.next()
                            if seen.is_finished:
                                return seen
                    finally:
                        problem = subscription.problem
        except TimeoutError:
            status = "its status is not known" if seen is None else f"its status is {seen.status!r}"
            text = f"run {run_id} has not finished within {seconds:g} s: {status}"
        error = RunTimeoutError(text, run=seen)
        raise error from problem


@contextmanager
def goes_on(run_id: str) -> Generator[None]:
    """Say in a cancellation that the run goes on; the blocking client says the same of Ctrl-C."""
    try:
        yield
    except asyncio.CancelledError as cancellation:
        cancellation.add_note(
            f"The run {run_id} goes on. Take it up again with sync_job_runs.wait({run_id!r}), "
            f"or stop it with sync_job_runs.stop({run_id!r})."
        )
        raise
