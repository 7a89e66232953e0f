"""The poller: one task for each client and event loop, that looks at all the runs that are followed there.

Few runs are fetched one by one. Of many, the newest pages of the list of runs are read until all are seen.
"""

from __future__ import annotations

import asyncio
import copy
import time
from typing import TYPE_CHECKING

from truto_async._runs.pace import Pace, is_cheaper_to_list, is_fatal, is_transient
from truto_async._transport.observer import log
from truto_async.errors import ClientClosedError, ResponseDecodeError, TrutoError

if TYPE_CHECKING:
    from collections.abc import Collection

    from truto_async._limits.rate_limit import RateLimit
    from truto_async._runs.source import RunSource
    from truto_async.models import SyncJobRun

__all__ = ["RunPoller", "Subscription"]

_MOST_PAGES = 40
_AHEAD = 3.0
"""For how many seconds a list looks ahead: else those that the list before saw last would soon need another."""
_SECONDS_A_PAGE = 0.25
"""How long to leave the server alone after a list, for each of its pages."""


class Subscription:
    """The looks at one run, for one who follows it. A slow one gets the latest only."""

    def __init__(self, run_id: str) -> None:
        """Follow nothing yet."""
        self.key: str = run_id.lower()
        self.problem: TrutoError | None = None
        """Why the last look failed; None if it did not."""
        self._news = asyncio.Event()
        self._run: SyncJobRun | None = None
        self._error: Exception | None = None

    async def next(self) -> SyncJobRun:
        """Wait for the next look at the run; raises what keeps it from being seen, such as NotFoundError."""
        await self._news.wait()
        self._news.clear()
        if self._error is not None:
            raise self._error
        assert self._run is not None  # noqa: S101  # one of the two is there
        return self._run

    def publish(self, run: SyncJobRun) -> None:
        """Hand over a look."""
        self._run, self.problem = run, None
        self._news.set()

    def fail(self, error: Exception) -> None:
        """Hand over the error that ends it."""
        self._error = error
        self._news.set()


class Followed:
    """A run, those who follow it, and when to look at it."""

    def __init__(self, run_id: str, pace: Pace) -> None:
        """Start without anybody."""
        self.run_id = run_id
        self.key = run_id.lower()
        self.pace = pace
        self.subscriptions: set[Subscription] = set()


class RunPoller:
    """Looks at the runs that are followed, for as long as there are any."""

    def __init__(self, source: RunSource, limit: RateLimit) -> None:
        """Do nothing yet.

        Args:
            source: where to look.
            limit: how many requests to make in which time.
        """
        self._source = source
        self._limit = limit
        self._followed: dict[str, Followed] = {}
        self._task: asyncio.Task[None] | None = None
        self._wake_up = asyncio.Event()
        self._pages = 1

    @property
    def is_idle(self) -> bool:
        """Whether nothing is followed."""
        return not self._followed

    def subscribe(self, run_id: str, interval: float) -> Subscription:
        """Follow a run: look at it at once, then after `interval` seconds, and then less and less often."""
        now = time.monotonic()
        followed = self._followed.setdefault(run_id.lower(), Followed(run_id, Pace(interval, now)))
        followed.pace.hurry(interval, now)
        subscription = Subscription(run_id)
        followed.subscriptions.add(subscription)
        self._wake_up.set()
        if self._task is None or self._task.done():
            self._task = self._source.transport.start_background(self._run())
        return subscription

    async def unsubscribe(self, subscription: Subscription) -> None:
        """Follow a run no longer. Once nothing is followed, the poller's task has ended."""
        followed = self._followed.get(subscription.key)
        if followed is not None:
            followed.subscriptions.discard(subscription)
            if not followed.subscriptions:
                del self._followed[subscription.key]
        task = self._task
        if task is not None and not self._followed:
            self._task = None
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        ending: Exception = ClientClosedError("the client was closed while runs were followed; they go on")
        try:
            while self._followed:
                seconds = min(followed.pace.due for followed in self._followed.values()) - time.monotonic()
                await (self._look() if seconds <= 0 else self._sleep(seconds))
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody must wait for ever
            ending = error
        finally:
            if self._task is asyncio.current_task():  # else a later one may be at work by now
                self._task = None
                self._end(self._followed.values(), ending)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, unless somebody follows another run."""
        timer = asyncio.get_running_loop().call_later(seconds, self._wake_up.set)
        try:
            await self._wake_up.wait()
        finally:
            timer.cancel()
            self._wake_up.clear()

    async def _look(self) -> None:
        """Look at the runs whose time has come."""
        now = time.monotonic()
        due = [followed for followed in self._followed.values() if followed.pace.due <= now]
        if is_cheaper_to_list(len(due), self._pages):
            soon = [followed for followed in self._followed.values() if followed.pace.due <= now + _AHEAD]
            due = await self._list(soon)
        await asyncio.gather(*map(self._fetch, due))

    async def _fetch(self, followed: Followed) -> None:
        try:
            async with self._limit:
                run = await self._source.get(followed.run_id)
        except TrutoError as error:
            self._failed([followed], error)
        else:
            self._seen(run)

    async def _list(self, due: list[Followed]) -> list[Followed]:
        """List the newest runs until all that are due are seen; returns those that are cheaper to fetch one by one."""
        missing = {followed.key: followed for followed in due}
        cursor: str | None = None
        pages = 0
        while pages < min(len(missing), _MOST_PAGES):
            try:
                async with self._limit:
                    page = await self._source.page(cursor)
            except TrutoError as error:
                if not is_fatal(error) and (isinstance(error, ResponseDecodeError) or not is_transient(error, 1)):
                    break  # runs cannot be listed; perhaps they can be fetched
                self._failed(missing.values(), error)
                return []
            pages += 1
            for run in page.runs(lambda row: row["id"].lower() in self._followed):
                missing.pop(run.id.lower(), None)
                self._seen(run, pages * _SECONDS_A_PAGE)
            cursor = page.next_cursor
            if cursor is None:
                break
        self._pages = pages
        return list(missing.values())

    def _seen(self, run: SyncJobRun, at_least: float = 0.0) -> None:
        followed = self._followed.get(run.id.lower())
        if followed is None:  # meanwhile nobody follows it any more
            return
        followed.pace.succeeded(time.monotonic(), at_least)
        for subscription in followed.subscriptions:
            subscription.publish(run)
        if run.is_finished:
            del self._followed[followed.key]

    def _failed(self, missed: Collection[Followed], error: TrutoError) -> None:
        """Look again later, or give up."""
        if is_fatal(error):
            self._end(self._followed.values(), error)
            return
        now = time.monotonic()
        missed = [followed for followed in missed if self._followed.get(followed.key) is followed]
        hopeless = [followed for followed in missed if not is_transient(error, followed.pace.failed(now))]
        self._end(hopeless, error)
        for followed in missed:
            for subscription in followed.subscriptions:
                subscription.problem = error
        if len(hopeless) < len(missed):
            log.warning("could not look at %d of the runs that are followed, will look again: %s", len(missed), error)

    def _end(self, runs: Collection[Followed], error: Exception) -> None:
        """Hand an error to all who follow these runs, each a copy: raising one adds to its traceback."""
        for followed in list(runs):
            del self._followed[followed.key]
            for subscription in followed.subscriptions:
                subscription.fail(copy.copy(error))
