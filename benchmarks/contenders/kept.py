"""Jobs decoded and kept, all of them.

They differ in their ids, and are made in memory: that they come from a server would change nothing.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import Any

from benchmarks import jobs
from benchmarks.contenders.base import Extra, Work
from benchmarks.contenders.codec_sdk import decode

__all__ = ["Dicts", "Models"]


class _Kept(Work):
    @abstractmethod
    def decode(self, body: bytes) -> Any:
        """Make of a job what is kept."""

    def prepare(self, amount: int) -> None:
        """Make the ids."""
        self._kept: list[Any] = []
        self._head, _, self._tail = jobs.body(jobs.SIZES["1.5k"]).partition(jobs.ANY_ID.encode())
        self._ids = [job_id.encode() for job_id in jobs.ids(amount)]

    def run(self) -> Extra:
        """Decode and keep them."""
        for job_id in self._ids:
            self._kept.append(self.decode(self._head + job_id + self._tail))
        return None


class Models(_Kept):
    """The SDK's models."""

    def decode(self, body: bytes) -> Any:
        """Make a model."""
        return decode(body)


class Dicts(_Kept):
    """What `json.loads` makes, as the official SDK keeps it."""

    def decode(self, body: bytes) -> Any:
        """Make a dict."""
        return json.loads(body)
