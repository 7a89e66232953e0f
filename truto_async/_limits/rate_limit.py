"""The rate limit: asyncio-throttle's sliding window, without its polling, across event loops and threads."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from asyncio_throttle.throttler import Throttler

from truto_async._config.checks import check_number
from truto_async._limits.waiters import Waiter, WaiterQueue
from truto_async._support import fork, waits

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["RateLimit"]

_MAX_ACCOUNTS = 1000
_SOON = 0.0005
_LOOK_AGAIN = 1.0


class SlidingWindow(Throttler):
    """The slots that are in use: a slot counts from when it is taken until one period after its response came.

    The server may have counted the request at any moment in between, so this keeps a client below the limit for certain.
    """

    def __init__(self, limit: int, per: float) -> None:
        super().__init__(limit, per)
        self.in_flight = 0
        self._gap = 0.0  # seconds between two slots, while they are granted one at a time
        self._next = 0.0
        self._spread_until = 0.0

    def try_take(self, *, queued: bool = False) -> bool:
        """Take a slot if one is free; `queued` if it was waited for."""
        if self._gap:
            now = time.monotonic()
            if now >= self._spread_until and not queued:
                self._gap = 0.0  # while others wait, the end of the spread would be another burst
            elif now < self._next:
                return False
        if self.in_flight + len(self._task_logs) >= self.rate_limit:
            self.flush()  # type: ignore[no-untyped-call]  # the library has no annotations
            if self.in_flight + len(self._task_logs) >= self.rate_limit:
                return False
        self.in_flight += 1
        if self._gap:  # a slot that is granted late delays the next one by half a gap at most
            self._next = max(self._next, time.monotonic() - self._gap / 2) + self._gap
        return True

    def release(self, *, counted: bool) -> None:
        """Return a slot. A counted one stays in the window for another period."""
        self.in_flight -= 1
        if counted:
            now = time.monotonic()
            # While slots are granted one at a time, they become free one at a time, even if their responses come together.
            self._task_logs.append(max(now, self._task_logs[-1] + self._gap) if self._task_logs else now)

    def seconds_until_free(self, ahead: int = 0) -> float:
        """Return the seconds until a slot is free, when `ahead` others take one first.

        This is the least, where it also depends on responses that are still to come.
        """
        self.flush()  # type: ignore[no-untyped-call]  # the library has no annotations
        now = time.monotonic()
        due = self._next + ahead * self._gap - now if self._gap else 0.0
        missing = ahead + 1 - (self.rate_limit - self.in_flight - len(self._task_logs))
        if missing <= 0:
            return max(0.0, due)
        if missing > len(self._task_logs):
            return max(float(self.period), due)
        # The window drops what is older than its period, not what is just as old.
        return max(_SOON, due, self._task_logs[missing - 1] + float(self.period) - now)

    def block_until(self, moment: float) -> None:
        """Grant no slot before a moment, and then one at a time, spread evenly over one period."""
        self._gap = self.period / self.rate_limit
        self._next = max(self._next, moment)
        self._spread_until = max(self._spread_until, moment + self.period)


class RateLimit:
    """At most `limit` requests in any `per` seconds, first come, first served.

    One object may be given to several clients, in any threads and event loops of one process: they share the limit. Truto
    allows 500 requests in 10 seconds for each token, and 50 for each connected account (truto-skills: errors and evidence).
    It can limit code of yours as well: `async with rate_limit:`.
    """

    __module__ = "truto_async.options"  # where users find it, and pickles

    limit: int
    """The number of requests."""

    per: float
    """The length of the window, in seconds."""

    def __init__(self, limit: int, per: float, *, per_account: int | None = 50) -> None:
        """Check the numbers.

        Args:
            limit: how many requests.
            per: in how many seconds.
            per_account: how many in the same time with the same `integrated_account_id` in their query; None for no such
                limit.

        Raises:
            InvalidArgumentError: a number is not positive.
        """
        check_number("RateLimit: limit", limit, int)
        check_number("RateLimit: per", per, int | float)
        check_number("RateLimit: per_account", 1 if per_account is None else per_account, int)
        self.limit, self.per, self._per_account = limit, per, per_account
        self._window = SlidingWindow(limit, per)
        self._accounts: dict[str, RateLimit] = {}
        self.after_fork()
        fork.register(self)

    def after_fork(self) -> None:
        """Forget the waiters and what is in flight: they are the parent's."""
        self._lock = threading.RLock()  # a waiter that is garbage-collected leaves the queue, at any moment, in any thread
        self._queue = WaiterQueue()
        self._window.in_flight = 0

    def try_acquire(self) -> bool:
        """Take a slot if one is free and nobody waits for one."""
        with self._lock:
            if self._queue.waiters:
                self._queue.drop_dead()
            return not self._queue.waiters and self._window.try_take()

    async def acquire(self, deadline: float | None = None) -> float | None:
        """Wait for a slot and take it; returns None.

        Args:
            deadline: a time of time.monotonic(). If no slot is free by then, none is taken, and the seconds that there would
                still be to wait are returned; at once, where that can be foreseen.
        """
        if self.try_acquire():
            return None
        waiter = Waiter()
        try:
            while True:
                with self._lock:
                    ahead = self._queue.position(waiter)
                    seconds = self._window.seconds_until_free(ahead)
                    if ahead == 0 and seconds <= 0 and self._window.try_take(queued=True):
                        return None
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and seconds >= left:
                    return seconds or _SOON
                # The first in the queue sleeps until there is a slot. The others are woken when they are first; in case that
                # those ahead are in an event loop that was stopped, they look themselves a little after their time.
                nap = seconds if ahead == 0 else seconds + _LOOK_AGAIN
                await waiter.sleep(nap if left is None else min(nap, left))
                with self._lock:
                    self._queue.drop_dead()
        finally:
            with self._lock:
                self._queue.leave(waiter)

    def release(self, *, counted: bool = True) -> None:
        """Return the slot when the response has come; `counted=False` if the request surely did not reach the server."""
        with self._lock:
            self._window.release(counted=counted)
            if not counted and self._queue.waiters:
                self._queue.wake_first()

    def pause(self, seconds: float) -> None:
        """Grant no slot for some seconds, and then no burst, but one slot at a time."""
        seconds = waits.seconds_to_wait(seconds)
        if seconds > 0:
            with self._lock:
                self._window.block_until(time.monotonic() + seconds)

    def for_account(self, account: str) -> RateLimit | None:
        """Return the limit of one connected account; None where accounts have none."""
        if self._per_account is None:
            return None
        with self._lock:
            if account not in self._accounts:
                if len(self._accounts) >= _MAX_ACCOUNTS:
                    self._accounts = {name: limit for name, limit in self._accounts.items() if limit.is_busy}
                self._accounts[account] = RateLimit(self._per_account, self.per, per_account=None)
            return self._accounts[account]

    @property
    def is_busy(self) -> bool:
        """Whether a slot is in use or waited for."""
        with self._lock:
            window = self._window
            return bool(self._queue.waiters) or window.in_flight > 0 or window.seconds_until_free(self.limit - 1) > 0

    def __repr__(self) -> str:
        """Show the limit."""
        return f"RateLimit({self.limit}, per={self.per})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the numbers alone: another process has its own window."""
        return partial(RateLimit, per_account=self._per_account), (self.limit, self.per)

    async def __aenter__(self) -> Self:
        """Wait for a slot and take it."""
        await self.acquire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Return the slot."""
        self.release()
