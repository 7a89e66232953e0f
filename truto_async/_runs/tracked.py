"""What a tracker takes and hands out."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from attrs import frozen

from truto_async._runs.store import RunRecord
from truto_async.errors import NotFoundError
from truto_async.models import Node, SyncJobRun
from truto_async.models.run import ErrorHandling, Region

__all__ = ["RunEnd", "RunOptions", "end_of"]


class RunOptions(TypedDict, total=False):
    """The options of a start: the keywords of `sync_job_runs.start`."""

    args: Mapping[str, Any] | None
    integrated_account_id: str | None
    webhook_id: str | None
    daemon_group_key: str | None
    error_handling: ErrorHandling | None
    ignore_previous_run: bool | None
    resources: Sequence[Node | Mapping[str, Any]] | None
    super_query: Region | None
    force: bool | None
    events_to_send: Sequence[str] | None
    datastore_id: str | None
    mutex_key: str | None
    state_key: str | None
    check_args: bool


@frozen(kw_only=True)
class RunEnd:
    """The end of a tracked run. It is handed out at least once."""

    __module__ = "truto_async.tracking"  # where users find it, and pickles

    id: str
    """The id of the run. A run ends once, so this tells a repetition from another end."""

    run: SyncJobRun | None
    """The run as it ended; as it was last seen where the server does not have it any more; None if it was never seen."""

    error: NotFoundError | None = None
    """Set where the server does not have the run any more, so that nobody knows how it ended; else None."""

    is_repeated: bool = False
    """Whether the end was handed out before, without its handling having been finished."""


def end_of(record: RunRecord) -> RunEnd:
    """Return the end of a run from its record."""
    run = None if record.run is None else SyncJobRun.from_dict(record.run)
    gone = None
    if run is None or not run.is_finished:
        gone = NotFoundError(f"the server does not have the run {record.run_id} any more", status=404)
    return RunEnd(id=record.run_id or "", run=run, error=gone, is_repeated=record.handed_out > 1)
