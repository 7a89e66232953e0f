"""What there is to say about a sync job besides its steps, for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from truto_async.pipeline._pictures.text import plain

if TYPE_CHECKING:
    from datetime import datetime

    from truto_async.models.args import ArgSpec
    from truto_async.models.sync_job import SyncJob

__all__ = ["NOT_SAID", "argument_rows", "facts", "label"]

NOT_SAID = "(not said)"
"""For a fact that the job does not have."""


def label(job: SyncJob) -> str:
    """Return what the job is called."""
    return plain(job.label or "(no label)")


def facts(job: SyncJob) -> dict[str, str]:
    """Return the job's other fields that fit on a line."""
    known = {
        "id": job.id,
        "integration": NOT_SAID if job.integration_name is None else job.integration_name or "(several)",
        "runtime": NOT_SAID if job.default_runtime_version is None else str(job.default_runtime_version),
        "created": _time(job.created_at),
        "updated": _time(job.updated_at),
    }
    return {name: plain(value) for name, value in known.items()}


def argument_rows(job: SyncJob) -> list[tuple[str, ...]]:
    """Return a table of the job's arguments, its head first; nothing for a job without."""
    specs: dict[str, ArgSpec] = {} if job.args_schema is None else job.args_schema.properties
    if not specs:
        return []
    rows = [("name", "type", "required", "default", "description"), *(_row(name, spec) for name, spec in specs.items())]
    return [tuple(map(plain, row)) for row in rows]


def _time(moment: datetime | None) -> str:
    return NOT_SAID if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _row(name: str, spec: ArgSpec) -> tuple[str, ...]:
    kind = spec.type if isinstance(spec.type, str) else "|".join(spec.type or [])
    kind = " ".join(filter(None, (kind or spec.ref, spec.format and f"({spec.format})")))
    default = "" if spec.default is None else json.dumps(spec.default, ensure_ascii=False)
    return name, kind, "yes" if spec.required is True else "", default, spec.description or ""
