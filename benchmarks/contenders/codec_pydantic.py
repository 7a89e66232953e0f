"""pydantic, with unknown fields kept."""

from __future__ import annotations

from benchmarks.contenders.models_pydantic import SyncJob

__all__ = ["decode", "encode"]

decode = SyncJob.model_validate_json


def encode(job: SyncJob) -> str:
    """Write a model as JSON."""
    text: str = job.model_dump_json(exclude_none=True)
    return text
