"""requests: one session for all threads, with as many connections kept as there are threads."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from benchmarks.contenders.base import BlockingGets, headers

__all__ = ["Blocking"]


class Blocking(BlockingGets):
    """`Session`."""

    def open(self) -> None:
        """Make the session."""
        self.session = requests.Session()
        self.session.headers.update(headers())
        self.session.verify = self.ca or True
        self.session.mount("https://", HTTPAdapter(pool_maxsize=self.threads))

    def get(self, job_id: str) -> Any:
        """Fetch one job."""
        response = self.session.get(self.url(job_id))
        response.raise_for_status()
        return response.json()

    def close(self) -> None:
        """Close the session."""
        self.session.close()
        super().close()
