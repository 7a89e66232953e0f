"""The SDK with everything on: retries, checks, and a rate limit so wide that nothing ever waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.contenders.base import TOKEN, AsyncGets, BlockingGets, Extra, trusting
from truto_async import AsyncTruto, RateLimit
from truto_sync import Truto

if TYPE_CHECKING:
    from truto_async import SyncJob

__all__ = ["Batch", "Blocking", "Gets", "wide"]


def wide() -> RateLimit:
    """Make a rate limit that is asked for each request and never reached. It has hundreds to remember, as the real one."""
    return RateLimit(5_000, per=0.1)


class Gets(AsyncGets):
    """`AsyncTruto`."""

    async def connect(self) -> None:
        """Make the client."""
        self.truto = AsyncTruto(TOKEN, base_url=self.base_url, ssl=self.context, rate_limit=wide())

    async def get(self, job_id: str) -> SyncJob:
        """Fetch one job."""
        return await self.truto.sync_jobs.get(job_id)

    async def disconnect(self) -> None:
        """Close the client."""
        await self.truto.close()


class Batch(Gets):
    """`get_many`, its outcomes consumed as they come."""

    def __init__(self, base_url: str, ca: str | None = None, concurrency: int = 32) -> None:
        """Take where the jobs are, and how many are fetched at once."""
        super().__init__(base_url, ca)
        self._concurrency = concurrency

    async def walk(self, ids: list[str]) -> Extra:
        """Fetch them all."""
        async for outcome in self.truto.sync_jobs.get_many(ids, concurrency=self._concurrency):
            outcome.unwrap()
        return None


class Blocking(BlockingGets):
    """`Truto`."""

    def open(self) -> None:
        """Make the client."""
        self.truto = Truto(TOKEN, base_url=self.base_url, ssl=trusting(self.ca), rate_limit=wide())

    def get(self, job_id: str) -> SyncJob:
        """Fetch one job."""
        return self.truto.sync_jobs.get(job_id)

    def close(self) -> None:
        """Close the client."""
        self.truto.close()
        super().close()
