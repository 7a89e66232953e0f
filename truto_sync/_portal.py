"""An event loop in a thread of its own, and the way into it for blocking code."""

from __future__ import annotations

import asyncio
import math
import os
import sys
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import finalize

from truto_async import _fork
from truto_async.errors import ClientClosedError
from truto_sync._call import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

__all__ = ["Portal"]

T = TypeVar("T")

_CLOSED = "this client is closed; make a new one"


class Portal:
    """Runs coroutines for blocking callers, of which there may be many at once.

    The thread starts with the first call. It ends with `close()`, when the portal is collected, or with the interpreter.
    """

    def __init__(self, on_close: Callable[[], Awaitable[None]]) -> None:
        """Take what is awaited in the loop before it ends."""
        self._on_close = on_close
        self._closed = False
        self.after_fork()
        _fork.register(self)

    def after_fork(self) -> None:
        """Start afresh: the thread is the parent's."""
        self._lock = threading.Lock()
        self._loop_thread: _LoopThread | None = None

    def run(self, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine to its end and give its result.

        Raises RuntimeError in the loop's own thread, which would wait for itself. Where the wait is interrupted, as by
        Ctrl-C, the coroutine is cancelled, and has ended before the interruption is passed on.
        """
        loop_thread = self._loop_thread
        if loop_thread is None or not loop_thread.is_alive:
            loop_thread = self._started()
        return loop_thread.run(start)

    def run_at_end(self, start: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Run what tidies up after an iterator; a client that is closed, or collected in its own loop, needs none of it."""
        with suppress(RuntimeError):
            self.run(start)

    def check_open(self) -> None:
        """Raise ClientClosedError if it is closed."""
        if self._closed:
            raise ClientClosedError(_CLOSED)

    def close(self) -> None:
        """End the loop and its thread. Calls under way end with ClientClosedError. A second time does nothing."""
        with self._lock:
            self._closed = True
            loop_thread, self._loop_thread = self._loop_thread, None
        if loop_thread is not None:
            loop_thread.stop()

    def _started(self) -> _LoopThread:
        with self._lock:
            self.check_open()
            if self._loop_thread is None or not self._loop_thread.is_alive:
                self._loop_thread = _LoopThread(self._on_close)
                finalize(self, self._loop_thread.stop)
            return self._loop_thread


class _LoopThread:
    def __init__(self, on_close: Callable[[], Awaitable[None]]) -> None:
        self.is_alive = True
        self._on_close = on_close
        self._process = os.getpid()
        self._calls: set[Call[Any]] = set()
        self._inbox: deque[Call[Any]] = deque()
        # How often the inbox was emptied, and what that number was before the latest wake-up for it.
        self._emptied = 0
        self._woken_at = -1
        loop_made: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._main, args=[loop_made], name="truto_sync", daemon=True)
        self._thread.start()
        self._loop = loop_made.result()

    def run(self, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if threading.current_thread() is self._thread:
            raise RuntimeError("a blocking call from the client's own event loop would wait for itself; use truto_async")
        call = Call(start())  # starts here, so that wrong arguments are the caller's error
        try:
            self._calls.add(call)
            self._wait(call)
            return call.take()
        finally:
            self._calls.discard(call)
            call.drop()
            del call  # an error in it would keep this frame, and the client, alive

    def stop(self) -> None:
        # While the interpreter ends, and in a forked child, the thread does not run any more.
        if self._process == os.getpid() and self._thread.is_alive() and not sys.is_finalizing():
            self._loop.call_soon_threadsafe(self._stopping.set)
            if threading.current_thread() is not self._thread:
                self._thread.join()

    def _wait(self, call: Call[Any]) -> None:
        try:
            self._inbox.append(call)
            self._wake()
            call.wait()
        except BaseException:
            # Ctrl-C, or whatever else a signal handler raised in this thread; or the loop is closed.
            self._cancel(call)
            raise

    def _wake(self) -> None:
        # One wake-up does for all the calls that come before the inbox is emptied. It is written down only once it is under
        # way: a signal handler, or the collector, may make a call of its own in the middle of this.
        emptied = self._emptied
        if self._woken_at == emptied:
            return
        try:
            self._loop.call_soon_threadsafe(self._begin)
        except RuntimeError:
            raise ClientClosedError(_CLOSED) from None
        self._woken_at = emptied

    def _begin(self) -> None:
        self._emptied += 1
        while self._inbox:
            self._inbox.popleft().begin(self._loop)

    def _cancel(self, call: Call[Any]) -> None:
        with suppress(RuntimeError):  # the loop is closed: there is nothing to cancel, or to wait for
            self._loop.call_soon_threadsafe(self._begin)
            self._loop.call_soon_threadsafe(call.cancel)
            call.wait()

    def _main(self, loop_made: Future[asyncio.AbstractEventLoop]) -> None:
        try:
            asyncio.run(self._serve(loop_made))
        finally:
            self.is_alive = False
            self._emptied += 1  # from here on each call asks the closed loop itself
            for call in list(self._calls):
                call.cut_off()

    async def _serve(self, loop_made: Future[asyncio.AbstractEventLoop]) -> None:
        self._stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        # In dev mode asyncio logs slow steps. Only this client uses the loop: what makes its steps slow is other threads.
        loop.slow_callback_duration = math.inf
        loop_made.set_result(loop)
        await self._stopping.wait()
        await self._on_close()
