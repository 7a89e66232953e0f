"""Sync jobs as text for people: facts, a table of arguments, and the steps as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from truto_async.pipeline._pictures.facts import argument_rows, facts, label
from truto_async.pipeline._pictures.text import plain
from truto_async.pipeline._pictures.tree import tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from truto_async.models.sync_job import SyncJob

__all__ = ["line", "render"]


def render(job: SyncJob) -> str:
    """Return a job as several lines: its facts, its arguments as a table, its steps as a tree."""
    heading = [label(job), *(f"  {name:<11}  {value}" for name, value in facts(job).items())]
    sections = [heading, _section("Arguments", _table(argument_rows(job))), _section("Resources", tree(job.graph))]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def line(job: SyncJob) -> str:
    """Return a job as one line: its id, integration and label."""
    return f"{plain(job.id)}  {plain(job.integration_name or '-'):<20}  {plain(job.label or '')}".rstrip()


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [title, *(f"  {line}" for line in list(lines) or ["(none)"])]


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
