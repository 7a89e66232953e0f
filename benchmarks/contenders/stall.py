"""How long an event loop is kept busy at a stretch."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["watched"]

_TICK = 0.001


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """Have a task that wants to run each millisecond; gives the seconds that it was late, each time."""
    late: list[float] = []
    ticker = asyncio.create_task(_tick(late))
    try:
        yield late
    finally:
        await asyncio.sleep(_TICK)  # the last one counts as well
        ticker.cancel()


async def _tick(late: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK)
        late.append(time.perf_counter() - began - _TICK)
