"""What the functions of the pipeline are given."""

from __future__ import annotations

from truto_async.errors import InvalidArgumentError
from truto_async.models.sync_job import SyncJob

__all__ = ["refuse_other_than_job"]


def refuse_other_than_job(job: object) -> None:
    """Raise InvalidArgumentError for something that is no job, such as its JSON."""
    if not isinstance(job, SyncJob):
        raise InvalidArgumentError(
            f"expected a SyncJob, not {type(job).__name__}; make one of its JSON with SyncJob.from_dict"
        )
