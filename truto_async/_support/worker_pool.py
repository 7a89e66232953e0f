"""A pool of worker tasks: keys in, results out, with bounded concurrency.

It knows nothing of HTTP: `work` makes the result for a key, and `failure_of` tells which results end everything.
"""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import takewhile
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["WorkerPool"]

R = TypeVar("R")


class WorkerPool(Generic[R]):
    """Runs `work` for each submitted key and keeps the results until they are taken.

    A caller that submits no more than it takes bounds the pool's memory. A key that is submitted again while it is being
    worked on shares the result.
    """

    def __init__(
        self,
        work: Callable[[str], Awaitable[R]],
        *,
        failure_of: Callable[[R], Exception | None],
        concurrency: int,
        ordered: bool,
    ) -> None:
        """Make a pool without workers; they start as keys are submitted.

        Args:
            work: makes the result for a key.
            failure_of: returns the error that ends the pool, for a result after which nothing else can succeed; else None.
            concurrency: how many keys are worked on at once.
            ordered: True to return results in the order in which their keys were submitted.
        """
        self._work = work
        self._failure_of = failure_of
        self._concurrency = concurrency
        self._ordered = ordered
        self._queue: deque[tuple[int, str]] = deque()
        self._results: dict[int, R] = {}
        self._unfinished: dict[int, str] = {}
        self._in_progress: dict[str, asyncio.Future[R] | None] = {}  # a future where another worker waits for the result
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._submitted = 0
        self._changed = asyncio.Event()
        self._failure: Exception | None = None
        self.expects_more: bool = False
        """Whether more keys will be submitted. `take` then waits although nothing is left to do."""

    @property
    def unfinished(self) -> list[str]:
        """The keys that were submitted and whose results were not taken."""
        return list(self._unfinished.values())

    def submit(self, key: str) -> None:
        """Queue a key, and start a worker if there are fewer than `concurrency`."""
        number, self._submitted = self._submitted, self._submitted + 1
        self._unfinished[number] = key
        self._queue.append((number, key))
        if self._running < self._concurrency:
            self._running += 1
            task = asyncio.get_running_loop().create_task(self._run_worker())
            if not task.done():  # pragma: no branch  # from Python 3.12 on, an eager task may have ended already
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def end(self, failure: Exception | None = None) -> None:
        """Expect no more keys; with a failure, end at once, and have `take` raise it."""
        self.expects_more = False
        self._failure = self._failure or failure
        self._changed.set()

    async def take(self) -> list[R]:
        """Wait for results and return those that are there; an empty list once everything is done."""
        while True:
            if self._failure is not None:
                raise self._failure
            results = self._take_ready()
            if results or not (self._unfinished or self.expects_more):
                return results
            self._changed.clear()
            await self._changed.wait()

    async def close(self, *others: asyncio.Task[None]) -> None:
        """Cancel the workers, and wait until they and the other tasks have ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*others, *tasks, return_exceptions=True)

    def _take_ready(self) -> list[R]:
        numbers = list(takewhile(self._results.__contains__, self._unfinished) if self._ordered else self._results)
        for number in numbers:
            del self._unfinished[number]
        return [self._results.pop(number) for number in numbers]

    async def _run_worker(self) -> None:
        try:
            while self._queue and self._failure is None:
                number, key = self._queue.popleft()
                result = self._results[number] = await self._result(key)
                self._changed.set()
                failure = self._failure_of(result)
                if failure is not None:
                    self.end(failure)
        except Exception as error:  # noqa: BLE001  # whatever it is, `take` raises it
            self.end(error)
        except asyncio.CancelledError:  # by `close`, or by somebody else: then `take` would wait for ever
            self.end(RuntimeError("a worker of this batch was cancelled"))
            raise
        finally:
            # Here, and not in a callback of the task: until that ran, `submit` would count on a worker that has ended.
            self._running -= 1

    async def _result(self, key: object) -> R:
        """Work on a key, or wait for the worker that does so already."""
        if not isinstance(key, str):
            return await self._work(key)  # type: ignore[arg-type]  # `work` says what is wrong with it
        if key in self._in_progress:
            shared = self._in_progress[key]
            if shared is None:
                shared = self._in_progress[key] = asyncio.get_running_loop().create_future()
            return await shared
        self._in_progress[key] = None
        try:
            result = await self._work(key)
        finally:
            waiting = self._in_progress.pop(key)
        if waiting is not None:
            waiting.set_result(result)
        return result
