"""The resources: the operations on each kind of object. They load on first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.resources.sync_job_runs import AsyncSyncJobRuns
    from truto_async.resources.sync_jobs import AsyncSyncJobs, SyncJobFields
else:
    from truto_async._support.lazy import lazy

    __getattr__, __dir__ = lazy(__name__, *(f"{__name__}.{home}" for home in ("sync_jobs", "sync_job_runs")))

__all__ = ["AsyncSyncJobRuns", "AsyncSyncJobs", "SyncJobFields"]
