"""Batches: many ids fetched by a pool of workers, with bounded memory and an outcome for every id."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sized
from typing import Generic, Literal, TypeAlias, TypeVar

from attrs import frozen

from truto_async._config.checks import check_number
from truto_async._support.worker_pool import WorkerPool
from truto_async.errors import (
    AuthenticationError,
    ClientClosedError,
    InvalidArgumentError,
    RateLimiterUnavailableError,
    TLSError,
    TrutoError,
)

__all__ = ["AsyncBatch", "Outcome", "Progress"]

T = TypeVar("T")
OnError: TypeAlias = Literal["return", "raise"]
"""What becomes of an error in a batch: it is in the outcome, or ends the batch."""


@frozen(kw_only=True)
class Outcome(Generic[T]):
    """The result for one id: a value or an error."""

    id: str
    """The id as it was given."""

    value: T | None = None
    """The fetched object; None if it failed."""

    error: TrutoError | None = None
    """Why it failed; None if it did not."""

    def unwrap(self) -> T:
        """Return the value, or raise the error."""
        if self.error is not None:
            raise self.error
        assert self.value is not None  # noqa: S101  # one of the two is there
        return self.value


@frozen(kw_only=True)
class Progress:
    """The progress of a batch."""

    done: int
    """The number of outcomes that were returned, good or bad."""

    failed: int
    """The number of them with an error."""

    total: int | None
    """The number of ids; None if their collection does not know its length."""


def _check_ids(ids: object) -> None:
    if isinstance(ids, str | bytes) or not isinstance(ids, Iterable | AsyncIterable):
        raise InvalidArgumentError(f"ids must be a collection of ids, not {type(ids).__name__}")


class BatchPlan(Generic[T]):
    """The ids and options of a batch, checked, and its progress. Both packages walk over it, each in its own way."""

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[T]],
        ids: Iterable[str] | AsyncIterable[str],
        *,
        check_open: Callable[[], None],
        concurrency: int,
        on_error: OnError,
        ordered: bool,
        progress: Callable[[Progress], object] | None,
    ) -> None:
        """Check the arguments of `get_many`; raises InvalidArgumentError."""
        check_number("concurrency", concurrency, int)
        if on_error not in ("return", "raise"):
            raise InvalidArgumentError(f'on_error must be "return" or "raise": {on_error!r}')
        _check_ids(ids)
        self.ids = ids
        self.window: int = concurrency + max(4, concurrency // 2)
        """How many ids are pulled ahead of the outcomes that were returned."""
        self._fetch = fetch
        self._check_open = check_open
        self._concurrency = concurrency
        self._ordered = ordered
        self._pool: WorkerPool[Outcome[T]] | None = None
        self.pulled: deque[str] = deque()
        """Ids that were pulled from their source and not yet submitted to the pool."""
        self.taken: deque[Outcome[T]] = deque()
        """Outcomes that were taken from the pool and not yet returned."""
        self._raises = on_error == "raise"
        self._progress = progress
        self._total = len(ids) if isinstance(ids, Sized) else None
        self._done = self._failed = 0

    @property
    def unfinished(self) -> list[str]:
        """The ids that were pulled, and whose outcome was not returned."""
        submitted = [] if self._pool is None else self._pool.unfinished
        return [*(outcome.id for outcome in self.taken), *submitted, *self.pulled]

    def start(self) -> WorkerPool[Outcome[T]]:
        """Make the pool; once only, since ids may come from a generator."""
        if self._pool is not None:
            raise RuntimeError("a batch can be walked once only; call get_many again for another")
        self._check_open()
        self._pool = WorkerPool(self._outcome, failure_of=_fatal_error, concurrency=self._concurrency, ordered=self._ordered)
        return self._pool

    def next_outcome(self) -> Outcome[T]:
        """Return the first of the taken outcomes, and report the progress; raises its error with `on_error="raise"`."""
        outcome = self.taken[0]  # it stays in `unfinished` if the progress function raises
        self._done += 1
        self._failed += outcome.error is not None
        if self._progress is not None:
            self._progress(Progress(done=self._done, failed=self._failed, total=self._total))
        self.taken.popleft()
        if self._raises and outcome.error is not None:
            raise outcome.error
        return outcome

    async def _outcome(self, id: str) -> Outcome[T]:  # noqa: A002  # the API's own word
        try:
            return Outcome(id=id, value=await self._fetch(id))
        except TrutoError as error:
            return Outcome[T](id=id, error=error)

    def __repr__(self) -> str:
        """Show the progress."""
        total = "" if self._total is None else f" of {self._total}"
        return f"<{self._done}{total} done, {self._failed} failed>"


def _fatal_error(outcome: Outcome[T]) -> TrutoError | None:
    """Return an error that every other id would meet as well."""
    error = outcome.error
    if isinstance(error, AuthenticationError):
        return None if error.is_remote else error
    return error if isinstance(error, ClientClosedError | TLSError | RateLimiterUnavailableError) else None


class AsyncBatch(Generic[T]):
    """The outcomes of many ids, as they come. Walk it once.

    Ids are pulled as they are needed, and no more is fetched than the consumer takes. Leaving the loop stops the workers.
    An error that every id would meet, such as a bad token, ends the walk.
    """

    def __init__(self, plan: BatchPlan[T]) -> None:
        """Users get a batch from `get_many`."""
        self.plan: BatchPlan[T] = plan

    @property
    def unfinished(self) -> list[str]:
        """The ids that were pulled from their source, and whose outcome was not returned.

        After an error, these and the rest of the source are left to do.
        """
        return self.plan.unfinished

    async def __aiter__(self) -> AsyncIterator[Outcome[T]]:
        """Walk over the outcomes."""
        pool = self.plan.start()
        pool.expects_more = True
        window = asyncio.Semaphore(self.plan.window)
        feeder = asyncio.get_running_loop().create_task(self._feed(pool, window))
        try:
            while outcomes := await pool.take():
                self.plan.taken.extend(outcomes)
                while self.plan.taken:
                    yield self.plan.next_outcome()
                    window.release()
        finally:
            feeder.cancel()
            await pool.close(feeder)

    def __repr__(self) -> str:
        """Show the progress."""
        return f"{type(self).__name__}({self.plan!r})"

    async def _feed(self, pool: WorkerPool[Outcome[T]], window: asyncio.Semaphore) -> None:
        try:
            ids = _asynchronous(self.plan.ids)
            await window.acquire()
            async for id_ in ids:
                pool.submit(id_)
                await window.acquire()
            pool.end()
        except Exception as error:  # noqa: BLE001  # of the ids' source: raised to the consumer
            pool.end(error)
        except asyncio.CancelledError:
            pool.end(RuntimeError("the source of the ids was cancelled"))
            raise


async def _asynchronous(ids: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[str]:
    if isinstance(ids, AsyncIterable):
        async for id_ in ids:
            yield id_
    else:
        for id_ in ids:
            yield id_
