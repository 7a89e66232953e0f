"""The runs of starts that were cut short by a crash, between the request and its answer."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from truto_async._runs.pace import is_transient
from truto_async._runs.starts import Start
from truto_async._support import waits
from truto_async.errors import TrutoError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from truto_async._runs.store import RunRecord
    from truto_async.models import SyncJobRun
    from truto_async.resources import AsyncSyncJobRuns

__all__ = ["find_runs", "resolve"]

log = logging.getLogger("truto_async")

_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""The seconds before each further look; the server may be late."""


async def resolve(
    runs: AsyncSyncJobRuns,
    records: Sequence[RunRecord],
    is_known: Callable[[str], Awaitable[bool]],
    take_up: Callable[[RunRecord, SyncJobRun], Awaitable[None]],
) -> list[RunRecord]:
    """Look for the runs of starts several times, and take up what is found; return the records of the others.

    A look that fails is repeated; raises TrutoError for what a repetition cannot mend.
    """
    left = list(records)
    for seconds in (*_WAITS, 0.0):
        try:
            found = await find_runs(runs, left, is_known)
        except TrutoError as error:
            if not is_transient(error, 1):
                raise
            log.warning("the runs of %d starts could not be looked for, will look again: %s", len(left), error)
        else:
            for record, run in found:
                await take_up(record, run)
                left.remove(record)
        if not left:
            return []
        await asyncio.sleep(waits.seconds_to_wait(seconds))
    log.warning("%d starts were cut short, and their runs cannot be told: see the tracker's `unresolved`", len(left))
    return left


async def find_runs(
    runs: AsyncSyncJobRuns, records: Sequence[RunRecord], is_known: Callable[[str], Awaitable[bool]]
) -> list[tuple[RunRecord, SyncJobRun]]:
    """Return the records whose run was found, with their runs.

    Starts of the same job with the same arguments cannot be told apart by their runs: as long as there are no more runs than
    starts, it does not matter which of them gets which. Where there are more, none is taken.

    Args:
        runs: where to look.
        records: the starts.
        is_known: returns whether the store has a run already.
    """
    groups: dict[tuple[bytes, str | None], list[tuple[RunRecord, Start]]] = {}
    for record in records:
        start = Start(record.request)
        start.began = time.monotonic() - max(0.0, time.time() - record.started)
        groups.setdefault((start.key, start.account), []).append((record, start))
    found: list[tuple[RunRecord, SyncJobRun]] = []
    for group in groups.values():
        earliest = min((start for _, start in group), key=lambda start: start.began)
        seen = await runs._look_for(earliest)  # noqa: SLF001  # one distribution
        matches = [run for run in seen if not await is_known(run.id)]
        if len(matches) <= len(group):
            found += zip((record for record, _ in group), matches, strict=False)
    return found
