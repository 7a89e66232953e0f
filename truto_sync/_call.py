"""One blocking call: a coroutine that runs in the event loop while its caller waits in another thread."""

from __future__ import annotations

import sys
import threading
from asyncio import CancelledError, Task
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from truto_async.errors import ClientClosedError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Coroutine

__all__ = ["BlockingCall"]

T = TypeVar("T")


class BlockingCall(Generic[T]):
    """Carries a coroutine to the event loop, and its result or error back."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        """Keep the coroutine, and the context variables of the caller."""
        self._coroutine = coroutine
        self._context = copy_context()
        self._task: Task[None] | None = None
        self._started = self._done = False
        self._error: BaseException | None = None
        self._result: T
        self.notes: list[str] = []
        """What the coroutine had to say when it was cancelled."""
        # A bare lock costs half of what a Future does, and a signal handler can interrupt the wait for it as well.
        self._finished = threading.Lock()
        self._finished.acquire()

    def start(self, loop: AbstractEventLoop) -> None:
        """Start the coroutine; called in the loop's thread."""
        if sys.version_info >= (3, 12):  # pragma: no cover  # the coverage is of 3.11
            self._task = Task(self._run(), loop=loop, context=self._context, eager_start=True)
        else:
            self._task = loop.create_task(self._run(), context=self._context)
            self._task.add_done_callback(self.abandon)  # if it was cancelled before its first step

    def cancel(self) -> None:
        """Cancel the coroutine; called in the loop's thread."""
        if self._task is not None:
            self._task.cancel()

    def abandon(self, _: object = None) -> None:
        """Release the caller with ClientClosedError, if nothing else has released it."""
        if not self._done:
            self._finish(ClientClosedError("the client was closed while this call was under way"))

    def wait(self) -> None:
        """Wait for the end of the coroutine; called in the caller's thread."""
        if not self._done:  # else the lock may have been taken, just before an interruption
            self._finished.acquire()

    def result(self) -> T:
        """Return the result, or raise the error."""
        try:
            if self._error is not None:
                raise self._error
            return self._result
        finally:
            self._error = None  # its traceback refers to this call

    def close(self) -> None:
        """Close the coroutine if it was never started."""
        if not self._started:
            self._coroutine.close()

    async def _run(self) -> None:
        # The caller is released from inside the last step; a callback of the task would take another turn of the loop.
        self._started = True
        try:
            self._result = await self._coroutine
        except (CancelledError, GeneratorExit) as ending:
            self.notes = getattr(ending, "__notes__", [])
            self.abandon()
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is the caller's, and the loop goes on
            self._finish(error)
        else:
            self._finish(None)

    def _finish(self, error: BaseException | None) -> None:
        self._error = error
        self._done = True
        self._finished.release()
