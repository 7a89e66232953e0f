"""A first-in, first-out queue of tasks that wait for something, in any threads and event loops of a process."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

__all__ = ["Waiter", "WaiterQueue"]


class Waiter:
    """A task that waits in its own event loop, and can be woken from any thread."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        self._wake_up: asyncio.Future[None] = self.loop.create_future()
        self.is_queued: bool = False

    @property
    def is_alive(self) -> bool:
        """Whether its event loop runs; one that was stopped or closed cannot take its turn."""
        return self.loop.is_running()

    async def sleep(self, seconds: float) -> None:
        """Sleep for some seconds, or until `wake` is called."""
        self._wake_up = self.loop.create_future()
        timer = self.loop.call_later(seconds, self._set)
        try:
            await self._wake_up
        finally:
            timer.cancel()

    def wake(self) -> None:
        """Wake it; in a loop that was stopped, once that runs again."""
        with suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        if not self._wake_up.done():
            self._wake_up.set_result(None)


class WaiterQueue:
    """Waiters in the order in which they came. Callers hold a lock; only the first waiter may take what all wait for."""

    def __init__(self) -> None:
        self.waiters: deque[Waiter] = deque()

    def position(self, waiter: Waiter) -> int:
        """Return how many are ahead of a waiter. One that is not in the queue, or not any more, joins at its end."""
        if waiter.is_queued:
            return self.waiters.index(waiter)
        self.waiters.append(waiter)
        waiter.is_queued = True
        return len(self.waiters) - 1

    def leave(self, waiter: Waiter) -> None:
        """Remove a waiter, and wake the one that is now first."""
        if waiter.is_queued:
            with suppress(ValueError):  # it was in the queue of the process that was forked
                self.waiters.remove(waiter)
            waiter.is_queued = False
        self.wake_first()

    def wake_first(self) -> None:
        """Wake the first waiter that is alive."""
        self.drop_dead()
        if self.waiters:
            self.waiters[0].wake()

    def drop_dead(self) -> None:
        """Remove waiters whose event loop does not run from the head of the queue: they would hold up everybody else.

        A loop may have been stopped for a while only, so they are woken as well: once it runs again, they queue up at
        the end.
        """
        dropped = False
        while self.waiters and not self.waiters[0].is_alive:
            dead = self.waiters.popleft()
            dead.is_queued = False
            dead.wake()
            dropped = True
        if dropped and self.waiters:
            self.waiters[0].wake()
