"""The portal, as anyio calls it: an event loop in a thread of its own, and the way into it for blocking code."""

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

from truto_async._support import fork, loops
from truto_async.errors import APIConnectionError, ClientClosedError
from truto_sync._call import BlockingCall

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator

__all__ = ["Portal"]

T = TypeVar("T")

UVLOOP_VARIABLE = "TRUTO_UVLOOP"
_CLOSED = "this client is closed; make a new one"


class Portal:
    """Runs coroutines for blocking callers, of which there may be many at once.

    The thread starts with the first call. It ends with `close()`, when the portal is garbage-collected, or with the
    interpreter.
    """

    def __init__(self, on_close: Callable[[], Awaitable[None]]) -> None:
        """Await `on_close()` in the loop before it ends."""
        self._on_close = on_close
        self.is_closed: bool = False
        """Whether `close()` was called."""
        self.after_fork()
        fork.register(self)

    def after_fork(self) -> None:
        """Forget the thread: it is the parent's."""
        self._lock = threading.RLock()  # a signal handler may make a call of its own
        self._loop_thread: LoopThread | None = None

    def run(self, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run the coroutine that `start` makes, and return its result.

        Raises RuntimeError in the loop's own thread, which would wait for itself. If the wait is interrupted, as by Ctrl-C,
        the coroutine is cancelled, and has ended before the interruption is passed on; the notes of its cancellation become
        those of the interruption.
        """
        loop_thread = self._loop_thread
        if loop_thread is None or not loop_thread.is_alive:
            loop_thread = self._start_thread()
        return loop_thread.run(start)

    def run_cleanup(self, start: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Run what an iterator leaves to tidy up; nothing is left if the client is closed, or collected in its own loop."""
        with suppress(RuntimeError):
            self.run(start)

    def walk(self, items: AsyncGenerator[T, None]) -> Generator[T, None, None]:
        """Walk over an asynchronous generator, and close it at the end."""
        end: Any = object()

        async def step() -> T:
            return await anext(items, end)

        try:
            while (item := self.run(step)) is not end:
                yield item
        finally:
            self.run_cleanup(items.aclose)

    def check_open(self) -> None:
        """Raise ClientClosedError if the portal is closed."""
        if self.is_closed:
            raise ClientClosedError(_CLOSED)

    def close(self) -> None:
        """End the loop and its thread. Calls under way end with ClientClosedError. A second call does nothing."""
        with self._lock:
            self.is_closed = True
            loop_thread, self._loop_thread = self._loop_thread, None
        if loop_thread is not None:
            loop_thread.stop()

    def _start_thread(self) -> LoopThread:
        with self._lock:
            self.check_open()
            current = self._loop_thread
            if current is not None and current.is_alive:
                return current
            loop_thread = LoopThread(self._on_close)
            try:
                loop_thread.start()
                self.check_open()  # a signal handler may have closed the client by now, or started a thread itself
                current = self._loop_thread
                if current is None or not current.is_alive:
                    self._loop_thread = current = loop_thread
                    finalize(self, loop_thread.stop)
            finally:
                if self._loop_thread is not loop_thread:
                    loop_thread.abandon()
            return current


class LoopThread:
    """A daemon thread with an event loop."""

    def __init__(self, on_close: Callable[[], Awaitable[None]]) -> None:
        """Start nothing yet."""
        self.is_alive = True
        """Whether it takes calls."""
        self._on_close = on_close
        self._process = os.getpid()
        self._calls: set[BlockingCall[Any]] = set()
        self._inbox: deque[BlockingCall[Any]] = deque()
        # How often the inbox was emptied, and what that number was before the latest wake-up for it.
        self._emptied = 0
        self._woken_at = -1
        self._running: Future[asyncio.AbstractEventLoop | Exception] = Future()
        self._thread = threading.Thread(target=self._main, name="truto_sync", daemon=True)

    def start(self) -> None:
        """Start the thread, and wait for its event loop; raises APIConnectionError if none can be made."""
        try:
            self._thread.start()
            loop = self._running.result()
        except RuntimeError as error:
            if error.__context__ is not None:  # Ctrl-C in the middle of a wait, from which `threading` makes this error
                raise error.__context__ from None
            loop = error  # no threads are left
        if isinstance(loop, Exception):
            problem = APIConnectionError(f"no event loop could be started for this client: {loop}")
            problem.__cause__ = loop.with_traceback(None)
            raise problem
        self._loop = loop

    def run(self, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine for a caller in another thread."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a blocking call from the client's own event loop would wait for itself; use truto_async")
        call = BlockingCall(start())  # starts here, so that wrong arguments are the caller's error
        try:
            self._calls.add(call)
            self._wait(call)
            return call.result()
        finally:
            self._calls.discard(call)
            call.close()
            del call  # an error in it would keep this frame, and the client, alive

    def abandon(self) -> None:
        """End the thread as soon as its loop runs, and leave the client open: its start was interrupted, as by Ctrl-C."""
        self.is_alive = False
        self._running.add_done_callback(self._stop_abandoned)

    def stop(self) -> None:
        """Close the client and end the loop and the thread."""
        # While the interpreter ends, and in a forked child, the thread does not run any more.
        if self._process == os.getpid() and self._thread.is_alive() and not sys.is_finalizing():
            with suppress(RuntimeError):  # the loop is closed already, and the thread about to end
                self._loop.call_soon_threadsafe(self._stopping.set)
            if threading.current_thread() is not self._thread:
                self._thread.join()

    def _wait(self, call: BlockingCall[Any]) -> None:
        try:
            self._inbox.append(call)
            self._wake()
            call.wait()
        except BaseException as interruption:
            # Ctrl-C, or whatever else a signal handler raised in this thread; or the loop is closed.
            self._cancel(call)
            for note in call.notes:
                interruption.add_note(note)
            raise

    def _wake(self) -> None:
        # One wake-up does for all the calls that come before the inbox is emptied. It is written down only once it is under
        # way: a signal handler, or the garbage collector, may make a call of its own in the middle of this.
        emptied = self._emptied
        if self._woken_at == emptied:
            return
        try:
            self._loop.call_soon_threadsafe(self._start_calls)
        except RuntimeError:
            raise ClientClosedError(_CLOSED) from None
        self._woken_at = emptied

    def _start_calls(self) -> None:
        self._emptied += 1
        while self._inbox:
            self._inbox.popleft().start(self._loop)

    def _cancel(self, call: BlockingCall[Any]) -> None:
        with suppress(RuntimeError):  # the loop is closed: there is nothing to cancel, or to wait for
            self._loop.call_soon_threadsafe(self._start_calls)
            self._loop.call_soon_threadsafe(call.cancel)
            call.wait()

    def _stop_abandoned(self, running: Future[asyncio.AbstractEventLoop | Exception]) -> None:
        loop = running.result()
        if not isinstance(loop, Exception):
            loop.call_soon_threadsafe(self._stopping.set)

    def _main(self) -> None:
        try:
            try:
                runner = loops.make_runner(_loop_factory())
            except Exception as error:  # noqa: BLE001  # whatever it is, it is the caller's
                self._running.set_result(error)
                return
            with runner:
                runner.run(self._serve())
        finally:
            self.is_alive = False
            self._emptied += 1  # from here on each call asks the closed loop itself
            for call in list(self._calls):
                call.abandon()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        # In dev mode asyncio logs slow steps. Only this client uses the loop: what makes its steps slow is other threads.
        loop.slow_callback_duration = math.inf
        self._running.set_result(loop)
        await self._stopping.wait()
        if self.is_alive:
            await self._on_close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's way to make a loop if it is installed and not switched off; None for asyncio's own."""
    if os.environ.get(UVLOOP_VARIABLE) == "0" or loops.are_threads_greenlets():  # uvloop would let no other greenlet run
        return None
    try:
        import uvloop  # noqa: PLC0415  # the optional extra "speed" may not be installed
    except ImportError:
        return None
    return uvloop.new_event_loop
