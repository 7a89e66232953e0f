"""The resources: the operations on each kind of object. They load on first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.resources.batch_requests import AsyncBatchRequests
    from truto_async.resources.generic import AsyncGenericResource
    from truto_async.resources.logs import AsyncLogs
    from truto_async.resources.sync_job_cron_triggers import (
        AsyncSyncJobCronTriggers,
        SyncJobCronTriggerChanges,
        SyncJobCronTriggerFields,
    )
    from truto_async.resources.sync_job_run_state import AsyncState, AsyncSyncJobRunState
    from truto_async.resources.sync_job_runs import AsyncSyncJobRuns
    from truto_async.resources.sync_job_templates import AsyncSyncJobTemplates, SyncJobTemplateFields
    from truto_async.resources.sync_jobs import AsyncSyncJobs, SyncJobFields
    from truto_async.resources.webhooks import AsyncWebhooks, WebhookFields
else:
    from truto_async._support.lazy import lazy

    # In the order in which names are looked up.
    _HOMES = (
        "sync_jobs",
        "sync_job_runs",
        "sync_job_cron_triggers",
        "sync_job_templates",
        "sync_job_run_state",
        "webhooks",
        "logs",
        "batch_requests",
        "generic",
    )
    __getattr__, __dir__ = lazy(__name__, *(f"{__name__}.{home}" for home in _HOMES))

__all__ = [
    "AsyncBatchRequests",
    "AsyncGenericResource",
    "AsyncLogs",
    "AsyncState",
    "AsyncSyncJobCronTriggers",
    "AsyncSyncJobRunState",
    "AsyncSyncJobRuns",
    "AsyncSyncJobTemplates",
    "AsyncSyncJobs",
    "AsyncWebhooks",
    "SyncJobCronTriggerChanges",
    "SyncJobCronTriggerFields",
    "SyncJobFields",
    "SyncJobTemplateFields",
    "WebhookFields",
]
