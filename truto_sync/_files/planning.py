"""What to do on the server so that its jobs are as the files have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs
from attrs import define, field, frozen

from truto_async._support.json import JSONObject
from truto_async.models import SyncJob
from truto_async.pipeline.difference import JobDiff, diff
from truto_sync._files.job_file import JobFile
from truto_sync._files.records import Base, Unfinished, base_of, jobs_made_by
from truto_sync._files.states import entries_of, is_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from truto_sync._files.folder import Contents
    from truto_sync._files.states import Entry

__all__ = ["Adopt", "Create", "Delete", "Plan", "Problem", "Step", "Update", "name_of_job", "plan_of"]

_OVERWRITE = "`pull --overwrite` takes the server's job; then make your changes again"
_GONE = "the job was deleted on the server; remove the file, or its id to create the job anew"


@frozen
class Create:
    """Make the job of a file without an id."""

    file: JobFile
    """The file."""

    job: SyncJob
    """The job as it is sent."""


@frozen
class Adopt:
    """Write the id of a job into the file that it was made for by a create whose outcome was not known."""

    file: JobFile
    """The file."""

    sent: JSONObject
    """What the file said when it was sent."""

    job: SyncJob
    """The job on the server."""


@frozen
class Update:
    """Change a job to what its file says."""

    file: JobFile
    """The file."""

    job: SyncJob
    """The job on the server, as it was when it was compared."""

    difference: JobDiff
    """What is changed."""


@frozen
class Delete:
    """Delete a job whose file was removed."""

    job: SyncJob
    """The job on the server, as it was when it was compared."""


Step: TypeAlias = Create | Adopt | Update | Delete
"""One thing to do."""


@frozen(kw_only=True)
class Problem:
    """Something to be solved before anything is done."""

    name: str
    """The file; the job where there is none."""

    text: str
    """What is wrong, and what to do."""

    line: int | None = None
    """The line of the file, if it is known."""

    difference: JobDiff = field(factory=JobDiff)
    """How the file differs from the job."""


@define
class Plan:
    """What to do, and what to say."""

    steps: list[Step] = field(factory=list[Step])
    """What to do, in order."""

    problems: list[Problem] = field(factory=list[Problem])
    """What prevents it."""

    notes: list[tuple[str, str]] = field(factory=list[tuple[str, str]])
    """What else to know: the name of a file or job, and a remark."""

    in_step: list[Base] = field(factory=list[Base])
    """New states to remember, of files that say what the server says anyway."""

    forgotten: list[str] = field(factory=list[str])
    """The ids of jobs that were deleted and have no file any more."""

    settled: list[str] = field(factory=list[str])
    """The files whose create had no known outcome, and that have an id by now."""

    renamed: dict[str, Unfinished] = field(factory=dict[str, Unfinished])
    """The creates of no known outcome whose file was renamed, by the name that it had."""


def plan_of(
    contents: Contents, jobs: Mapping[str, SyncJob], all_jobs: Iterable[SyncJob] = (), *, prune: bool = False
) -> Plan:
    """Compare the files with the jobs and decide what to do.

    Args:
        contents: what is in the folder.
        jobs: the server's jobs that have a file, or had one, by id in lower case.
        all_jobs: all of the server's jobs; needed where a create has no known outcome.
        prune: whether to delete the jobs whose files were removed.
    """
    plan = Plan()
    plan.problems += [Problem(name=name, text=str(error), line=error.line) for name, error in contents.bad.items()]
    plan.notes += [(name, "not a sync job: it has neither an id nor resources") for name in contents.others]
    _plan_unfinished(plan, contents)
    unfiled = {job.id: job for job in all_jobs if job.id.lower() not in jobs}
    for entry in entries_of(contents, jobs):
        if entry.state == "new" and entry.file is not None:
            _plan_new(plan, entry.file, contents, unfiled)
        elif entry.file is not None:
            _plan_file(plan, entry, entry.file)
        elif not contents.bad:  # else the file may only seem to have been removed
            _plan_removed(plan, entry, contents, prune=prune)
    if is_elsewhere(contents, jobs):
        _take_care(plan)
    return plan


def name_of_job(job: SyncJob) -> str:
    """Return what a job without a file is called."""
    return f"{job.label or '(no label)'} ({job.id})"


def _plan_unfinished(plan: Plan, contents: Contents) -> None:
    """Look after creates without a known outcome whose file has an id by now, or is gone."""
    ids = {file.name: file.job.id for file in contents.files}
    plan.renamed |= contents.renamed
    plan.settled += [name for name in contents.unfinished if ids.get(name)]
    for name in contents.unfinished.keys() - ids.keys() - contents.bad.keys() - contents.renamed.keys():
        plan.notes.append((name, "the file is gone, and an earlier create of it has no known outcome; look for its job"))


def _plan_new(plan: Plan, file: JobFile, contents: Contents, unfiled: dict[str, SyncJob]) -> None:
    unfinished = contents.unfinished.get(file.name)
    made = [] if unfinished is None else jobs_made_by(unfinished, unfiled.values())
    match made:
        case [job] if unfinished is not None:
            del unfiled[job.id]
            plan.steps.append(Adopt(file, unfinished.sent, job))
        case []:
            if unfinished is not None:
                text = "an earlier create of it has no known outcome; no job is as it was sent, so that it is sent again"
                plan.notes.append((file.name, text))
            version = 4 if file.job.default_runtime_version is None else file.job.default_runtime_version  # as `create` does
            plan.steps.append(Create(file, attrs.evolve(file.job, default_runtime_version=version)))
        case _:
            ids = ", ".join(job.id for job in made)
            text = f"an earlier create may have made any of the jobs {ids}; look, and write the right id into the file"
            plan.problems.append(Problem(name=file.name, text=text))


def _plan_file(plan: Plan, entry: Entry, file: JobFile) -> None:
    job = SyncJob(id="") if entry.job is None else entry.job
    difference = diff(job, file.job)
    match entry.state:
        case "edited":
            plan.steps.append(Update(file, job, difference))
        case "same":
            plan.in_step += [base_of(job)] if entry.base != base_of(job) else []
        case "behind":
            plan.notes.append((file.name, "the job was changed on the server; `pull`"))
        case "gone":
            plan.notes.append((file.name, _GONE))
        case "gone conflict":
            plan.problems.append(Problem(name=file.name, text=f"the file was changed, but {_GONE}"))
        case _:
            when = f" at {job.updated_at:%Y-%m-%d %H:%M:%S} UTC" if job.updated_at is not None else ""
            why = f"it was changed here, and on the server{when}"
            if entry.base is None:
                why = "it differs from the server's job, and what both once shared is not known"
            plan.problems.append(Problem(name=file.name, text=f"{why}; {_OVERWRITE}", difference=difference))


def _plan_removed(plan: Plan, entry: Entry, contents: Contents, *, prune: bool) -> None:
    if entry.job is None:
        plan.forgotten += [] if entry.base is None else [entry.base.id]
        return
    name = name_of_job(entry.job)
    stray = contents.strays.get(entry.job.id.lower())
    if not prune:
        plan.notes.append((name, "it has no file any more; --prune deletes it"))
    elif stray is not None:
        where = f"its id is in {stray}, which is not looked at"
        text = f"it has no file any more, but {where}; make that its file again, or remove it"
        plan.problems.append(Problem(name=name, text=text))
    elif entry.state == "removed":
        plan.steps.append(Delete(entry.job))
    else:
        text = "its file was removed, but it was changed on the server since; `pull` brings it back"
        plan.problems.append(Problem(name=name, text=text))


def _take_care(plan: Plan) -> None:
    """Neither create nor forget a job where there is none of those of the files: it may be the wrong environment."""
    text = "it would be created where none of the other files' jobs is; is this their environment? If so, remove their files"
    plan.problems += [Problem(name=step.file.name, text=text) for step in plan.steps if isinstance(step, Create)]
    plan.forgotten.clear()
