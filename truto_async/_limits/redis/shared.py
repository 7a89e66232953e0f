"""One shared limit in one process: who waits in which order, and what Redis has granted."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Protocol

from truto_async._limits.redis.holdings import Holdings
from truto_async._limits.redis.ledger import Ledger
from truto_async._limits.waiters import Waiter, WaiterQueue
from truto_async._support import waits

if TYPE_CHECKING:
    from truto_async._limits.redis.holdings import Timing
    from truto_async._limits.redis.messages import Call, Reply

__all__ = ["SharedLimit"]

_SOON = 0.0005
_LOOK_AGAIN = 1.0
_LONGEST_PAUSE = 1e9  # which Redis can count in microseconds


class Caller(Protocol):
    """What a limit asks of the link to Redis."""

    @property
    def worker(self) -> str:
        """The name of this process."""
        ...

    def check(self, began: float) -> None:
        """Raise the error of an outage that has lasted, for one who waits since some moment."""
        ...

    def wake(self, limit: SharedLimit) -> None:
        """See to a limit: it has a call to make."""
        ...


class SharedLimit:
    """A limit that all processes share that name it alike; a `RateLimiter`."""

    def __init__(self, link: Caller, label: str, limit: int, timing: Timing, local_share: float) -> None:
        """Take nothing yet. The label tells the limits of one link apart: that of the token, those of its accounts."""
        self.label = label
        self.timing = timing
        self.terms = timing.terms(limit)
        self._link = link
        self._local_terms = timing.terms(max(1, int(limit * local_share)))
        self.start_afresh()

    def start_afresh(self) -> None:
        """Begin as a process of its own: in a forked child the waiters and the slots are the parent's."""
        self._lock = threading.RLock()  # a waiter that is garbage-collected leaves the queue, at any moment, in any thread
        self._queue = WaiterQueue()
        self._holdings = Holdings(self.timing, self._link.worker)
        self._local: Ledger | None = None
        self._has_woken = False

    def try_acquire(self) -> bool:
        """Take a slot if there is one in this process and nobody waits for it."""
        with self._lock:
            if self._queue.waiters:
                self._queue.drop_dead()
            return not self._queue.waiters and self._holdings.take(time.monotonic())

    async def acquire(self, deadline: float | None = None) -> float | None:
        """Wait for a slot and take it, as `RateLimiter.acquire` says; raises RateLimiterUnavailableError."""
        began = time.monotonic()
        if self.try_acquire():
            return None
        waiter = Waiter()
        try:
            while True:
                with self._lock:
                    ahead = self._queue.position(waiter)
                    now = time.monotonic()
                    if ahead == 0 and self._holdings.take(now):
                        return None
                    seconds = self._holdings.seconds_until_free(ahead, now)
                self._link.check(began)
                self._wake_link()
                left = None if deadline is None else deadline - now
                if left is not None and seconds >= left:
                    return seconds or _SOON
                # As in RateLimit: the first sleeps until there is a slot, the others until they are first. While Redis has
                # yet to say when there will be one, it is the link that wakes the first.
                nap = seconds if ahead == 0 and seconds > 0 else seconds + _LOOK_AGAIN
                await waiter.sleep(nap if left is None else min(nap, left))
                with self._lock:
                    self._queue.drop_dead()
        finally:
            with self._lock:
                self._queue.leave(waiter)

    def release(self, *, counted: bool = True) -> None:
        """Return the slot when the response has come; `counted=False` if the request surely did not reach the server."""
        with self._lock:
            self._holdings.release(time.monotonic(), counted=counted)
            if not counted:
                self._queue.wake_first()

    def pause(self, seconds: float) -> None:
        """Grant no slot for some seconds, here at once and in the other processes as soon as they hear of it."""
        seconds = min(waits.seconds_to_wait(seconds), _LONGEST_PAUSE)
        if seconds > 0:
            with self._lock:
                self._holdings.pause(time.monotonic(), seconds)
            self._wake_link()

    def for_account(self, account: str) -> None:
        """Return None: connected accounts are told apart above."""

    # What follows is for the link, which calls it in its own thread.

    @property
    def is_busy(self) -> bool:
        """Whether a slot is used, kept or waited for."""
        with self._lock:
            return bool(self._queue.waiters) or self._holdings.is_busy

    def next_call(self) -> float:
        """Return when to call the ledger; infinity for never."""
        with self._lock:
            self._has_woken = False
            return self._holdings.next_call(time.monotonic(), len(self._queue.waiters))

    def longest_nap(self) -> float:
        """Return after how long to ask again."""
        with self._lock:
            return self._holdings.longest_nap(len(self._queue.waiters))

    def call(self) -> Call:
        """Make a call for the ledger in Redis."""
        with self._lock:
            return self._holdings.call(time.monotonic(), len(self._queue.waiters), returns=self._local is not None)

    def hear(self, reply: Reply, sent: float) -> None:
        """Take in the reply of the ledger in Redis to the last call."""
        with self._lock:
            self._local = None
            self._hear(reply, sent)

    def call_locally(self, outage: float) -> None:
        """Do without Redis: keep a ledger here, for a share of the limit. The outage has lasted for some seconds."""
        now = time.monotonic()
        with self._lock:
            if self._local is None:
                self._local = Ledger(self._local_terms)
            call = self._holdings.call(now, len(self._queue.waiters))
            self._hear(self._local.exchange(call, wall=int(now * 1e6), uptime=int(outage * 1e6)), now)

    def hear_notice(self, notice: list[str]) -> bool:
        """Take in what the ledger in Redis tells without being asked; False if it makes no sense."""
        with self._lock:
            now = time.monotonic()
            match notice:
                case ["pause", generation, epoch, length] if (generation + epoch + length).isdecimal():
                    self._holdings.hear_pause(now, int(generation), int(epoch), int(length) / 1e6)
                    self._queue.wake_first()
                case ["wake", delay] if delay.isdecimal():
                    self._holdings.hear_wake(now, int(delay) / 1e6)
                case _:
                    return False
        return True

    def set_told(self, *, told: bool) -> None:
        """Note whether notices arrive."""
        with self._lock:
            self._holdings.is_told = told

    def look(self) -> None:
        """Call soon if anything depends on it, since something may have been missed."""
        with self._lock:
            if self._queue.waiters or self._holdings.has_slots or self._local is not None:
                self._holdings.look()

    def wake(self) -> None:
        """Have those who wait look how things are."""
        with self._lock:
            self._queue.wake_first()

    def leave(self) -> Call:
        """Make the last call of all: give back what is not under way."""
        with self._lock:
            return self._holdings.leave(time.monotonic())

    def _hear(self, reply: Reply, sent: float) -> None:
        self._holdings.hear(reply, sent, time.monotonic())
        self._queue.wake_first()

    def _wake_link(self) -> None:
        """Tell the link if there is a call to make, unless it knows."""
        with self._lock:
            if self._has_woken or self._holdings.next_call(time.monotonic(), len(self._queue.waiters)) > time.monotonic():
                return
            self._has_woken = True
        try:
            self._link.wake(self)
        except BaseException:
            self._has_woken = False
            raise
