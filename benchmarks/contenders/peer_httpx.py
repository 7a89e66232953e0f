"""httpx, asynchronous and blocking, with as many connections kept as there are threads."""

from __future__ import annotations

from typing import Any

import httpx

from benchmarks.contenders.base import AsyncGets, BlockingGets, headers, trusting

__all__ = ["Blocking", "Gets"]


class Gets(AsyncGets):
    """`AsyncClient`."""

    async def connect(self) -> None:
        """Make the client."""
        self.client = httpx.AsyncClient(headers=headers(), verify=self.context or True)

    async def get(self, job_id: str) -> Any:
        """Fetch one job."""
        response = await self.client.get(self.url(job_id))
        return response.raise_for_status().json()

    async def disconnect(self) -> None:
        """Close the client."""
        await self.client.aclose()


class Blocking(BlockingGets):
    """`Client`."""

    def open(self) -> None:
        """Make the client."""
        limits = httpx.Limits(max_connections=self.threads, max_keepalive_connections=self.threads)
        self.client = httpx.Client(headers=headers(), verify=trusting(self.ca) or True, limits=limits)

    def get(self, job_id: str) -> Any:
        """Fetch one job."""
        return self.client.get(self.url(job_id)).raise_for_status().json()

    def close(self) -> None:
        """Close the client."""
        self.client.close()
        super().close()
