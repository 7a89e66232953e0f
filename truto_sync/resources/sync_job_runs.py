"""Runs of sync jobs, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.sync_job_runs import AsyncSyncJobRuns
from truto_sync._blocking import Facade, blocking, iterated, paged, streamed

__all__ = ["SyncJobRuns"]


class SyncJobRuns(Facade[AsyncSyncJobRuns]):  # noqa: D101  # its twin says it
    __doc__ = AsyncSyncJobRuns.__doc__

    get: Final = blocking(AsyncSyncJobRuns.get)
    list: Final = paged(AsyncSyncJobRuns.list)
    get_many: Final = streamed(AsyncSyncJobRuns.get_many)
    start: Final = blocking(AsyncSyncJobRuns.start)
    stop: Final = blocking(AsyncSyncJobRuns.stop)
    wait: Final = blocking(AsyncSyncJobRuns.wait)
    watch: Final = iterated(AsyncSyncJobRuns.watch)
