"""The link of a process to Redis: when calls are made, what happens where they fail, and what comes without being asked."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary, ref

from truto_async._limits.redis.holdings import Holdings
from truto_async._limits.redis.shared import SharedLimit
from truto_async._limits.redis.store import Store, address, advice
from truto_async._limits.redis.thread import LoopThread
from truto_async._limits.waiters import Waiter
from truto_async._support import fork
from truto_async.errors import ClientClosedError, RateLimiterUnavailableError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from truto_async._limits.redis.holdings import Timing
    from truto_async._limits.redis.messages import Call, Reply

__all__ = ["Link"]

log = logging.getLogger("truto_async")

_FIRST_RETRY, _LAST_RETRY = 0.05, 1.0
_of_the_parent: list[object] = []


class Outage:
    """A time in which Redis does not do what it is asked."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.is_local = False
        """Whether the process limits itself."""
        self.retry_at = self.failed_at = began
        self.error: Exception | None = None
        self._backoff = _FIRST_RETRY

    def lasts_for(self, seconds: float) -> bool:
        """Return whether it has lasted for so long."""
        return time.monotonic() >= self.began + seconds

    def note(self, error: Exception, now: float, longest: float) -> None:
        """Note a failure. Of several at the same time, the first one sets when to try again."""
        self.error, self.failed_at = error, now
        if now >= self.retry_at:
            self.retry_at = now + self._backoff
            self._backoff = min(2 * self._backoff, longest)


