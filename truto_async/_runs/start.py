"""Starting a run once: when the answer to a start is lost, its run is looked for, and the start is not sent again."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from truto_async._runs.pace import is_transient
from truto_async._runs.starts import was_created_since
from truto_async._support import waits
from truto_async.errors import (
    AmbiguousOutcomeError,
    APIStatusError,
    APITimeoutError,
    ResponseDecodeError,
    TrutoError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from truto_async._runs.source import RunPage
    from truto_async._runs.starts import Look, Start, Starts
    from truto_async._transport.request import Query
    from truto_async.models import SyncJobRun

__all__ = ["StartOnce"]

_WAITS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""The seconds before each look for a run that may have been started; the server may be late."""
_TURN = 0.05
_SOON = 0.001
_FROM_THE_EDGE = frozenset({502, 504, 520, 524})
"""Statuses that mean that something between us and the server got no answer either."""
_PAGE_SIZE = 50
_MOST_NAMED = 10


class StartOnce:
    """Sends a start, and finds out what became of it where the answer does not say."""

    def __init__(
        self,
        starts: Starts,
        send: Callable[[float | None], Awaitable[SyncJobRun]],
        page: Callable[[Query, float | None], Awaitable[RunPage]],
        seconds: float | None,
    ) -> None:
        """Do nothing yet.

        Args:
            starts: the other starts of the client.
            send: sends the start, within some seconds.
            page: fetches a page of the list of runs, within some seconds.
            seconds: for how long all of it may take; None for no limit.
        """
        self._starts = starts
        self._send = send
        self._page = page
        self._limit = seconds
        self._deadline = None if seconds is None else time.monotonic() + seconds

    async def run(self, start: Start) -> SyncJobRun:
        """Return the run that was started; raises AmbiguousOutcomeError where that cannot be told."""
        starts = self._starts
        try:
            if not await self._until(lambda: starts.try_send(start)):
                raise APITimeoutError(
                    f"the deadline of {self._limit} s came while waiting for a start of the same job with the same "
                    "arguments, whose outcome is unknown; nothing was sent"
                )
            try:
                run = await self._send(self._seconds_left())
            except TrutoError as error:
                if not _is_unknown(error):
                    raise
                lost = error
            else:
                starts.answered(run.id)
                return run
            starts.lose(start)
            return await self._find(start, lost)
        except asyncio.CancelledError as cancellation:
            cancellation.add_note(
                "The run may have been started. Look for it with "
                f"sync_job_runs.list(sync_job_id={start.job_id!r}, sort='-created_at') before you start another."
            )
            raise
        finally:
            starts.end(start)

    async def _find(self, start: Start, lost: TrutoError) -> SyncJobRun:
        """Look for the run of a lost start, several times, for the server may be late."""
        seen = "there was no time left to look for its run"
        for seconds in _WAITS:
            left = self._seconds_left()
            if left is not None and seconds + _SOON >= left:
                break
            await asyncio.sleep(waits.seconds_to_wait(seconds) if seconds else 0)
            if not await self._until(lambda: not self._starts.is_any_sent(start)):
                break
            try:
                look = await self.look(start)
            except TrutoError as error:
                seen = f"the runs could not be listed: {error}"
                if is_transient(error, 1):
                    continue
                break
            if look is None:
                seen = "the server does not say what time it is (header Date), so its runs could not be matched"
                break
            found = self._starts.adopt(start, look)
            if len(found) == 1:
                return found[0]
            seen = _describe(found, look)
            if found:
                break
        ambiguous = AmbiguousOutcomeError(f"{lost}; {seen}")
        ambiguous.attempts = lost.attempts
        raise ambiguous from lost

    async def look(self, start: Start) -> Look | None:
        """List the runs of the job, the newest first, back to the start; None where the server's clock is unknown."""
        query: dict[str, str | int | None] = {"sync_job_id": start.job_id, "integrated_account_id": start.account}
        query |= {"sort": "-created_at", "limit": _PAGE_SIZE}
        page = await self._page(query, self._seconds_left())
        since = page.earliest_time_of(start.began)
        if since is None:
            return None
        runs = newest = list(page.runs(lambda _: True))
        cursors: set[str | None] = {None}
        while page.next_cursor not in cursors and not _reach_back(newest, since):
            cursors.add(page.next_cursor)
            page = await self._page({**query, "next_cursor": page.next_cursor}, self._seconds_left())
            newest = list(page.runs(lambda _: True))
            runs = [*runs, *newest]
        return start.look(runs, since)

    async def _until(self, is_true: Callable[[], bool]) -> bool:
        """Wait until something is true that another thread or event loop may change; False if the deadline comes first."""
        while not is_true():
            left = self._seconds_left()
            if left is not None and left <= _SOON:
                return False
            await asyncio.sleep(_TURN if left is None else min(_TURN, left))
        return True

    def _seconds_left(self) -> float | None:
        """Return the seconds until the deadline, at least a very few; None without one."""
        return None if self._deadline is None else max(_SOON, self._deadline - time.monotonic())


def _is_unknown(error: TrutoError) -> bool:
    """Return whether the run may have been started although there is this error."""
    if isinstance(error, APIStatusError):
        return error.status in _FROM_THE_EDGE
    return isinstance(error, AmbiguousOutcomeError | ResponseDecodeError)


def _reach_back(runs: list[SyncJobRun], since: datetime) -> bool:
    """Return whether the pages after these runs hold older ones only; a server that does not sort says no such thing."""
    times = [run.created_at for run in runs if run.created_at is not None]
    is_sorted = len(times) == len(runs) > 0 and times == sorted(times, reverse=True)
    return is_sorted and not was_created_since(runs[-1], since)


def _describe(found: list[SyncJobRun], look: Look) -> str:
    if found:
        return f"{len(found)} runs of this job with these arguments were created since: {_ids(found)}"
    others = f"; with others there were {_ids(look.others)}" if look.others else ""
    return f"no run of this job with these arguments was created since{others}"


def _ids(runs: list[SyncJobRun]) -> str:
    ids = list(dict.fromkeys(run.id for run in runs))
    return ", ".join(ids[:_MOST_NAMED]) + (f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else "")
