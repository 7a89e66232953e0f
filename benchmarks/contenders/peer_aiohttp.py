"""aiohttp as its documentation has it: one session, `raise_for_status`, `json`."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from benchmarks.contenders.base import AsyncGets, Extra, headers

__all__ = ["Gather", "Gets"]


class Gets(AsyncGets):
    """A session that is kept; its 100 connections are aiohttp's default."""

    async def connect(self) -> None:
        """Make the session."""
        connector = aiohttp.TCPConnector(ssl=True if self.context is None else self.context)
        self.session = aiohttp.ClientSession(headers=headers(), connector=connector)

    async def get(self, job_id: str) -> Any:
        """Fetch one job."""
        async with self.session.get(self.url(job_id)) as response:
            response.raise_for_status()
            return await response.json()

    async def disconnect(self) -> None:
        """Close the session."""
        await self.session.close()


class Gather(Gets):
    """All at once, the jobs kept until the last has come, as `gather` does."""

    async def walk(self, ids: list[str]) -> Extra:
        """Fetch them all."""
        await asyncio.gather(*(self.get(job_id) for job_id in ids))
        return None
