"""One timer for all the attempts in an event loop: making and cancelling one for each takes 3 % of a small request."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    class Sleeper(Protocol):
        """What wants to be woken."""

        def wake(self) -> None:
            """Learn that the time is up."""
            ...


__all__ = ["Alarm"]


class Alarm:
    """Wakes those whose time is up."""

    def __init__(self) -> None:
        """Belong to the running loop."""
        self._loop = asyncio.get_running_loop()
        self._due: dict[Sleeper, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def after(self, seconds: float | None) -> float | None:
        """Give the time in so many seconds, by the loop's clock; None for never."""
        return None if seconds is None else self._loop.time() + seconds

    def set(self, sleeper: Sleeper, due: float | None) -> None:
        """Wake it at a time by the loop's clock; None for never."""
        if due is None:
            return
        self._due[sleeper] = due
        if self._timer is None or due < self._timer.when():
            self.stop()
            self._timer = self._ring_at(due)

    def unset(self, sleeper: Sleeper) -> None:
        """Do not wake it any more. The timer stays: most likely the next one needs it no earlier."""
        self._due.pop(sleeper, None)

    def stop(self) -> None:
        """Wake nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        timer, self._timer = self._timer, None
        # The clock may come a tick early.
        now = max(self._loop.time(), timer.when() if timer else 0.0)
        for sleeper, due in list(self._due.items()):
            if due <= now:
                del self._due[sleeper]
                sleeper.wake()
        if self._due:
            self._timer = self._ring_at(min(self._due.values()))

    def _ring_at(self, due: float) -> asyncio.TimerHandle:
        """Set the timer, without keeping the context variables of whoever happens to be the caller."""
        return self._loop.call_at(due, self._ring, context=Context())
