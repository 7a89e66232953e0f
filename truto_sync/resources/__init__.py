"""The resources: the operations on each kind of object, blocking. They load on first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_sync.resources.batch_requests import BatchRequests
    from truto_sync.resources.generic import GenericResource
    from truto_sync.resources.logs import Logs
    from truto_sync.resources.sync_job_cron_triggers import (
        SyncJobCronTriggerChanges,
        SyncJobCronTriggerFields,
        SyncJobCronTriggers,
    )
    from truto_sync.resources.sync_job_run_state import State, SyncJobRunState
    from truto_sync.resources.sync_job_runs import SyncJobRuns
    from truto_sync.resources.sync_job_templates import SyncJobTemplateFields, SyncJobTemplates
    from truto_sync.resources.sync_jobs import SyncJobFields, SyncJobs
    from truto_sync.resources.webhooks import WebhookFields, Webhooks
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
    "BatchRequests",
    "GenericResource",
    "Logs",
    "State",
    "SyncJobCronTriggerChanges",
    "SyncJobCronTriggerFields",
    "SyncJobCronTriggers",
    "SyncJobFields",
    "SyncJobRunState",
    "SyncJobRuns",
    "SyncJobTemplateFields",
    "SyncJobTemplates",
    "SyncJobs",
    "WebhookFields",
    "Webhooks",
]
