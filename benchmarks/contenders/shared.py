"""Calls through a rate limit that several processes share through Redis."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from benchmarks.contenders.base import AsyncGets, Extra, Work
from truto_async import AsyncTruto, TrutoError
from truto_async.redis import RedisRateLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Bare", "Calls"]


class Calls(AsyncGets):
    """Gets by some tasks; a server judges them."""

    def __init__(self, url: str, limit: int, per: float, *, base_url: str, token: str, tasks: int) -> None:
        """Take the URL of Redis, the limit, and where the jobs are."""
        super().__init__(base_url)
        self._token, self._tasks = token, tasks
        self._limit = RedisRateLimit.from_url(url, limit=limit, per=per, name="benchmark")

    async def connect(self) -> None:
        """Make the client."""
        self._truto = AsyncTruto(self._token, base_url=self.base_url, rate_limit=self._limit, retry=None)

    async def get(self, job_id: str) -> object:
        """Fetch one job."""
        return await self._truto.sync_jobs.get(job_id)

    async def disconnect(self) -> None:
        """Close the client and the limit."""
        await self._truto.close()
        self._limit.close()

    async def walk(self, ids: list[str]) -> Extra:
        """Fetch them all, and count how many were refused."""
        left = iter(ids)
        return {"refused": float(sum(await asyncio.gather(*(self._fetch(left) for _ in range(self._tasks)))))}

    async def _fetch(self, left: Iterator[str]) -> int:
        refused = 0
        for job_id in left:
            try:
                await self.get(job_id)
            except TrutoError:
                refused += 1
        return refused


class Bare(Work):
    """The limit alone, without calls."""

    def __init__(self, url: str, limit: int, per: float) -> None:
        """Take the URL of Redis and the limit."""
        self._limit = RedisRateLimit.from_url(url, limit=limit, per=per, name="bare")

    def prepare(self, amount: int) -> None:
        """Note how many."""
        self._amount = amount

    def run(self) -> Extra:
        """Let so many tasks through."""
        asyncio.run(self._pass())
        return None

    def close(self) -> None:
        """Close the limit."""
        self._limit.close()

    async def _pass(self) -> None:
        async def one() -> None:
            async with self._limit:
                pass

        await asyncio.gather(*(one() for _ in range(self._amount)))
