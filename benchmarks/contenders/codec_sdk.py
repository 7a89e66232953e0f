"""The SDK's codec, as a get uses it."""

from __future__ import annotations

from truto_async import SyncJob

__all__ = ["decode", "encode"]

decode = SyncJob.from_json
encode = SyncJob.to_json
