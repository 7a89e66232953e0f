"""The command `fetch`: many jobs into a file, one a line, which can be resumed after any interruption."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from truto_async.pipeline._pictures.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from truto_async.batch import Progress
    from truto_sync.client import Truto

__all__ = ["fetch", "read_ids"]


def read_ids(source: str) -> list[str]:
    """Read ids, one a line, from a file or, for "-", standard input; empty lines and repetitions are left out."""
    data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise OSError(f"the list of ids is not UTF-8 text: {error}") from None
    # Ids that differ in letter case only are the same job.
    return list({line.strip().lower(): line.strip() for line in lines if line.strip()}.values())


def fetch(truto: Truto, ids: list[str], out: Path, *, resume: bool) -> int:
    """Write each job as a line of JSON, and each failure to standard error; return the number of failures."""
    done = _repair(out) if resume else set[str]()
    wanted = [id_ for id_ in ids if id_.lower() not in done]
    failed = 0
    with out.open("ab" if resume else "wb") as file, _progress(len(wanted)) as progress:
        for outcome in truto.sync_jobs.get_many(wanted, progress=progress):
            if outcome.value is None:
                failed += 1
                print(f"{plain(outcome.id)}: {plain(' '.join(str(outcome.error).split()))}", file=sys.stderr)
            else:
                # A line goes to the system in one piece, so that a killed process leaves whole lines.
                file.write(json.dumps(outcome.value.to_dict()).encode() + b"\n")
                file.flush()
    return failed


def _repair(out: Path) -> set[str]:
    """Cut off a line that was not finished, and return the ids of the others."""
    if not out.exists():
        return set()
    content = out.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(out, whole)
    return set(_ids(content[:whole].splitlines()))


def _ids(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        try:
            yield json.loads(line)["id"].lower()
        except (ValueError, TypeError, KeyError, AttributeError):
            raise OSError(f"line {number} of the file to resume is not a job") from None


@contextmanager
def _progress(total: int) -> Generator[Callable[[Progress], None]]:
    """Show a bar on a terminal, where rich is installed; else a plain line now and then."""
    if not sys.stderr.isatty() or find_spec("rich") is None:
        yield _plain_progress
        return
    from rich.console import Console  # noqa: PLC0415  # optional
    from rich.progress import Progress as Bar  # noqa: PLC0415  # optional

    with Bar(console=Console(stderr=True)) as bar:
        task = bar.add_task("fetching", total=total)
        yield lambda progress: bar.update(task, completed=progress.done)


def _plain_progress(progress: Progress) -> None:
    if progress.done % 1000 == 0 or progress.done == progress.total:
        print(f"{progress.done} of {progress.total}, {progress.failed} failed", file=sys.stderr)
