"""Runs of sync jobs."""

from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

from truto_async._support.json import JSONObject, JSONValue
from truto_async.models._base import Entity
from truto_async.models.nodes import Node

__all__ = ["SyncJobRun"]

# Each enumeration is open: the literals are for editors, any other string may come.
RunStatus: TypeAlias = (
    Literal["created", "running", "rate_limited", "completed", "failed", "stopped"] | str  # noqa: PYI051
)
"""The status of a run."""

ErrorHandling: TypeAlias = Literal["fail_fast", "ignore", "batch"] | str  # noqa: PYI051
"""What a run does about an error of the connected product; see `SyncJobRun.error_handling`."""

Region: TypeAlias = Literal["apac", "wnam"] | str  # noqa: PYI051
"""A region of SuperQuery."""

_FINISHED = frozenset({"completed", "failed", "stopped"})


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SyncJobRun(Entity):
    """One run of a sync job.

    Fields follow truto.one/docs (sync job runs) and truto-skills (sync job runs), which names some that the docs leave out.
    Why a run failed is not in it: the logs of type `rapid_bridge` say that.
    """

    sync_job_id: str | None = None
    """The id of the job that is run."""

    integrated_account_id: str | None = None
    """The id of the account that the run reads; jobs of runtime 4 may have it in `args` alone."""

    status: RunStatus | None = None
    """"created" (it waits to begin, perhaps for another run with its `mutex_key`), "running", "rate_limited" (it goes on by
    itself), "completed", "failed" or "stopped"."""

    args: JSONObject | None = None
    """The arguments that it was started with."""

    resources: list[Node] | None = None
    """The steps: those of the job, or what replaced them for this run."""

    version: int | None = None
    """The runtime that it uses, 1 to 4."""

    resource_stats: JSONObject | None = None
    """Counters such as `fetched` and `persisted`, by node or resource and then by method. They are about 10 seconds old."""

    webhook_id: str | None = None
    """The id of the webhook that gets the records, for jobs of runtimes 1 to 3."""

    daemon_id: str | None = None
    """The id of the daemon that does the run, if one does."""

    daemon_group_key: str | None = None
    """The group of daemons that may do the run."""

    error_handling: ErrorHandling | None = None
    """What becomes of errors: "fail_fast", "ignore" or "batch"."""

    ignore_previous_run: bool | None = None
    """True where the run began anew, instead of where the run before it ended."""

    environment_id: str | None = None
    """The environment that the run belongs to: the token's own."""

    super_query: Region | None = None
    """The region of the SuperQuery database that gets the records: "apac" or "wnam"."""

    mutex_key: str | None = None
    """Runs with the same key wait for each other."""

    state_key: str | None = None
    """The namespace of the state kept between runs."""

    result: JSONValue = None
    """What the run gave back, if anything."""

    created_at: datetime | None = None
    """When it was started by a call or a trigger, in UTC."""

    updated_at: datetime | None = None
    """When it last changed, in UTC."""

    started_at: datetime | None = None
    """When it began to run, in UTC; None before that."""

    finished_at: datetime | None = None
    """When it ended, in UTC; None before that."""

    @property
    def is_finished(self) -> bool:
        """Whether it is completed, failed or stopped. A status that this version does not know is not an end."""
        return self.status in _FINISHED


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class RunStart(SyncJobRun):
    """What a start can send: the fields of a run, and some that the server does not show again."""

    force: bool | None = None
    """True to start although another run holds the `mutex_key`."""

    events_to_send: list[str] | None = None
    """The only events to send to webhooks."""

    datastore_id: str | None = None
    """The id of the datastore that gets the records, instead of the job's own."""
