"""The resources: the operations on each kind of object, blocking. They load on first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.resources import SyncJobFields
    from truto_sync.resources.sync_job_runs import SyncJobRuns
    from truto_sync.resources.sync_jobs import SyncJobs
else:
    from truto_async._support.lazy import lazy

    __getattr__, __dir__ = lazy(__name__, *(f"{__name__}.{home}" for home in ("sync_jobs", "sync_job_runs")))

__all__ = ["SyncJobFields", "SyncJobRuns", "SyncJobs"]
