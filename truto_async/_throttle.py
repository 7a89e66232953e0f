"""The rate limit: asyncio-throttle's sliding window, without its polling, across event loops and threads."""

from __future__ import annotations

import asyncio
import threading
import time
from bisect import insort
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from asyncio_throttle.throttler import Throttler

from truto_async import _fork, _waiting
from truto_async._checks import check_number

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["RateLimit"]

_MAX_ACCOUNTS = 1000
_SOON = 0.0005


class _Window(Throttler):
    """Who was let through lately. A slot counts from its grant until a period after its answer came.

    The server may see a request at any moment in between, so this is what keeps it below the limit for certain.
    """

    def __init__(self, limit: int, per: float) -> None:
        super().__init__(limit, per)
        self.in_flight = 0

    def has_room(self) -> bool:
        """Tell whether a slot is free."""
        if self.in_flight + len(self._task_logs) >= self.rate_limit:
            self.flush()  # type: ignore[no-untyped-call]  # the library has no annotations
        return self.in_flight + len(self._task_logs) < self.rate_limit

    def wait(self, ahead: int = 0) -> float:
        """Give the seconds until a slot is free for who has so many others ahead; at least so many, where it depends."""
        self.flush()  # type: ignore[no-untyped-call]  # the library has no annotations
        missing = ahead + 1 - (self.rate_limit - self.in_flight - len(self._task_logs))
        if missing <= 0:
            return 0.0
        if missing > len(self._task_logs):
            return float(self.period)
        # The window is flushed of what is older than its period, not of what is just as old.
        return max(_SOON, self._task_logs[missing - 1] + float(self.period) - time.monotonic())

    def take(self) -> None:
        self.in_flight += 1

    def give_back(self, *, counted: bool) -> None:
        self.in_flight -= 1
        if counted:
            now = time.monotonic()
            if self._task_logs and self._task_logs[-1] > now:
                insort(self._task_logs, now)  # fill() has put times to come
            else:
                self._task_logs.append(now)

    def fill(self, until: float) -> None:
        """Free no slot before a time, and then one after the other, evenly, over one period."""
        free = self.rate_limit - self.in_flight
        step = self.period / self.rate_limit
        self._task_logs = deque(until - self.period + number * step for number in range(free))


class _Waiter:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.turn: asyncio.Future[None] = self.loop.create_future()

    async def sleep(self, seconds: float) -> None:
        """Sleep, but wake up when a slot has become free before its time."""
        self.turn = self.loop.create_future()
        alarm = self.loop.call_later(seconds, self._set)
        try:
            await self.turn
        finally:
            alarm.cancel()

    async def has_turn(self, deadline: float | None) -> bool:
        """Wait to be the first in the queue; False at the deadline."""
        try:
            async with asyncio.timeout(None if deadline is None else deadline - time.monotonic()):
                await self.turn
        except TimeoutError:
            return False
        return True

    def wake(self) -> bool:
        """Say that it is its turn; False where its event loop is gone."""
        try:
            self.loop.call_soon_threadsafe(self._set)
        except RuntimeError:
            return False
        return True

    def _set(self) -> None:
        if not self.turn.done():
            self.turn.set_result(None)


