"""What is remembered beside the files: the state that each was last in step with, and creates whose outcome is not known."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from truto_async._support.json import JSONObject
from truto_async.errors import InvalidArgumentError
from truto_async.models import Model
from truto_async.pipeline._difference.content import canonical, content_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from truto_async.models import SyncJob

__all__ = ["Base", "Unfinished", "base_of", "digest_of", "jobs_made_by"]

_CLOCKS = timedelta(minutes=10)
"""How far the clocks of this machine and the server may be apart."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Base(Model):
    """The state of a job that its file was last in step with."""

    id: str
    """The job's id."""

    updated_at: str | None = None
    """When it had been changed on the server, in the server's words."""

    digest: str
    """The digest of what it said."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Unfinished(Model):
    """A create that was sent, or was to be, and of which no end is known."""

    file: str
    """The name of the file."""

    began: datetime
    """When, in UTC."""

    sent: JSONObject
    """What the file said then."""


def digest_of(job: SyncJob) -> str:
    """Return a short text that is the same for jobs that say the same.

    Raises InvalidArgumentError for a job that is nested too deeply.
    """
    try:
        return hashlib.sha256(canonical(content_of(job)).encode()).hexdigest()
    except RecursionError:
        raise InvalidArgumentError(f"the job {job.id!r} is nested too deeply to be compared") from None


def base_of(job: SyncJob) -> Base:
    """Return the state that a file is in step with which holds a job of the server's."""
    return Base(id=job.id, updated_at=job.to_dict().get("updated_at"), digest=digest_of(job))


def jobs_made_by(unfinished: Unfinished, jobs: Iterable[SyncJob]) -> list[SyncJob]:
    """Return the jobs that a create may have made: made since, they say what was sent, to which the server may add."""
    since = unfinished.began - _CLOCKS
    sent = {name: canonical(value) for name, value in unfinished.sent.items()}
    return [
        job
        for job in jobs
        if (job.created_at is None or job.created_at >= since)
        and sent == {name: canonical(value) for name, value in content_of(job).items() if name in sent}
    ]
