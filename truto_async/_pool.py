"""Workers that fetch ids."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import takewhile
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from attrs import frozen

from truto_async.errors import AuthenticationError, ClientClosedError, TLSError, TrutoError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Outcome", "Pool"]

T = TypeVar("T")


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
        self._in_flight: dict[str, asyncio.Future[Outcome[T]] | None] = {}  # a future where somebody shares it
        self._workers: set[asyncio.Task[None] | None] = set()
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
            self._workers.add(asyncio.get_running_loop().create_task(self._work()))

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

    async def close(self, *others: asyncio.Task[None]) -> None:
        """Stop at once, and wait until that is done; also for other tasks that were cancelled."""
        workers = [worker for worker in self._workers if worker is not None]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*others, *workers, return_exceptions=True)

    def _ready(self) -> list[Outcome[T]]:
        numbers = list(takewhile(self._done.__contains__, self._unfinished) if self._ordered else self._done)
        for number in numbers:
            del self._unfinished[number]
        return [self._done.pop(number) for number in numbers]

    async def _work(self) -> None:
        try:
            while self._waiting and self._failure is None:
                await self._work_on(*self._waiting.popleft())
        except Exception as error:  # noqa: BLE001  # whatever it is, it is raised to the consumer
            self.end(error)
        finally:
            # Here, and not in a callback: until that ran, a new id would find this worker, and none to fetch it.
            self._workers.discard(asyncio.current_task())

    async def _work_on(self, number: int, wanted: str) -> None:
        outcome = await self._outcome(wanted)
        self._done[number] = outcome
        self._changed.set()
        if outcome.error is not None and _is_fatal(outcome.error):
            self.end(outcome.error)

    async def _outcome(self, wanted: object) -> Outcome[T]:
        """Fetch it, or share the request of another worker that is fetching it."""
        if not isinstance(wanted, str):
            return await self._fetched(cast("str", wanted))  # which says what is wrong with it
        if wanted in self._in_flight:
            return await self._shared(wanted)
        self._in_flight[wanted] = None
        try:
            outcome = await self._fetched(wanted)
        finally:
            shared = self._in_flight.pop(wanted)
        if shared is not None:
            shared.set_result(outcome)
        return outcome

    async def _shared(self, wanted: str) -> Outcome[T]:
        shared = self._in_flight[wanted]
        if shared is None:
            shared = self._in_flight[wanted] = asyncio.get_running_loop().create_future()
        return await shared

    async def _fetched(self, wanted: str) -> Outcome[T]:
        try:
            return Outcome(id=wanted, value=await self._fetch(wanted))
        except TrutoError as error:
            return Outcome[T](id=wanted, error=error)


def _is_fatal(error: TrutoError) -> bool:
    """Tell what every other id would meet as well."""
    if isinstance(error, AuthenticationError):
        return not error.is_remote
    return isinstance(error, ClientClosedError | TLSError)
