"""Many ids at once: a pool of workers, bounded memory, an outcome for every id."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sized
from typing import Generic, Literal, TypeAlias, TypeVar

from attrs import frozen

from truto_async._checks import check_number
from truto_async._pool import Outcome, Pool
from truto_async.errors import InvalidArgumentError

__all__ = ["AsyncBatch", "Outcome", "Progress"]

T = TypeVar("T")
OnError: TypeAlias = Literal["return", "raise"]


@frozen(kw_only=True)
class Progress:
    """How far a batch is."""

    done: int
    """How many ids have an outcome that was handed out, good or bad."""

    failed: int
    """How many of them failed."""

    total: int | None
    """How many ids there are; None where their collection does not know its length."""


def _check_ids(ids: object) -> None:
    if isinstance(ids, str | bytes) or not isinstance(ids, Iterable | AsyncIterable):
        raise InvalidArgumentError(f"ids must be a collection of ids, not {type(ids).__name__}")


class Order(Generic[T]):
    """What was asked for: the ids and the options, checked; and how far it is. Common to both packages."""

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[T]],
        ids: Iterable[str] | AsyncIterable[str],
        *,
        concurrency: int,
        on_error: OnError,
        ordered: bool,
        progress: Callable[[Progress], object] | None,
    ) -> None:
        """Take what `get_many` takes; raises InvalidArgumentError."""
        check_number("concurrency", concurrency, int)
        if on_error not in ("return", "raise"):
            raise InvalidArgumentError(f'on_error must be "return" or "raise": {on_error!r}')
        _check_ids(ids)
        self.ids = ids
        self.window: int = concurrency + max(4, concurrency // 2)
        self._make: Callable[[], Pool[T]] = lambda: Pool(fetch, concurrency, ordered=ordered)
        self._pool: Pool[T] | None = None
        self.pulled: deque[str] = deque()
        self.taken: deque[Outcome[T]] = deque()
        self._raises = on_error == "raise"
        self._progress = progress
        self._total = len(ids) if isinstance(ids, Sized) else None
        self._done = self._failed = 0

    @property
    def unfinished(self) -> list[str]:
        """The ids that were pulled, and whose outcome was not handed out."""
        submitted = [] if self._pool is None else self._pool.unfinished
        return [*(outcome.id for outcome in self.taken), *submitted, *self.pulled]

    def begin(self) -> Pool[T]:
        """Make the pool; once only, since ids may come from a generator."""
        if self._pool is not None:
            raise RuntimeError("a batch can be walked once only; call get_many again for another")
        self._pool = self._make()
        return self._pool

    def hand_out(self) -> Outcome[T]:
        """Count the first outcome that was taken, and raise its error where that was asked for."""
        outcome = self.taken.popleft()
        self._done += 1
        self._failed += outcome.error is not None
        if self._progress is not None:
            self._progress(Progress(done=self._done, failed=self._failed, total=self._total))
        if self._raises and outcome.error is not None:
            raise outcome.error
        return outcome


class AsyncBatch(Generic[T]):
    """The outcomes of many ids, as they come. Walk it once.

    Ids are pulled as they are needed, and no more is fetched than the consumer takes. Leaving the loop stops the workers.
    An error that every id would meet, such as a bad token, ends the walk.
    """

    def __init__(self, order: Order[T]) -> None:
        """Take the order; users get a batch from `get_many`."""
        self.order: Order[T] = order

    @property
    def unfinished(self) -> list[str]:
        """The ids that were pulled from their source, and whose outcome was not handed out.

        After an error, these and the rest of the source are what is left to do.
        """
        return self.order.unfinished

    async def __aiter__(self) -> AsyncIterator[Outcome[T]]:
        """Walk over the outcomes."""
        pool = self.order.begin()
        pool.more_to_come = True
        window = asyncio.Semaphore(self.order.window)
        feeder = asyncio.get_running_loop().create_task(self._feed(pool, window))
        try:
            while outcomes := await pool.take():
                self.order.taken.extend(outcomes)
                while self.order.taken:
                    yield self.order.hand_out()
                    window.release()
        finally:
            feeder.cancel()
            await pool.close(feeder)

    async def _feed(self, pool: Pool[T], window: asyncio.Semaphore) -> None:
        try:
            ids = _asynchronous(self.order.ids)
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
