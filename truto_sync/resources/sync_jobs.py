"""Sync jobs, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.sync_jobs import AsyncSyncJobs, SyncJobFields
from truto_sync._blocking import Facade, blocking, paged, streamed

__all__ = ["SyncJobFields", "SyncJobs"]


class SyncJobs(Facade[AsyncSyncJobs]):  # noqa: D101  # its twin says it
    __doc__ = AsyncSyncJobs.__doc__

    get: Final = blocking(AsyncSyncJobs.get)
    list: Final = paged(AsyncSyncJobs.list)
    get_many: Final = streamed(AsyncSyncJobs.get_many)
    create: Final = blocking(AsyncSyncJobs.create)
    update: Final = blocking(AsyncSyncJobs.update)
    delete: Final = blocking(AsyncSyncJobs.delete)
