"""msgspec, which drops unknown fields."""

from __future__ import annotations

import msgspec

from benchmarks.contenders.models_msgspec import SyncJob

__all__ = ["decode", "encode"]

decode = msgspec.json.Decoder(SyncJob).decode
encode = msgspec.json.Encoder().encode
