"""niquests, asynchronous and blocking, with as many connections kept as there are threads."""

from __future__ import annotations

from typing import Any

import niquests

from benchmarks.contenders.base import AsyncGets, BlockingGets, headers

__all__ = ["Blocking", "Gets"]


class Gets(AsyncGets):
    """`AsyncSession`."""

    def __init__(self, base_url: str, ca: str | None = None) -> None:
        """Take where the jobs are."""
        super().__init__(base_url, ca)
        self._ca = ca

    async def connect(self) -> None:
        """Make the session."""
        self.session = niquests.AsyncSession(headers=headers())
        self.session.verify = self._ca or True

    async def get(self, job_id: str) -> Any:
        """Fetch one job."""
        response = await self.session.get(self.url(job_id))
        response.raise_for_status()
        return response.json()

    async def disconnect(self) -> None:
        """Close the session."""
        await self.session.close()


class Blocking(BlockingGets):
    """`Session`."""

    def open(self) -> None:
        """Make the session."""
        self.session = niquests.Session(headers=headers(), pool_maxsize=self.threads)
        self.session.verify = self.ca or True

    def get(self, job_id: str) -> Any:
        """Fetch one job."""
        response = self.session.get(self.url(job_id))
        response.raise_for_status()
        return response.json()

    def close(self) -> None:
        """Close the session."""
        self.session.close()
        super().close()
