"""Following runs across restarts: a tracker keeps in a store which runs it follows and which ends were handled."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack
from uuid import uuid4

import attrs

from truto_async._runs.cut_short import resolve
from truto_async._runs.starts import Start
from truto_async._runs.store import RunRecord, RunStore, SQLiteRunStore
from truto_async._runs.tracked import RunEnd, RunOptions, end_of
from truto_async._support import json
from truto_async.errors import (
    AmbiguousOutcomeError,
    APIConnectionError,
    APIStatusError,
    ClientClosedError,
    InvalidArgumentError,
    NotFoundError,
    ResponseDecodeError,
)
from truto_async.models import SyncJobRun
from truto_async.webhooks import SyncJobRunEvent, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine
    from types import TracebackType

    from truto_async._support.json import JSONObject
    from truto_async.client import AsyncTruto

__all__ = ["AsyncRunTracker", "RunEnd", "RunOptions", "RunRecord", "RunStore", "SQLiteRunStore"]

T = TypeVar("T")

_NOT_STARTED = (InvalidArgumentError, APIConnectionError, APIStatusError, TypeError)
"""What a start raises only where there is no run. After any other error there may be one, and its record stays."""


class AsyncRunTracker:
    """Follows runs across restarts of the process, and hands out each end at least once.

    Each step is written to a store before the next one is taken: that a run is about to be started, its id, its end, and
    that its end was handled. A tracker that is opened on the same store takes up again what was left, after a crash, too.
    Use it as a context manager, or call `open()` and `close()`. The examples are in docs/how-to/runs.md.
    """

    unresolved: list[RunRecord]
    """Starts that a crash cut short, and whose run cannot be told: none was found, or several may be it. They stay in the
    store. Look into the list of runs, `track` the right run if there is one, and `forget` the record."""

    def __init__(self, truto: AsyncTruto, store: RunStore) -> None:
        """Do nothing yet.

        Args:
            truto: the client to follow runs with. It stays open when the tracker is closed.
            store: where the state is kept, such as a SQLiteRunStore. It is closed with the tracker.
        """
        self.unresolved = []
        self._runs = truto.sync_job_runs
        self._store = store
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._pending: dict[str, RunRecord] = {}
        """Ends that were not handed out yet, by run."""
        self._being_handled = 0
        self._failure: BaseException | None = None
        self._changed = asyncio.Event()
        self._is_open = False
        self._store_lock = asyncio.Lock()

    async def open(self) -> None:
        """Take up what the store has: follow its runs, and look for the runs of starts that were cut short.

        Raises ClientClosedError if the client is closed.
        """
        if self._is_open:
            return
        self._is_open = True
        starting: list[RunRecord] = []
        for record in await self._stored(lambda: list(self._store.unhandled())):
            if record.state == "starting":
                starting.append(record)
            elif record.state == "ended":
                self._queue(record)
            else:
                self._follow(record)
        if starting:
            self._spawn("starting", self._resolve(starting))

    async def close(self) -> None:
        """Stop following and close the store. The runs go on; a second call does nothing."""
        if not self._is_open:
            return
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with self._store_lock:
            self._is_open = False
            await asyncio.to_thread(self._store.close)
        self._changed.set()

    async def start(self, sync_job_id: str, **options: Unpack[RunOptions]) -> SyncJobRun:
        """Start a run, as `sync_job_runs.start` does, and track it. A crash at any moment loses no run.

        Args:
            sync_job_id: the id of the job.
            options: the keywords of `sync_job_runs.start`.

        Raises:
            InvalidArgumentError: as `sync_job_runs.start`; nothing was started.
            AmbiguousOutcomeError: no answer came, and the run may have been started. The start is kept as `unresolved`.
            APIStatusError: the server said no.
            ClientClosedError: the client or the tracker was closed meanwhile; the next tracker looks for the run.
        """
        self._check_open()
        given = {"sync_job_id": sync_job_id, "args": None, "integrated_account_id": None} | options
        request: JSONObject = {name: given[name] for name in ("sync_job_id", "args", "integrated_account_id")}
        Start(request)  # refuses arguments that cannot be kept
        record = RunRecord(key=str(uuid4()), state="starting", request=json.copy(request), started=time.time())
        await self._save(record)
        try:
            run = await self._runs.start(sync_job_id, **options)
        except AmbiguousOutcomeError:
            self.unresolved.append(record)
            raise
        except asyncio.CancelledError:
            self._spawn(record.key, self._resolve([record]))  # it may have been started
            raise
        except _NOT_STARTED:
            await self._stored(lambda: self._store.delete(record.key))
            raise
        await asyncio.shield(self._take_up(attrs.evolve(record, run_id=run.id, run=run.to_dict(), state="running")))
        return run

    async def track(self, run: SyncJobRun | str) -> None:
        """Track a run that was started elsewhere. One that is tracked already, or was handled, stays as it is.

        Args:
            run: the run or its id.
        """
        self._check_open()
        run_id = run if isinstance(run, str) else run.id
        document = None if isinstance(run, str) else run.to_dict()
        if await self._stored(lambda: self._store.find(run_id)) is None:
            record = RunRecord(key=str(uuid4()), run_id=run_id, state="running", run=document, started=time.time())
            await asyncio.shield(self._take_up(record))

    async def feed(self, event: WebhookEvent) -> bool:
        """Take note of a webhook delivery, which most often comes before the next poll.

        Args:
            event: the event that `webhooks.parse` returns.

        Returns:
            Whether it tells that a tracked run has ended. All other events are ignored. So are repeated deliveries,
            and payloads that cannot be read: the next poll will tell.
        """
        self._check_open()
        run = _run_of(event)
        if run is None or not run.is_finished:
            return False
        record = await self._stored(lambda: self._store.find(run.id))
        if record is None or record.state != "running":
            return False
        is_first = await asyncio.shield(self._end(record, run.to_dict()))
        task = self._tasks.get(record.key)
        if is_first and task is not None:
            task.cancel()
        return is_first

    async def forget(self, record: RunRecord) -> None:
        """Drop one of the `unresolved` starts, which was looked into."""
        self._check_open()
        self.unresolved = [other for other in self.unresolved if other.key != record.key]
        await self._stored(lambda: self._store.delete(record.key))

    async def ends(self, *, until_idle: bool = False) -> AsyncGenerator[RunEnd, None]:
        """Walk over the ends of the tracked runs, as they come.

        An end counts as handled when the loop comes back for the next one. If it is left before that, by an error or a
        crash, the end is handed out again, with the same id.

        Args:
            until_idle: True to stop when no run is followed and all ends were handed out; by default the walk waits for
                more, until the tracker is closed.

        Raises:
            AuthenticationError: the runs cannot be polled; other errors that a repetition cannot mend are raised as well.
                Nothing is lost: a tracker that is opened on the same store goes on.
        """
        while True:
            record = await self._next(until_idle=until_idle)
            if record is None:
                return
            self._being_handled += 1
            record = attrs.evolve(record, handed_out=record.handed_out + 1)
            is_handled = False
            try:
                await self._save(record)
                yield end_of(record)
                is_handled = True
                await self._save(attrs.evolve(record, state="handled"))
            finally:
                self._being_handled -= 1
                if not is_handled:
                    self._queue(record)
                self._changed.set()

    async def __aenter__(self) -> Self:
        """Open it."""
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    def __repr__(self) -> str:
        """Show the store, and how many runs are followed."""
        return f"{type(self).__name__}({self._store!r}, following={len(self._tasks)})"

    def _check_open(self) -> None:
        if not self._is_open:
            raise ClientClosedError("this tracker is not open: use it as a context manager, or call open()")

    async def _stored(self, operation: Callable[[], T]) -> T:
        """Run an operation of the store in a thread, since it waits for the disk; one at a time."""
        async with self._store_lock:
            self._check_open()
            return await asyncio.shield(asyncio.to_thread(operation))  # it goes on even if its caller is cancelled

    async def _save(self, record: RunRecord) -> None:
        await self._stored(lambda: self._store.save([record]))

    async def _take_up(self, record: RunRecord) -> None:
        """Keep the record of a run, and follow it."""
        await self._save(record)
        if record.run is not None and SyncJobRun.from_dict(record.run).is_finished:
            await self._end(record, record.run)
        elif self._is_open:  # pragma: no branch  # it may have been closed meanwhile
            self._follow(record)

    def _follow(self, record: RunRecord) -> None:
        self._spawn(record.key, self._follow_to_end(record))

    def _spawn(self, key: str, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in a task; an error in it reaches whoever walks over the ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[key] = task

        def done(_: asyncio.Task[None]) -> None:
            if self._tasks.get(key) is task:
                del self._tasks[key]
            if not task.cancelled():
                self._failure = self._failure or task.exception()
            self._changed.set()

        task.add_done_callback(done)

    async def _follow_to_end(self, record: RunRecord) -> None:
        run_id = record.run_id or ""
        try:
            run = await self._runs._end_of(run_id)  # noqa: SLF001  # one distribution
        except NotFoundError:
            await self._end(record, record.run)
        else:
            await self._end(record, run.to_dict())

    async def _end(self, record: RunRecord, run: JSONObject | None) -> bool:
        """Write down the end of a run, and hand it out; False if a delivery or a poll has brought it before."""
        ended = attrs.evolve(record, run=run, state="ended")

        def save() -> bool:
            stored = self._store.find(record.run_id or "")
            if stored is not None and stored.state != "running":
                return False
            self._store.save([ended])
            return True

        is_first = await self._stored(save)
        if is_first:
            self._queue(ended)
        return is_first

    def _queue(self, record: RunRecord) -> None:
        self._pending[record.key] = record
        self._changed.set()

    async def _next(self, *, until_idle: bool) -> RunRecord | None:
        """Wait for the next end; None once there will be none."""
        while True:
            if not self._is_open:
                return None
            if self._pending:
                return self._pending.pop(next(iter(self._pending)))
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            if until_idle and not self._tasks and not self._being_handled:
                return None
            self._changed.clear()
            await self._changed.wait()

    async def _resolve(self, records: list[RunRecord]) -> None:
        """Follow the runs of starts that were cut short; those that cannot be told are unresolved."""

        async def take_up(record: RunRecord, run: SyncJobRun) -> None:
            await self._take_up(attrs.evolve(record, run_id=run.id, run=run.to_dict(), state="running"))

        self.unresolved += await resolve(self._runs, records, self._is_known, take_up)

    async def _is_known(self, run_id: str) -> bool:
        return await self._stored(lambda: self._store.find(run_id)) is not None


def _run_of(event: WebhookEvent) -> SyncJobRun | None:
    """Return the run that an event is about; None for other events, and for a payload that is no run."""
    try:
        return event.run if isinstance(event, SyncJobRunEvent) else None
    except ResponseDecodeError:
        return None
