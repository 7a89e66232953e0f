"""Cron triggers, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.sync_job_cron_triggers import (
    AsyncSyncJobCronTriggers,
    SyncJobCronTriggerChanges,
    SyncJobCronTriggerFields,
)
from truto_sync._blocking import Facade, blocking, paged

__all__ = ["SyncJobCronTriggerChanges", "SyncJobCronTriggerFields", "SyncJobCronTriggers"]


class SyncJobCronTriggers(Facade[AsyncSyncJobCronTriggers]):  # noqa: D101  # its twin says it
    __doc__ = AsyncSyncJobCronTriggers.__doc__

    get: Final = blocking(AsyncSyncJobCronTriggers.get)
    list: Final = paged(AsyncSyncJobCronTriggers.list)
    create: Final = blocking(AsyncSyncJobCronTriggers.create)
    update: Final = blocking(AsyncSyncJobCronTriggers.update)
    delete: Final = blocking(AsyncSyncJobCronTriggers.delete)
    schedule: Final = blocking(AsyncSyncJobCronTriggers.schedule)
