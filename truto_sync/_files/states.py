"""How a file stands to the job on the server, given the state that both once shared. All of it is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from truto_async.models import SyncJob
from truto_sync._files.job_file import JobFile
from truto_sync._files.records import Base, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from truto_sync._files.folder import Contents

__all__ = ["Entry", "State", "entries_of", "is_elsewhere"]

State: TypeAlias = Literal[
    "new",  # the file has no id: its job is still to be made
    "same",  # the file says what the job says
    "edited",  # only the file was changed
    "behind",  # only the job was changed
    "conflict",  # both were, or it is not known what they shared
    "gone",  # the job was deleted
    "gone conflict",  # the job was deleted, and the file changed
    "removed",  # the file was removed
    "removed conflict",  # the file was removed, and the job changed
    "forgotten",  # both were removed
    "unfiled",  # the job never had a file
]


@frozen(kw_only=True)
class Entry:
    """A file and its job on the server."""

    state: State
    """How the file stands to the job."""

    file: JobFile | None
    """The file, if there is one."""

    base: Base | None
    """The state that both shared, if it is known."""

    job: SyncJob | None
    """The job, if there is one."""


def entries_of(contents: Contents, jobs: Mapping[str, SyncJob]) -> Iterator[Entry]:
    """Return an entry for each file, by name, and then for each job without one.

    Args:
        contents: what is in the folder.
        jobs: the server's jobs, by id in lower case.
    """
    filed = {file.job.id.lower() for file in contents.files}
    for file in contents.files:
        yield _entry(file, file.job.id.lower(), contents, jobs)
    for id_ in {**jobs, **contents.bases}:
        if id_ not in filed:
            yield _entry(None, id_, contents, jobs)


def is_elsewhere(contents: Contents, jobs: Mapping[str, SyncJob]) -> bool:
    """Return whether the server has none of the jobs that files have the ids of: the environment may be another."""
    ids = {file.job.id.lower() for file in contents.files if file.job.id}
    return bool(ids) and ids.isdisjoint(jobs)


def _entry(file: JobFile | None, id_: str, contents: Contents, jobs: Mapping[str, SyncJob]) -> Entry:
    base, job = contents.bases.get(id_), jobs.get(id_)
    return Entry(state=_state(file, base, job), file=file, base=base, job=job)


def _state(file: JobFile | None, base: Base | None, job: SyncJob | None) -> State:
    if file is not None and not file.job.id:
        return "new"
    local = None if file is None else digest_of(file.job)
    remote = None if job is None else digest_of(job)
    shared = None if base is None else base.digest
    if local == remote:
        return "forgotten" if local is None else "same"
    if local is None:
        return "unfiled" if shared is None else "removed" if remote == shared else "removed conflict"
    if remote is None:
        return "gone" if local == shared else "gone conflict"
    return "edited" if remote == shared else "behind" if local == shared else "conflict"
