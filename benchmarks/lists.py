"""Lists of jobs as files, a page each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import jobs

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["pages", "write"]


def write(folder: Path, total: int, limit: int) -> None:
    """Write the pages of a list into a folder, the first as `page`, the others as `page<cursor>`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pages(total, limit)):
        (folder / f"page{number or ''}").write_bytes(page)


def pages(total: int, limit: int) -> list[bytes]:
    """Make the pages of a list; the cursor of a page is its number."""
    text = jobs.body(jobs.SIZES["5k"])
    rows = [text.replace(jobs.ANY_ID.encode(), job_id.encode()) for job_id in jobs.ids(total)]
    starts = range(0, total, limit)
    return [
        b'{"result":[%s],"next_cursor":%s,"limit":%d}'
        % (b",".join(rows[start : start + limit]), _cursor(number, len(starts)), limit)
        for number, start in enumerate(starts, 1)
    ]


def _cursor(following: int, count: int) -> bytes:
    return b'"%d"' % following if following < count else b"null"
