"""Templates of sync jobs, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.sync_job_templates import AsyncSyncJobTemplates, SyncJobTemplateFields
from truto_sync._blocking import Facade, blocking, paged

__all__ = ["SyncJobTemplateFields", "SyncJobTemplates"]


class SyncJobTemplates(Facade[AsyncSyncJobTemplates]):  # noqa: D101  # its twin says it
    __doc__ = AsyncSyncJobTemplates.__doc__

    get: Final = blocking(AsyncSyncJobTemplates.get)
    list: Final = paged(AsyncSyncJobTemplates.list)
    create: Final = blocking(AsyncSyncJobTemplates.create)
    update: Final = blocking(AsyncSyncJobTemplates.update)
    delete: Final = blocking(AsyncSyncJobTemplates.delete)
