"""Calls through a rate limit."""

from __future__ import annotations

import asyncio

from benchmarks import jobs
from benchmarks.contenders.base import TOKEN, Extra, Work
from benchmarks.contenders.sdk import Gets
from truto_async import AsyncTruto, RateLimit, TrutoError
from truto_async.testing import FakeTruto

__all__ = ["Bare", "Calls", "Judged"]


class Calls(Gets):
    """Gets all at once, by a new client each round, so that its limit is unused."""

    def __init__(self, limit: int, per: float, base_url: str, ca: str | None = None) -> None:
        """Take the limit, and where the jobs are."""
        super().__init__(base_url, ca)
        self._limit, self._per = limit, per

    async def walk(self, ids: list[str]) -> Extra:
        """Fetch them all."""
        limit = RateLimit(self._limit, per=self._per)
        async with AsyncTruto(TOKEN, base_url=self.base_url, rate_limit=limit) as truto:
            await asyncio.gather(*(truto.sync_jobs.get(job_id) for job_id in ids))
        return None


class Bare(Work):
    """The limit alone, without calls."""

    def __init__(self, limit: int, per: float) -> None:
        """Take the limit."""
        self._limit, self._per = limit, per

    def prepare(self, amount: int) -> None:
        """Note how many."""
        self._amount = amount

    def run(self) -> Extra:
        """Let so many tasks through."""
        asyncio.run(self._pass())
        return None

    async def _pass(self) -> None:
        limit = RateLimit(self._limit, per=self._per)

        async def one() -> None:
            async with limit:
                pass

        await asyncio.gather(*(one() for _ in range(self._amount)))


class Judged(Work):
    """Gets all at once from a server that refuses what exceeds the same limit in any sliding window."""

    def __init__(self, limit: int, per: float) -> None:
        """Take the limit."""
        self._limit, self._per = limit, per

    def prepare(self, amount: int) -> None:
        """Make the ids."""
        self._ids = jobs.ids(amount)

    def run(self) -> Extra:
        """Fetch them, and count how many were refused."""
        with FakeTruto({"id": job_id} for job_id in self._ids) as fake:
            fake.limit(self._limit, per=self._per)
            return {"refused": asyncio.run(self._fetch(fake))}

    async def _fetch(self, fake: FakeTruto) -> float:
        limit = RateLimit(self._limit, per=self._per)
        async with AsyncTruto(fake.token, base_url=fake.url, rate_limit=limit, retry=None) as truto:
            calls = [truto.sync_jobs.get(job_id) for job_id in self._ids]
            answers = await asyncio.gather(*calls, return_exceptions=True)
        return sum(isinstance(answer, TrutoError) for answer in answers)
