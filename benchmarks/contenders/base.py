"""What a contender is to a worker: work that is opened once and then done in rounds. Needs nothing but Python."""

from __future__ import annotations

import asyncio
import ssl
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from benchmarks import jobs

__all__ = ["TOKEN", "AsyncGets", "BlockingGets", "Extra", "Work", "headers", "trusting"]

TOKEN = "benchmark-token"  # noqa: S105  # opens nothing

Extra: TypeAlias = dict[str, float] | None
"""What a round measures itself, beside the time that it takes."""


def headers() -> dict[str, str]:
    """Give the headers that every client sends."""
    return {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}


def trusting(ca: str | None) -> ssl.SSLContext | None:
    """Make a context that verifies certificates and host names against this authority; None for a plain server."""
    return None if ca is None else ssl.create_default_context(cafile=ca)


class Work(ABC):
    """Something to measure."""

    def open(self) -> None:  # noqa: B027  # most have nothing to do
        """Make what lives on between rounds."""

    @abstractmethod
    def prepare(self, amount: int) -> None:
        """Get ready for a round, outside the measured time."""

    @abstractmethod
    def run(self) -> Extra:
        """Do it: this is measured."""

    def close(self) -> None:  # noqa: B027  # the same
        """Tidy up."""


class AsyncGets(Work):
    """Gets on one event loop, one after the other where a subclass does not walk otherwise."""

    def __init__(self, base_url: str, ca: str | None = None) -> None:
        """Take where the jobs are."""
        self.base_url = base_url
        self.context = trusting(ca)
        self._runner = asyncio.Runner()
        self._ids: list[str] = []

    @abstractmethod
    async def connect(self) -> None:
        """Make the client."""

    @abstractmethod
    async def get(self, job_id: str) -> object:
        """Fetch one job."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Close the client."""

    async def walk(self, ids: list[str]) -> Extra:
        """Fetch them all."""
        for job_id in ids:
            await self.get(job_id)
        return None

    def open(self) -> None:
        """Make the client in its loop."""
        self._runner.run(self.connect())

    def prepare(self, amount: int) -> None:
        """Make the ids."""
        self._ids = jobs.ids(amount)

    def run(self) -> Extra:
        """Fetch them."""
        return self._runner.run(self.walk(self._ids))

    def close(self) -> None:
        """Close the client and its loop."""
        self._runner.run(self.disconnect())
        self._runner.close()

    def url(self, job_id: str) -> str:
        """Give the whole URL of a job."""
        return f"{self.base_url}/sync-job/{job_id}"


class BlockingGets(Work):
    """Gets from threads that share one client."""

    def __init__(self, base_url: str, ca: str | None = None, threads: int = 1) -> None:
        """Take where the jobs are, and the number of threads."""
        self.base_url = base_url
        self.ca = ca
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads)
        self._shares: list[list[str]] = []

    @abstractmethod
    def get(self, job_id: str) -> object:
        """Fetch one job."""

    def prepare(self, amount: int) -> None:
        """Give each thread its share of the ids."""
        ids = jobs.ids(amount)
        self._shares = [ids[number :: self.threads] for number in range(self.threads)]

    def run(self) -> Extra:
        """Fetch them; a single share without another thread, as a script would."""
        if len(self._shares) == 1:
            self._fetch(self._shares[0])
        else:
            list(self._pool.map(self._fetch, self._shares))
        return None

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def url(self, job_id: str) -> str:
        """Give the whole URL of a job."""
        return f"{self.base_url}/sync-job/{job_id}"

    def _fetch(self, ids: list[str]) -> None:
        for job_id in ids:
            self.get(job_id)