class RateLimit:
    """At most `limit` requests in any `per` seconds, first come, first served.

    One object may be given to several clients, in any threads and event loops of one process: they share the limit. Truto
    allows 500 requests in 10 seconds for each token, and 50 for each connected account (truto-skills: errors and evidence).
    It can limit code of yours as well: `async with rate_limit:`.
    """

    limit: int
    """How many requests."""

    per: float
    """In how many seconds."""

    def __init__(self, limit: int, per: float, *, per_account: int | None = 50) -> None:
        """Take the limit.

        Args:
            limit: how many requests.
            per: in how many seconds.
            per_account: how many in the same time with one and the same `integrated_account_id` in their query; None for
                no such limit.

        Raises:
            InvalidArgumentError: a number is not positive.
        """
        check_number("RateLimit: limit", limit, int)
        check_number("RateLimit: per", per, int | float)
        check_number("RateLimit: per_account", 1 if per_account is None else per_account, int)
        self.limit, self.per, self._per_account = limit, per, per_account
        self._window = _Window(limit, per)
        self._paused_until = 0.0
        self._accounts: dict[str, RateLimit] = {}
        self.after_fork()
        _fork.register(self)

    def after_fork(self) -> None:
        """Forget who waits and what is under way: that is another process's now."""
        self._lock = threading.RLock()  # a collected waiter leaves the queue, at any moment, in any thread
        self._queue: deque[_Waiter] = deque()
        self._window.in_flight = 0

    async def acquire(self, deadline: float | None = None) -> float | None:
        """Wait for a slot and take it: None. Or give the seconds still to wait, where that would outlive the deadline.

        The deadline is a time of time.monotonic().
        """
        if self.take():
            return None
        waiter = self._queue_up()
        try:
            return await self._wait(waiter, deadline)
        finally:
            self._leave(waiter)

    def take(self) -> bool:
        """Take a slot at once; False where none is free, or others wait for one."""
        with self._lock:
            if self._queue:
                self._drop_the_gone()
            free = not self._queue and not (self._paused_until and self._is_paused) and self._window.has_room()
            if free:
                self._window.take()
            return free

    def release(self, *, counted: bool = True) -> None:
        """Give the slot back, when the answer came; not counted where the request surely did not reach the server."""
        with self._lock:
            self._window.give_back(counted=counted)
            if not counted and self._queue:
                self._queue[0].wake()

    def pause(self, seconds: float) -> None:
        """Let nobody through for a while, and then no burst, but one after the other."""
        seconds = _waiting.real(seconds)
        until = time.monotonic() + seconds
        with self._lock:
            if seconds > 0 and until > self._paused_until:
                self._paused_until = until
                self._window.fill(until)

    def for_account(self, account: str) -> RateLimit | None:
        """Give the limit of one connected account."""
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
        """Whether anything is under way, waits, or counts."""
        return bool(self._queue) or self._window.in_flight > 0 or self._window.wait(self.limit - 1) > 0

    def __repr__(self) -> str:
        """Show the limit."""
        return f"RateLimit({self.limit}, per={self.per})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the limit alone: another process has its own window."""
        return _make, (self.limit, self.per, self._per_account)

    async def __aenter__(self) -> Self:
        """Wait for a slot and take it."""
        await self.acquire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give it back."""
        self.release()

    def _queue_up(self) -> _Waiter:
        with self._lock:
            waiter = _Waiter()
            self._queue.append(waiter)
            if self._queue[0] is waiter:
                waiter.turn.set_result(None)
            return waiter

    async def _wait(self, waiter: _Waiter, deadline: float | None) -> float | None:
        """Wait for its turn, then for a slot. Only the first in the queue watches the clock, and it sleeps just as long."""
        seconds = self._bound(waiter)
        if not _outlives(seconds, deadline) and await waiter.has_turn(deadline):
            while (seconds := self._take_or_bound()) > 0:
                if _outlives(seconds, deadline):
                    break
                await waiter.sleep(seconds)
        return seconds or None

    def _bound(self, waiter: _Waiter) -> float:
        """Give the seconds that it has to wait at least, by its place in the queue."""
        with self._lock:
            return self._seconds(ahead=self._queue.index(waiter)) or _SOON

    def _take_or_bound(self) -> float:
        """Take a slot, or give the seconds until there may be one."""
        with self._lock:
            seconds = self._seconds(ahead=0)
            if seconds <= 0:
                self._window.take()
            return seconds

    @property
    def _is_paused(self) -> bool:
        return time.monotonic() < self._paused_until

    def _seconds(self, ahead: int) -> float:
        return max(0.0, self._paused_until - time.monotonic(), self._window.wait(ahead))

    def _leave(self, waiter: _Waiter) -> None:
        with self._lock:
            if waiter in self._queue:  # else its loop was found to be gone
                self._queue.remove(waiter)
            if self._queue and not self._queue[0].wake():
                self._drop_the_gone()

    def _drop_the_gone(self) -> None:
        """Take those whose event loop was closed under them from the head of the queue, and wake the next."""
        while self._queue and self._queue[0].loop.is_closed():
            self._queue.popleft()
            if self._queue:
                self._queue[0].wake()


def _outlives(seconds: float, deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() + seconds > deadline


def _make(limit: int, per: float, per_account: int | None) -> RateLimit:
    return RateLimit(limit, per, per_account=per_account)
