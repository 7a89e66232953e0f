"""Cron triggers, which start runs of a sync job at fixed times."""

from datetime import datetime

from attrs import frozen

from truto_async._support.json import JSONObject
from truto_async.models._base import Entity
from truto_async.models.nodes import Node
from truto_async.models.run import ErrorHandling, Region

__all__ = ["SyncJobCronTrigger"]


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SyncJobCronTrigger(Entity):
    """A timetable for the runs of a sync job.

    Fields follow truto.one/docs (sync job cron triggers), truto-skills and the TypeScript SDK.
    """

    sync_job_id: str | None = None
    """The id of the job that is run."""

    integrated_account_id: str | None = None
    """The id of the account that the runs read; jobs of runtime 4 may have it in `args` alone."""

    cron_expression: str | None = None
    """When runs start, as five fields in UTC, such as "0 */6 * * *"."""

    args: JSONObject | None = None
    """The arguments of the runs."""

    webhook_id: str | None = None
    """The id of the webhook that gets the records, for jobs of runtimes 1 to 3."""

    daemon_group_key: str | None = None
    """The group of daemons that may do the runs."""

    super_query: Region | None = None
    """The region of the SuperQuery database that gets the records: "apac" or "wnam"."""

    error_handling: ErrorHandling | None = None
    """What becomes of errors: "fail_fast", "ignore" or "batch"."""

    events_to_send: list[str] | None = None
    """The only events of the runs to send to webhooks."""

    meta: JSONObject | None = None
    """Anything that its owner wants to keep with it."""

    environment_id: str | None = None
    """The environment that it belongs to: the token's own."""

    resources: list[Node] | None = None
    """The steps that its runs take; only truto.one/docs has this field."""

    created_at: datetime | None = None
    """When it was made, in UTC."""

    updated_at: datetime | None = None
    """When it was last changed, in UTC."""
