"""The resources: what one can do with each noun of the API."""

from __future__ import annotations

from typing import Final

from truto_async.resources import AsyncSyncJobs
from truto_sync._blocking import Facade, blocking

__all__ = ["SyncJobs"]


class SyncJobs(Facade[AsyncSyncJobs]):  # noqa: D101  # its twin says it
    __doc__ = AsyncSyncJobs.__doc__

    get: Final = blocking(AsyncSyncJobs.get)
