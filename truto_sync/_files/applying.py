"""Do what was planned: write to the server and, after each success, to the folder at once.

So an interruption leaves nothing unknown but what was under way. An update can simply be planned again. A create cannot:
that it is sent is kept in the folder until the file has the id.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from truto_async.errors import APIConnectionError, APIStatusError, InvalidArgumentError, NotFoundError, TrutoError
from truto_async.models import SyncJob
from truto_async.pipeline._difference.comparing import compare_objects
from truto_async.pipeline._difference.content import EMPTY_FIELDS, canonical, content_of
from truto_async.pipeline.difference import diff
from truto_sync._files.errors import ChangedMeanwhileError
from truto_sync._files.planning import Adopt, Create, Delete, Update
from truto_sync._files.records import Unfinished, base_of
from truto_sync.resources.sync_jobs import SyncJobFields

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject
    from truto_async.pipeline.difference import JobDiff
    from truto_sync._files.folder import Folder
    from truto_sync._files.job_file import JobFile
    from truto_sync._files.planning import Plan, Step
    from truto_sync.client import Truto

__all__ = ["carry_out", "changes_of", "tidy_up"]


def tidy_up(plan: Plan, folder: Folder) -> None:
    """Remember what the comparison showed; nothing is changed on the server."""
    for name, unfinished in plan.renamed.items():
        folder.begin(unfinished)
        folder.end(name)
    for base in plan.in_step:
        folder.remember(base)
    for id_ in plan.forgotten:
        folder.forget(id_)
    for name in plan.settled:
        folder.end(name)


def carry_out(step: Step, folder: Folder, truto: Truto) -> JobDiff | None:
    """Carry out a step. Return how the job on the server differs from what was sent, where it does not say all of that.

    Raises ChangedMeanwhileError if the job is not any more as it was when it was compared, and what the client raises.
    """
    match step:
        case Create():
            difference = _settle(step.file, content_of(step.file.job), _create(step, folder, truto), folder, truto)
            folder.end(step.file.name)
            return difference
        case Adopt():
            _settle(step.file, step.sent, step.job, folder, truto)
            folder.end(step.file.name)
        case Update():
            _recheck(step.job, truto)
            return _settle(step.file, content_of(step.file.job), _update(step, truto), folder, truto)
        case Delete():  # pragma: no branch  # the last kind
            _recheck(step.job, truto)
            truto.sync_jobs.delete(step.job.id)
            folder.forget(step.job.id)
    return None


def changes_of(job: SyncJob, wanted: SyncJob) -> JSONObject:
    """Return the fields to send so that a job says what another says: those that are different, null for what is to go."""
    before, after = content_of(job), content_of(wanted)
    missing = {name: EMPTY_FIELDS.get(name) for name in before if name not in after}
    return missing | {
        name: value for name, value in after.items() if name not in before or canonical(value) != canonical(before[name])
    }


def _recheck(job: SyncJob, truto: Truto) -> None:
    """Raise ChangedMeanwhileError if a job is not any more what it was. The API has no way to make this one with a write."""
    try:
        now = truto.sync_jobs.get(job.id)
    except NotFoundError:
        raise ChangedMeanwhileError(f"the job {job.id} was deleted on the server meanwhile") from None
    if base_of(now) != base_of(job):
        raise ChangedMeanwhileError(f"the job {job.id} was changed on the server meanwhile; nothing was written to it")


def _create(step: Create, folder: Folder, truto: Truto) -> SyncJob:
    folder.begin(Unfinished(file=step.file.name, began=datetime.now(UTC), sent=content_of(step.file.job)))
    try:
        return truto.sync_jobs.create(step.job)
    except TrutoError as error:
        if _was_not_carried_out(error):
            folder.end(step.file.name)
        raise


def _was_not_carried_out(error: TrutoError) -> bool:
    """Return whether a create that failed surely made no job: it was not sent, or the server said no."""
    if isinstance(error, APIStatusError):
        return error.status < 500
    return isinstance(error, InvalidArgumentError | APIConnectionError)


def _update(step: Update, truto: Truto) -> SyncJob:
    changes = changes_of(step.job, step.file.job)
    nulls = {name: None for name in SyncJobFields.__annotations__ if name in changes and changes[name] is None}
    others = {name: value for name, value in changes.items() if name not in nulls}
    return truto.sync_jobs.update(SyncJob.from_dict({**others, "id": step.job.id}), **cast("SyncJobFields", nulls))


def _settle(file: JobFile, sent: JSONObject, answer: SyncJob, folder: Folder, truto: Truto) -> JobDiff | None:
    """Bring a file in step with its job after a write; return how the job differs where it does not say all that was sent.

    The file gets the id, and what the server added. What the server did not keep stays in it, for the user to decide.
    """
    if not _says_all(answer, sent):
        answer = truto.sync_jobs.get(answer.id)  # the answer to a write may be short of fields
    stored = content_of(answer)
    new = answer
    if not _says_all(answer, content_of(file.job)):
        added = {name: value for name, value in stored.items() if name not in sent}
        new = SyncJob.from_dict(added | file.job.to_dict() | {"id": answer.id})
    folder.replace(file, file.holding(new))
    folder.remember(base_of(answer))
    return None if _says_all(answer, sent) else diff(SyncJob.from_dict({**sent, "id": ""}), answer)


def _says_all(job: SyncJob, content: JSONObject) -> bool:
    return all(change.kind == "added" for change in compare_objects(content, content_of(job)))
