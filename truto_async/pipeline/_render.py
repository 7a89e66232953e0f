"""Sync jobs as text for people: facts, a table of arguments, and the steps as a tree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from truto_async.pipeline._text import plain
from truto_async.pipeline._tree import tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from truto_async.models.args import ArgSpec
    from truto_async.models.sync_job import SyncJob

__all__ = ["line", "render"]


def render(job: SyncJob) -> str:
    """Return a job as several lines: its facts, its arguments as a table, its steps as a tree."""
    sections = [_heading(job), _arguments(job), _steps(job)]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def line(job: SyncJob) -> str:
    """Return a job as one line: its id, integration and label."""
    return f"{plain(job.id)}  {plain(job.integration_name or '-'):<20}  {plain(job.label or '')}".rstrip()


def _heading(job: SyncJob) -> list[str]:
    facts = {
        "id": job.id,
        "integration": "(not said)" if job.integration_name is None else job.integration_name or "(several)",
        "runtime": "(not said)" if job.default_runtime_version is None else str(job.default_runtime_version),
        "created": _time(job.created_at),
        "updated": _time(job.updated_at),
    }
    return [plain(job.label or "(no label)"), *(f"  {name:<11}  {plain(value)}" for name, value in facts.items())]


def _time(moment: datetime | None) -> str:
    return "(not said)" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _arguments(job: SyncJob) -> list[str]:
    specs: dict[str, ArgSpec] = {} if job.args_schema is None else job.args_schema.properties
    if not specs:
        return ["Arguments", "  (none)"]
    rows = [("name", "type", "required", "default", "description")]
    rows += [_row(name, spec) for name, spec in specs.items()]
    return ["Arguments", *_table(rows)]


def _row(name: str, spec: ArgSpec) -> tuple[str, str, str, str, str]:
    kind = spec.type if isinstance(spec.type, str) else "|".join(spec.type or [])
    kind = " ".join(filter(None, (kind or spec.ref, spec.format and f"({spec.format})")))
    default = "" if spec.default is None else json.dumps(spec.default, ensure_ascii=False)
    return name, kind, "yes" if spec.required is True else "", default, spec.description or ""


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield ("  " + "  ".join(padded)).rstrip()


def _steps(job: SyncJob) -> list[str]:
    return ["Resources", *(f"  {line}" for line in list(tree(job.graph)) or ["(none)"])]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
