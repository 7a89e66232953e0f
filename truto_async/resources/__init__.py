"""The resources: the operations on each kind of object."""

from truto_async.resources.sync_jobs import AsyncSyncJobs, SyncJobFields

__all__ = ["AsyncSyncJobs", "SyncJobFields"]
