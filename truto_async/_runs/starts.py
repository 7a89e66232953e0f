"""The starts of one client: which are under way, which are lost, and which runs they brought. Nothing here does I/O."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from truto_async._support import fork, json
from truto_async._support.json import as_object
from truto_async.errors import InvalidArgumentError
from truto_async.models import SyncJobRun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["Look", "Start", "Starts", "was_created_since"]

_REMEMBERED = 60.0
"""Seconds for which a run is known to be the answer of a start, counted from the oldest start that is under way. The runs
that a look takes into account are at most a few seconds older than their start."""
_RESOLUTION = timedelta(seconds=1)


@frozen
class Look:
    """What a list of runs shows of a start whose outcome is unknown."""

    matches: list[SyncJobRun]
    """Runs that may be its outcome: created since, for the same job, account and arguments; the likeliest first."""

    others: list[SyncJobRun]
    """The job's other runs created since."""


class Start:
    """One start: what it asked for, and when it began."""

    def __init__(self, document: JSONObject) -> None:
        """Take the body of the request; raises InvalidArgumentError for arguments that JSON does not have."""
        self.job_id: str = document["sync_job_id"]
        self.account: str | None = document.get("integrated_account_id")
        self.key: bytes = _checked_key(self.job_id, document.get("args"))
        """The same for all starts whose runs could be taken for each other."""
        self.began: float = 0.0
        """When it was sent, in seconds of time.monotonic()."""

    def look(self, runs: Sequence[SyncJobRun], since: datetime) -> Look:
        """Sort out the runs created since a time."""
        unique = {run.id: run for run in runs}  # one may be on two pages, when others came in between
        recent = [run for run in unique.values() if run.sync_job_id == self.job_id and was_created_since(run, since)]
        matches = [run for run in recent if self._matches(run)]
        matches.sort(key=lambda run: (run.integrated_account_id != self.account, run.created_at or since))
        return Look(matches, [run for run in recent if not self._matches(run)])

    def _matches(self, run: SyncJobRun) -> bool:
        is_same_account = self.account is None or self.account == run.integrated_account_id
        return is_same_account and _key(self.job_id, run.args) == self.key


def was_created_since(run: SyncJobRun, since: datetime) -> bool:
    """Return whether a run may have been created at or after a time: a time without a fraction may have been cut."""
    created = run.created_at
    return created is not None and (created if created.microsecond else created + _RESOLUTION) >= since


class Starts:
    """Keeps starts of one client from taking each other's runs, in all its threads and event loops.

    Starts with the same job and arguments cannot be told apart by their runs. So while the outcome of one is unknown, no
    other is sent; and nothing is decided while another is under way, whose answer will say which run is its own. As many
    runs as there are lost starts may then be shared out among them: it does not matter which of them gets which.
    """

    def __init__(self) -> None:
        """Know of no start."""
        self._known: dict[str, float] = {}
        self.after_fork()
        fork.register(self)

    def after_fork(self) -> None:
        """Forget the starts under way: they are the parent's."""
        self._lock = threading.Lock()
        self._sent: list[Start] = []
        self._lost: list[Start] = []

    def try_send(self, start: Start) -> bool:
        """Register a start that is about to be sent; False if it must wait, since an equal one is lost."""
        with self._lock:
            if _count(self._lost, start):
                return False
            start.began = time.monotonic()
            self._sent.append(start)
            return True

    def answered(self, run_id: str) -> None:
        """Register the run that a start brought."""
        with self._lock:
            self._remember(run_id)

    def lose(self, start: Start) -> None:
        """Register that the outcome of a start is unknown."""
        with self._lock:
            self._sent.remove(start)
            self._lost.append(start)

    def is_any_sent(self, start: Start) -> bool:
        """Return whether an equal start is under way."""
        with self._lock:
            return _count(self._sent, start) > 0

    def adopt(self, start: Start, look: Look) -> list[SyncJobRun]:
        """Return the runs that may be the outcome of a lost start. If it is one, it is the start's from now on.

        It is one, too, if there are no more runs than lost starts that are equal.
        """
        with self._lock:
            free = [run for run in look.matches if run.id not in self._known]
            if 0 < len(free) <= _count(self._lost, start):
                del free[1:]
                self._remember(free[0].id)
                self._lost.remove(start)
            return free

    def end(self, start: Start) -> None:
        """Forget a start that is over, however it ended."""
        with self._lock:
            for starts in (self._sent, self._lost):
                if start in starts:
                    starts.remove(start)

    def _remember(self, run_id: str) -> None:
        now = time.monotonic()
        oldest = min((start.began for start in (*self._sent, *self._lost)), default=now)
        while self._known and next(iter(self._known.values())) < oldest - _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[run_id] = now


def _count(starts: Sequence[Start], like: Start) -> int:
    return Counter(start.key for start in starts)[like.key]


def _checked_key(job_id: str, args: JSONValue) -> bytes:
    try:
        return _key(job_id, args)
    except RecursionError:
        problem = "nested too deeply"
    except (TypeError, ValueError) as error:
        problem = str(error)
    raise InvalidArgumentError(f"args cannot be written as JSON: {problem}")


def _key(job_id: str, args: JSONValue) -> bytes:
    """Return the job and the arguments as text that is the same for equal ones: no arguments are an empty object."""
    return json.dumps([job_id, _canonical(args or {})])


def _canonical(value: JSONValue) -> JSONValue:
    """Return a JSON value in one of the forms that it may come back in: keys sorted, 1.0 as 1."""
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in sorted(as_object(value).items())}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in cast("Sequence[Any]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value
