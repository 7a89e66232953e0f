"""cattrs with stock hooks, on orjson; it drops unknown fields."""

from __future__ import annotations

from benchmarks.contenders.models_cattrs import SyncJob, converter

__all__ = ["decode", "encode"]


def decode(body: bytes) -> SyncJob:
    """Make a model of a job."""
    return converter.loads(body, SyncJob)


encode = converter.dumps
