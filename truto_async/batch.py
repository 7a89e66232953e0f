"""Many ids at once: a pool of workers, bounded memory, an outcome for every id."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sized
from itertools import takewhile
from typing import Generic, Literal, TypeAlias, TypeVar

from attrs import frozen

from truto_async._checks import check_number
from truto_async.errors import AuthenticationError, ClientClosedError, InvalidArgumentError, TLSError, TrutoError

__all__ = ["AsyncBatch", "Outcome", "Progress"]

T = TypeVar("T")
OnError: TypeAlias = Literal["return", "raise"]


@frozen(kw_only=True)
class Outcome(Generic[T]):
    """What came of one id: a value or an error."""

    id: str
    """The id as it was given."""

    value: T | None = None
    """What was fetched; None where it failed."""

    error: TrutoError | None = None
    """Why it failed; None where it did not."""

    def unwrap(self) -> T:
        """Give the value, or raise the error."""
        if self.error is not None:
            raise self.error
        assert self.value is not None  # noqa: S101  # one of the two is there
        return self.value


@frozen(kw_only=True)
class Progress:
    """How far a batch is."""

    done: int
    """How many ids have an outcome that was handed out, good or bad."""

    failed: int
    """How many of them failed."""

    total: int | None
    """How many ids there are; None where their collection does not know its length."""


class Pool(Generic[T]):
    """Workers that fetch ids, and what they have fetched. Who submits no more than is taken bounds its memory."""

    def __init__(self, fetch: Callable[[str], Awaitable[T]], concurrency: int, *, ordered: bool) -> None:
        """Take what fetches one id."""
        self._fetch = fetch
        self._concurrency = concurrency
        self._ordered = ordered
        self._waiting: deque[tuple[int, str]] = deque()
        self._done: dict[int, Outcome[T]] = {}
        self._unfinished: dict[int, str] = {}
        self._in_flight: dict[str, asyncio.Future[Outcome[T]]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._submitted = 0
        self._changed = asyncio.Event()
        self._failure: Exception | None = None
        self.more_to_come: bool = False

    @property
    def unfinished(self) -> list[str]:
        """The ids that were submitted and not taken."""
        return list(self._unfinished.values())

    def submit(self, id: str) -> None:  # noqa: A002  # the API's own word
        """Have an id fetched."""
        number, self._submitted = self._submitted, self._submitted + 1
        self._unfinished[number] = id
        self._waiting.append((number, id))
        if len(self._workers) < self._concurrency:
            worker = asyncio.get_running_loop().create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    def end(self, failure: Exception | None = None) -> None:
        """Say that nothing more will be submitted, or that everything is to end."""
        self.more_to_come = False
        self._failure = self._failure or failure
        self._changed.set()

    async def take(self) -> list[Outcome[T]]:
        """Wait for outcomes, and give those that are there; none at the end."""
        while True:
            if self._failure is not None:
                raise self._failure
            ready = self._ready()
            if ready or not (self._unfinished or self.more_to_come):
                return ready
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        """Stop at once."""
        workers = list(self._workers)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def _ready(self) -> list[Outcome[T]]:
        numbers = list(takewhile(self._done.__contains__, self._unfinished) if self._ordered else self._done)
        for number in numbers:
            del self._unfinished[number]
        return [self._done.pop(number) for number in numbers]

    async def _work(self) -> None:
        while self._waiting and self._failure is None:
            number, wanted = self._waiting.popleft()
            try:
                outcome = await self._outcome(wanted)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is raised to the consumer
                self.end(error)
                return
            self._done[number] = outcome
            self._changed.set()
            if _is_fatal(outcome.error):
                self.end(outcome.error)

    async def _outcome(self, wanted: str) -> Outcome[T]:
        """Fetch it, or share the request of another worker that is fetching it."""
        shared = self._in_flight.get(wanted)
        if shared is not None:
            return await shared
        self._in_flight[wanted] = future = asyncio.get_running_loop().create_future()
        try:
            outcome = Outcome(id=wanted, value=await self._fetch(wanted))
        except TrutoError as error:
            outcome = Outcome[T](id=wanted, error=error)
        finally:
            del self._in_flight[wanted]
        future.set_result(outcome)
        return outcome


def _is_fatal(error: TrutoError | None) -> bool:
    """Tell what every other id would meet as well."""
    if isinstance(error, AuthenticationError):
        return not error.is_remote
    return isinstance(error, ClientClosedError | TLSError)


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
        self._raises = on_error == "raise"
        self._progress = progress
        self._total = len(ids) if isinstance(ids, Sized) else None
        self._done = self._failed = 0

    @property
    def unfinished(self) -> list[str]:
        """The ids that were pulled, and whose outcome was not handed out."""
        return [] if self._pool is None else self._pool.unfinished

    def begin(self) -> Pool[T]:
        """Make the pool; once only, since ids may come from a generator."""
        if self._pool is not None:
            raise RuntimeError("a batch can be walked once only; call get_many again for another")
        self._pool = self._make()
        return self._pool

    def hand_out(self, outcome: Outcome[T]) -> Outcome[T]:
        """Count an outcome, and raise its error where that was asked for."""
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
                for outcome in outcomes:
                    yield self.order.hand_out(outcome)
                    window.release()
        finally:
            feeder.cancel()
            await asyncio.gather(feeder, return_exceptions=True)
            await pool.close()

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


async def _asynchronous(ids: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[str]:
    if isinstance(ids, AsyncIterable):
        async for id_ in ids:
            yield id_
    else:
        for id_ in ids:
            yield id_
