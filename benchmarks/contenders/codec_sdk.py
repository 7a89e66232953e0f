"""The SDK's codec, as a get uses it."""

from __future__ import annotations

from truto_async import SyncJob, _codec, _json

__all__ = ["decode", "encode"]


def decode(body: bytes) -> SyncJob:
    """Make a model of a job."""
    return _codec.decode(body, SyncJob)


def _encode_by_dict(job: SyncJob) -> bytes:
    return _json.dumps(job.to_dict())


encode = getattr(SyncJob, "to_json", _encode_by_dict)
