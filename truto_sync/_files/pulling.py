"""Write the server's jobs to files, without losing what was edited there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from truto_sync._files.job_file import SUFFIXES, new_file
from truto_sync._files.names import new_name
from truto_sync._files.records import base_of, jobs_made_by
from truto_sync._files.states import entries_of, is_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from truto_async.models import SyncJob
    from truto_sync._files.folder import Contents, Folder
    from truto_sync._files.job_file import Format, JobFile
    from truto_sync._files.states import Entry

__all__ = ["Outcome", "pull"]

Outcome: TypeAlias = Literal["new", "updated", "unchanged", "edited", "conflict", "gone", "undecided"]
"""What became of a file. The last four were left as they are: it was edited; its job was changed, too; its job was deleted;
an earlier create may have made its job.
"""


def pull(
    folder: Folder, contents: Contents, jobs: Mapping[str, SyncJob], format_: Format, *, overwrite: bool, all_jobs: bool
) -> Iterator[tuple[Outcome, str]]:
    """Write jobs to files; yield what became of each, and its name.

    Args:
        folder: the folder.
        contents: what is in it.
        jobs: the jobs, by id in lower case.
        format_: what new files are written in.
        overwrite: whether files that were edited are to be as the jobs are, too.
        all_jobs: whether the server has no others.
    """
    taken = set(contents.names)
    new = {file.name for file in contents.files if not file.job.id}
    unfinished = [one for one in contents.unfinished.values() if one.file in new]
    elsewhere = is_elsewhere(contents, jobs)
    for entry in entries_of(contents, jobs):
        if entry.job is None:
            if all_jobs:
                yield from _without_job(folder, entry, is_forgotten=not elsewhere)
        elif entry.file is None and (made_by := [one for one in unfinished if jobs_made_by(one, [entry.job])]):
            yield "undecided", made_by[0].file
        elif entry.file is None:
            name = new_name(entry.job, next(suffix for suffix, of in SUFFIXES.items() if of == format_), taken)
            taken.add(name)
            folder.write(name, new_file(entry.job, format_))
            folder.remember(base_of(entry.job))
            yield "new", name
        else:
            yield _pulled(folder, entry, entry.file, entry.job, overwrite=overwrite), entry.file.name


def _without_job(folder: Folder, entry: Entry, *, is_forgotten: bool) -> Iterator[tuple[Outcome, str]]:
    if entry.file is not None and entry.state != "new":
        yield "gone", entry.file.name
    elif entry.state == "forgotten" and entry.base is not None and is_forgotten:
        folder.forget(entry.base.id)


def _pulled(folder: Folder, entry: Entry, file: JobFile, job: SyncJob, *, overwrite: bool) -> Outcome:
    if entry.state in ("edited", "conflict") and not overwrite:
        return "edited" if entry.state == "edited" else "conflict"
    if entry.state != "same":
        folder.replace(file, file.holding(job))
    if entry.base != base_of(job):
        folder.remember(base_of(job))
    return "unchanged" if entry.state == "same" else "updated"
