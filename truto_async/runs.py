"""Following runs: the errors of `sync_job_runs.wait`, and the events of `sync_job_runs.watch`.

::

    TrutoError
    ├── RunFailedError                         the run has failed
    └── RunTimeoutError (TimeoutError)         the run did not finish in the time given to `wait`
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

from truto_async.errors import TrutoError
from truto_async.models import RapidBridgeLog, SyncJobRun

__all__ = [
    "RunEvent",
    "RunFailedError",
    "RunFinished",
    "RunProgress",
    "RunRateLimited",
    "RunStalled",
    "RunStatusChanged",
    "RunTimeoutError",
]

Reason: TypeAlias = Literal["authentication", "mapping", "rate_limit", "provider", "delivery", "unknown"]
"""Why a run has failed; see `RunFailedError.reason`."""


class RunFailedError(TrutoError):
    """The run has failed. A run does not say why (truto-skills: sync jobs); its log entries do."""

    run: SyncJobRun
    """The run as it ended."""

    reason: Reason
    """What kind of failure the log entries tell of: "authentication" (the connected account must be authorised again, or may
    not do this), "mapping" (an expression of the job), "rate_limit" (of the connected product), "provider" (the connected
    product failed otherwise), "delivery" (a webhook or datastore did not take the records), or "unknown"."""

    logs: list[RapidBridgeLog]
    """The entries of the `rapid_bridge` log that explain the failure, the oldest first. Empty where there are none, or where
    they could not be read; then a note of this error (`__notes__`) says why."""

    def __init__(self, summary: str, *, run: SyncJobRun, reason: Reason = "unknown", logs: list[RapidBridgeLog]) -> None:
        """Make an error with a message, from a run and its log."""
        super().__init__(summary)
        self.run = run
        self.reason = reason
        self.logs = logs


class RunTimeoutError(TrutoError, TimeoutError):
    """The run did not finish in the time given to `wait`.

    It goes on, unless it was stopped with `on_timeout="stop"`. Where its status could not be read lately, `__cause__` says
    why.
    """

    run: SyncJobRun | None
    """The run as it was seen last; None if it never was."""

    def __init__(self, summary: str, *, run: SyncJobRun | None) -> None:
        """Make an error with a message, from the run as it was seen last."""
        super().__init__(summary)
        self.run = run


@frozen(kw_only=True)
class RunStatusChanged:
    """The status of the run changed. The first event of every `watch` is one of these: it tells the present status."""

    run: SyncJobRun
    """The run as it is now."""

    status: str | None
    """The present status, such as "running"."""

    previous: str | None
    """The status before; None in the first event."""


@frozen(kw_only=True)
class RunProgress:
    """A node of the job has worked through more records. Truto refreshes the counters about every 10 seconds."""

    run: SyncJobRun
    """The run as it is now."""

    node: str
    """The name of the node, or of the resource in a job of flat entries."""

    method: str
    """The method of the node, such as "list"."""

    counters: Mapping[str, float]
    """The counters, such as `fetched` and `persisted`, from the beginning of the run."""

    deltas: Mapping[str, float]
    """How much each counter has changed since the event before; those that did not are left out. In the first event of a
    node this is all of it."""


@frozen(kw_only=True)
class RunRateLimited:
    """The connected product limits the rate of requests. The run waits, and resumes by itself."""

    run: SyncJobRun
    """The run as it is now."""

    until: datetime | None
    """When it resumes, in UTC, if the run's log says so; else None."""


@frozen(kw_only=True)
class RunStalled:
    """Neither status nor counters have changed for 5 minutes, though the run is not limited. Once for each such stall.

    Truto calls such a run stuck (truto-skills: debug sync jobs). `stop` ends it.
    """

    run: SyncJobRun
    """The run as it is now."""

    seconds: float
    """For how many seconds nothing was seen to change."""


@frozen(kw_only=True)
class RunFinished:
    """The run has ended, and the watch with it: `run.status` is "completed", "failed" or "stopped"."""

    run: SyncJobRun
    """The run as it ended."""


RunEvent: TypeAlias = RunStatusChanged | RunProgress | RunRateLimited | RunStalled | RunFinished
"""What `watch` gives."""
