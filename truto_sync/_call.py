"""One blocking call."""

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

__all__ = ["Call"]

T = TypeVar("T")

_CUT_OFF = "the client was closed while this call was under way"


class Call(Generic[T]):
    """A coroutine that runs in the loop, and a caller that waits for it in another thread."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        """Take the coroutine, and the context variables of the caller."""
        self._coroutine = coroutine
        self._context = copy_context()
        self._task: Task[None] | None = None
        self._begun = self._over = False
        self._error: BaseException | None = None
        self._result: T
        # A bare lock costs half of what a Future does, and a signal handler can interrupt the wait for it as well.
        self._end = threading.Lock()
        self._end.acquire()

    def begin(self, loop: AbstractEventLoop) -> None:
        """Start it, in the loop's thread."""
        if sys.version_info >= (3, 12):  # pragma: no cover  # the coverage is of 3.11
            self._task = Task(self._play(), loop=loop, context=self._context, eager_start=True)
        else:
            self._task = loop.create_task(self._play(), context=self._context)
            self._task.add_done_callback(self.cut_off)  # if it was cancelled before its first step

    def cancel(self) -> None:
        """Cancel it, in the loop's thread."""
        if self._task is not None:
            self._task.cancel()

    def cut_off(self, _: object = None) -> None:
        """Release the caller, if nothing else has."""
        if not self._over:
            self._release(ClientClosedError(_CUT_OFF))

    def wait(self) -> None:
        """Wait for its end, in the caller's thread."""
        if not self._over:  # else the lock may have been taken, just before an interruption
            self._end.acquire()

    def take(self) -> T:
        """Give its result, or raise its error."""
        try:
            if self._error is not None:
                raise self._error
            return self._result
        finally:
            self._error = None  # which knows this call by its traceback

    def drop(self) -> None:
        """Close the coroutine, if it never began."""
        if not self._begun:
            self._coroutine.close()

    async def _play(self) -> None:
        # The caller is released from inside the last step; a callback of the task would be another turn of the loop.
        self._begun = True
        try:
            self._result = await self._coroutine
        except (CancelledError, GeneratorExit):
            self.cut_off()
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is the caller's, and the loop goes on
            self._release(error)
        else:
            self._release(None)

    def _release(self, error: BaseException | None) -> None:
        self._error = error
        self._over = True
        self._end.release()
