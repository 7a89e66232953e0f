"""The SDK with one of its tricks taken away, to see what the trick is worth. Reaches into its private parts for that."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from benchmarks.contenders import sdk
from benchmarks.contenders.base import TOKEN
from truto_async import AsyncTruto
from truto_async._codec import readers
from truto_async._support import json
from truto_async._transport import connections, fast_get

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COSTS", "TRICKS", "Gets"]


class OwnTimers:
    """A timer for each attempt, in place of one for all."""

    def __init__(self) -> None:
        """Belong to the running loop."""
        self._loop = asyncio.get_running_loop()
        self._timers: dict[Any, asyncio.TimerHandle] = {}

    def start(self, attempt: Any, seconds: float | None) -> None:
        """Start a timer."""
        if seconds is not None:
            self._timers[attempt] = self._loop.call_later(seconds, attempt.expire)

    def stop(self, attempt: Any) -> None:
        """Cancel it."""
        self._timers.pop(attempt).cancel()

    def close(self) -> None:
        """There is nothing to close."""


def _setting(module: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(module, name, value)


def _own_empty_objects() -> None:
    readers._READER = readers._READER.replace("EMPTY if", "{{}} if")  # noqa: SLF001  # that is the point


TRICKS: dict[str, Callable[[], None]] = {
    "orjson": _setting(json, "_fast_loads", None),
    "filled slots in place of the frozen `__init__`": _setting(readers, "_is_ours", lambda _: False),
    "one empty object for all models": _own_empty_objects,
    "the fast path around aiohttp's session": _setting(connections, "make_fast_get", lambda *_: None),
    "one timer for all attempts": _setting(connections, "DeadlineTimer", OwnTimers),
    "reads of 64 KiB": _setting(fast_get, "_READ_SIZE", 256 * 1024),
}
COSTS: dict[str, dict[str, Any]] = {
    "the rate limit": {"rate_limit": None},
    "the timeout": {"timeout": None},
}


class Gets(sdk.Gets):
    """Gets, without a trick or without something that costs time."""

    def __init__(self, base_url: str, ca: str | None = None, without: str = "") -> None:
        """Take what is taken away."""
        super().__init__(base_url, ca)
        self._options: dict[str, Any] = {"rate_limit": sdk.wide()} | COSTS.get(without, {})
        if without in TRICKS:
            TRICKS[without]()

    async def connect(self) -> None:
        """Make the client."""
        self.truto = AsyncTruto(TOKEN, base_url=self.base_url, ssl=self.context, **self._options)
