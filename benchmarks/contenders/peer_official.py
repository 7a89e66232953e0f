"""truto-python-sdk, which makes a session for each request. It finds its authority by SSL_CERT_FILE."""

from __future__ import annotations

import asyncio
from typing import Any

from truto_python_sdk.truto_api import TrutoApi

from benchmarks.contenders.base import TOKEN, AsyncGets, Extra

__all__ = ["Gather", "Gets"]


class Gets(AsyncGets):
    """`TrutoApi`."""

    async def connect(self) -> None:
        """Make the client."""
        self.api = TrutoApi(TOKEN, self.base_url)

    async def get(self, job_id: str) -> Any:
        """Fetch one job."""
        return await self.api.sync_jobs.get(job_id)

    async def disconnect(self) -> None:
        """Do nothing: it keeps nothing open."""


class Gather(Gets):
    """As many at once as a semaphore lets through."""

    def __init__(self, base_url: str, ca: str | None = None, concurrency: int = 32) -> None:
        """Take where the jobs are, and how many are fetched at once."""
        super().__init__(base_url, ca)
        self._concurrency = concurrency

    async def walk(self, ids: list[str]) -> Extra:
        """Fetch them all."""
        semaphore = asyncio.Semaphore(self._concurrency)

        async def get(job_id: str) -> Any:
            async with semaphore:
                return await self.get(job_id)

        await asyncio.gather(*(get(job_id) for job_id in ids))
        return None
