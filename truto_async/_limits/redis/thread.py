"""A thread with an event loop of its own, so that nothing depends on whose loops run."""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

from truto_async._support.loops import make_runner

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["LoopThread"]


class LoopThread:
    """A daemon thread that runs an event loop until it is stopped."""

    def __init__(self, on_stop: Callable[[], Awaitable[None]]) -> None:
        """Start it. `on_stop()` is awaited in the loop before it ends."""
        self._on_stop = on_stop
        self._running: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._main, name="truto_async.redis", daemon=True)
        self._thread.start()
        self.loop: asyncio.AbstractEventLoop = self._running.result()

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Call a function in the loop; not if it has ended."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(function, *args)

    def stop(self, seconds: float) -> None:
        """End the loop, and wait for the thread, for some seconds at most."""
        self.call(self._stopping.set)
        # While the interpreter ends, the thread does not run any more.
        if threading.current_thread() is not self._thread and not sys.is_finalizing():
            self._thread.join(seconds)

    def _main(self) -> None:
        try:
            runner = make_runner()
        except Exception as error:  # noqa: BLE001  # it is the caller's
            self._running.set_exception(error)
            return
        with runner:
            runner.run(self._serve(runner.get_loop()))

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        self._stopping = asyncio.Event()
        loop.set_debug(False)  # else dev mode logs what other threads made slow
        self._running.set_result(loop)
        await self._stopping.wait()
        await self._on_stop()