class Link:
    """Keeps the limits of one name in step with Redis, in a thread that starts with the first call."""

    def __init__(self, url: str, name: str, *, per: float, timeout: float, share: str | None) -> None:
        """Open nothing yet. The share says how a process limits itself in an outage; None if it raises an error instead."""
        self._url, self._address, self._channel, self._timeout = url, address(url), f"truto:{name}", timeout
        self._share, self._is_local = share, share is not None
        self._longest_retry = min(_LAST_RETRY, per / 4)
        self._limits: WeakValueDictionary[str, SharedLimit] = WeakValueDictionary()
        self._is_closed = False
        self.calls: int = 0
        """The calls that were made."""
        self._start_afresh()
        fork.register(self)

    def _start_afresh(self) -> None:
        self.worker: str = secrets.token_urlsafe(9)
        """The name of this process, by which Redis knows it."""
        self.lock = threading.RLock()
        self._thread: LoopThread | None = None
        self._store: Store | None = None
        self._drivers: dict[SharedLimit, Waiter] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Task[None] | None = None
        self._is_told = False
        self._outage: Outage | None = None

    def after_fork(self) -> None:
        """Begin anew in the child. What is the parent's stays alive: it cannot be closed here, and would complain."""
        _of_the_parent.extend((self._thread, self._store, self._drivers, self._tasks, self._listener))
        self._start_afresh()
        for limit in list(self._limits.values()):
            limit.start_afresh()

    def make_limit(self, label: str, limit: int, timing: Timing, local_share: float) -> SharedLimit:
        """Make a limit, and keep it in step for as long as it is used."""
        made = SharedLimit(self, label, limit, timing, local_share)
        self._limits[label] = made
        made.set_told(told=self._is_told)
        return made

    def wake(self, limit: SharedLimit) -> None:
        """See to a limit: it has a call to make."""
        with self.lock:
            if self._is_closed:
                return
            if self._thread is None:
                self._thread = self._start_thread()
            thread = self._thread
        thread.call(self._see_to, limit)

    def _start_thread(self) -> LoopThread:
        try:
            thread = LoopThread(self._on_stop)
        except (RuntimeError, OSError) as error:
            problem = f"no thread or event loop could be started for the shared rate limit: {error}"
            raise RateLimiterUnavailableError(problem) from error
        multiprocessing = sys.modules.get("multiprocessing.util")
        if multiprocessing is not None:  # its child processes end without what the interpreter does at its end
            this = ref(self)
            multiprocessing.Finalize(self, lambda: None if (link := this()) is None else link.close(), exitpriority=0)
        return thread

    def check(self, began: float) -> None:
        """Raise the error of an outage that has lasted, for one who waits since some moment."""
        if self._is_closed:
            raise ClientClosedError("this rate limit is closed; make a new one")
        outage, now = self._outage, time.monotonic()
        if outage is None or self._is_local or not outage.lasts_for(self._timeout):
            return
        # The last failure may be old, and Redis back since then: that will be seen soon.
        if outage.failed_at >= began or now < outage.failed_at + self._longest_retry:
            raise self._error(outage.error or TimeoutError())

    def close(self) -> None:
        """Give back what is not under way, and close the connections; a second time does nothing."""
        with self.lock:
            self._is_closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop(2 * self._timeout)
        for limit in list(self._limits.values()):
            limit.wake()

    # What follows runs in the thread.

    def _see_to(self, limit: SharedLimit) -> None:
        driver = self._drivers.get(limit)
        if driver is not None:
            driver.wake()
            return
        self._drivers[limit] = Waiter()
        self._start(self._drive(limit))
        if self._listener is None:
            self._listener = self._start(self._listen())

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _drive(self, limit: SharedLimit) -> None:
        """Make the calls of a limit for as long as there are any to come."""
        driver = self._drivers[limit]
        try:
            while (moment := limit.next_call()) < math.inf:
                nap = self._not_before(moment) - time.monotonic()
                if nap > 0:
                    await driver.sleep(min(nap, limit.longest_nap()))
                else:
                    await self._call(limit)
        finally:
            del self._drivers[limit]

    def _not_before(self, moment: float) -> float:
        return moment if self._outage is None or self._limits_itself() else max(moment, self._outage.retry_at)

    def _limits_itself(self) -> bool:
        return self._is_local and self._outage is not None and self._outage.lasts_for(self._timeout)

    async def _call(self, limit: SharedLimit) -> None:
        sent = time.monotonic()
        if self._outage is not None and self._limits_itself():
            self._do_without(self._outage, limit)
            limit.call_locally(sent - self._outage.began)
            return
        try:
            reply = await self._exchange(limit, limit.call())
        except Exception as error:  # noqa: BLE001  # whatever the library raises, those who wait must hear of it
            self._fail(error, sent)
        else:
            self._recover()
            limit.hear(reply, sent)

    def _do_without(self, outage: Outage, limit: SharedLimit) -> None:
        """Begin to do without Redis, unless that was done."""
        if not outage.is_local:
            outage.is_local = True
            log.warning("until Redis at %s can be asked again, this process limits itself: %s", self._address, self._share)
            self._start(self._probe(outage, limit))

    async def _probe(self, outage: Outage, limit: SharedLimit) -> None:
        """Call Redis until the outage is over, with a call that asks for nothing: nobody has to wait for it."""
        while self._outage is outage:
            await asyncio.sleep(outage.retry_at - time.monotonic())
            sent = time.monotonic()
            try:
                await self._exchange(limit, Holdings(limit.timing).call(sent, 0))
            except Exception as error:  # noqa: BLE001  # whatever the library raises, it is not over
                self._fail(error, sent)
            else:
                self._recover()

    async def _exchange(self, limit: SharedLimit, call: Call) -> Reply:
        self.calls += 1
        return await self._opened().exchange(f"{self._channel}:{limit.label}", self._channel, limit.label, call, limit.terms)

    def _opened(self) -> Store:
        if self._store is None:
            self._store = Store(self._url, self._timeout)
        return self._store

    def _fail(self, error: Exception, sent: float) -> None:
        if self._outage is None:
            self._outage = Outage(sent)
            log.warning("%s", self._error(error))
        self._outage.note(error, time.monotonic(), self._longest_retry)
        for limit in self._drivers:
            limit.wake()

    def _recover(self) -> None:
        if self._outage is not None:
            self._outage = None
            log.warning("Redis at %s can be asked again: the limit is shared as before", self._address)
            for limit, driver in self._drivers.items():  # who has limited itself tells of it
                limit.look()
                driver.wake()

    def _error(self, error: Exception) -> RateLimiterUnavailableError:
        text = str(error) or type(error).__name__
        problem = f"Redis at {self._address} cannot be asked for the shared rate limit ({text}): {advice(error)}"
        if not self._is_local:
            problem += "; or have each process limit itself meanwhile, with on_unavailable='local'"
        found = RateLimiterUnavailableError(problem)
        found.__cause__ = error.with_traceback(None)
        return found

    async def _listen(self) -> None:
        """Hear of pauses and slots, for as long as anything is under way when the connection breaks."""
        pause = _FIRST_RETRY
        while True:
            with suppress(Exception):
                await self._opened().listen(
                    [self._channel, f"{self._channel}:{self.worker}"], self._on_ready, self._on_notice
                )
            pause = _FIRST_RETRY if self._is_told else min(2 * pause, 5 * _LAST_RETRY)
            self._set_told(told=False)
            await asyncio.sleep(pause)
            if not self._drivers:
                self._listener = None
                return

    def _on_ready(self) -> None:
        self._set_told(told=True)
        for limit, driver in self._drivers.items():
            limit.look()
            driver.wake()

    def _set_told(self, *, told: bool) -> None:
        self._is_told = told
        for limit in list(self._limits.values()):
            limit.set_told(told=told)

    def _on_notice(self, text: str) -> None:
        label, *notice = text.split(" ")
        limit = self._limits.get(label)
        if limit is not None and limit.hear_notice(notice) and limit in self._drivers:
            self._see_to(limit)

    async def _on_stop(self) -> None:
        """Give back what is not under way, and close the connections."""
        limits = list(self._drivers)
        while self._tasks:  # a library may miss a cancellation
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=0.05)
        with suppress(Exception):
            async with asyncio.timeout(self._timeout):
                for limit in limits if self._outage is None else []:
                    await self._exchange(limit, limit.leave())
        with suppress(Exception):
            await self._opened().close()
