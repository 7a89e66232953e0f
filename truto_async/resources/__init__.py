"""The resources: what one can do with each noun of the API."""

from truto_async.resources.sync_jobs import AsyncSyncJobs, SyncJobFields

__all__ = ["AsyncSyncJobs", "SyncJobFields"]
