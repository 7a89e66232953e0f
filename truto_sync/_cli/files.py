"""The commands for jobs in files: `pull`, `plan` and `apply`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from truto_async.errors import InvalidArgumentError, NotFoundError, TrutoError
from truto_async.models import SyncJob
from truto_async.pipeline._pictures.text import plain
from truto_async.pipeline.difference import diff
from truto_sync._files.applying import carry_out, tidy_up
from truto_sync._files.folder import Contents, Folder
from truto_sync._files.job_file import SUFFIXES
from truto_sync._files.planning import Adopt, Create, Delete, Update, name_of_job, plan_of
from truto_sync._files.pulling import pull
from truto_sync._files.states import is_elsewhere

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection

    from truto_async.pipeline.difference import JobDiff
    from truto_sync._cli.job_source import Connect
    from truto_sync._files.planning import Plan, Step
    from truto_sync.client import Truto

__all__ = ["add_commands"]

_FOLDER = "sync-jobs"
_FOLDER_HELP = f"the folder of the files; default {_FOLDER}"
_DEMO = "ask a demo server on this machine; needs no account"
_MOST_SINGLE_REQUESTS = 100
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_REMARKS = {
    "edited": ", which was edited, is left as it is",
    "conflict": " was edited, and its job was changed; --overwrite takes the job",
    "gone": ": its job was deleted on the server",
    "undecided": ": an earlier apply may have made its job; the next one finds out",
}
_DONE: dict[type[Step], str] = {Create: "created", Adopt: "adopted", Update: "updated", Delete: "deleted"}

_PULL = """Write sync jobs to files, one for each, to keep them in version control. Files that there are keep their names,
comments and order; those edited since the last pull are left as they are. Commit the folder .truto, too."""
_PLAN = """Show what `apply` would change. Exit status: 0; 1 for a failure, or if something must be solved first."""
_APPLY = """Change the jobs on the server to what their files say: show what is changed, ask, and do it. If a job was changed
on the server as well as in its file, nothing is done. Jobs without a file are left alone, unless --prune is given."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser], connect: Connect) -> None:
    """Add the commands to a parser.

    Args:
        commands: the parser's commands.
        connect: returns a context manager with a client and the id of a demo job; takes the flag `demo`.
    """
    pull_ = commands.add_parser("pull", help="write sync jobs to files", description=_PULL)
    pull_.add_argument("folder", nargs="?", default=_FOLDER, metavar="DIR", help=_FOLDER_HELP)
    pull_.add_argument("ids", nargs="*", metavar="ID", help="only these jobs; default all of them")
    pull_.add_argument("--integration", metavar="NAME", help='only jobs of this connected product, such as "zendesk"')
    pull_.add_argument(
        "--format", choices=("yaml", "json"), default="yaml", help="what new files are written in; default yaml"
    )
    pull_.add_argument("--overwrite", action="store_true", help="replace what was edited in files by the server's jobs, too")
    pull_.set_defaults(run=partial(_pull, connect))

    plan = commands.add_parser("plan", help="show what `apply` would change", description=_PLAN)
    plan.add_argument(
        "--detailed-exitcode", action="store_true", help="exit with 2 if there is something to change, as terraform does"
    )
    plan.set_defaults(run=partial(_plan, connect))

    apply = commands.add_parser("apply", help="change sync jobs to what their files say", description=_APPLY)
    apply.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    apply.set_defaults(run=partial(_apply, connect))

    for parser in (plan, apply):
        parser.add_argument("folder", nargs="?", default=_FOLDER, metavar="DIR", help=_FOLDER_HELP)
        parser.add_argument("--prune", action="store_true", help="delete the jobs whose files were removed")
    for parser in (pull_, plan, apply):
        parser.add_argument("--demo", action="store_true", help=_DEMO)


def _pull(connect: Connect, options: argparse.Namespace) -> int:
    if options.ids and options.integration is not None:
        raise InvalidArgumentError("pull takes ids or --integration, not both")
    if _UUID.fullmatch(options.folder) and not Path(options.folder).is_dir():
        raise InvalidArgumentError(f"the folder comes before the ids, as in: pull {_FOLDER} {options.folder}")
    folder = Folder(options.folder)
    contents = folder.read() if folder.path.exists() else Contents()
    if contents.bad:
        _show_problems(plan_of(contents, {}), folder)
        raise InvalidArgumentError("nothing was pulled, for these may be the files of jobs")
    with connect(demo=options.demo) as (truto, _):
        if options.ids:
            jobs = _jobs(truto, options.ids)
        else:
            jobs = {job.id.lower(): job for job in truto.sync_jobs.list(integration_name=options.integration)}
    every = not options.ids and options.integration is None
    if every and jobs and is_elsewhere(contents, jobs):
        problem = f"none of the jobs that the files in {folder.path} have is on the server; is this their environment?"
        raise InvalidArgumentError(f"{problem} If so, remove these files; else pull to another folder")
    outcomes: Counter[str] = Counter()
    chosen = dict(sorted(jobs.items()))
    for outcome, name in pull(folder, contents, chosen, options.format, overwrite=options.overwrite, all_jobs=every):
        outcomes[outcome] += 1
        if outcome != "unchanged":
            print(plain(f"{outcome:<9} {folder.path / name}{_REMARKS.get(outcome, '')}"), flush=True)
    print(", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items())) or "no jobs")
    unknown = [id_ for id_ in options.ids if id_.lower() not in jobs]
    for id_ in unknown:
        print(f"error: there is no job {plain(id_)}", file=sys.stderr)
    return 1 if unknown or outcomes["conflict"] else 0


def _plan(connect: Connect, options: argparse.Namespace) -> int:
    folder = Folder(options.folder)
    contents = folder.read()
    with connect(demo=options.demo) as (truto, _):
        plan = _compare(truto, contents, prune=options.prune)
    _show(plan, folder)
    return 1 if plan.problems else 2 if plan.steps and options.detailed_exitcode else 0


def _apply(connect: Connect, options: argparse.Namespace) -> int:
    folder = Folder(options.folder)
    contents = folder.read()
    with connect(demo=options.demo) as (truto, _):
        plan = _compare(truto, contents, prune=options.prune)
        _show(plan, folder)
        if plan.problems:
            return 1
        if plan.steps and not options.yes and not _is_confirmed():
            print("nothing was done")
            return 1
        tidy_up(plan, folder)
        _carry_out(plan, folder, truto)
    return 0


def _jobs(truto: Truto, ids: Collection[str]) -> dict[str, SyncJob]:
    """Fetch jobs; return those that there are, by id in lower case. To list all jobs is faster for many ids."""
    jobs: dict[str, SyncJob] = {}
    if len(ids) > _MOST_SINGLE_REQUESTS:
        wanted = {id_.lower() for id_ in ids}
        return {job.id.lower(): job for job in truto.sync_jobs.list() if job.id.lower() in wanted}
    for outcome in truto.sync_jobs.get_many(ids):
        if not isinstance(outcome.error, NotFoundError):
            job = outcome.unwrap()
            jobs[job.id.lower()] = job
    return jobs


def _compare(truto: Truto, contents: Contents, *, prune: bool) -> Plan:
    ids = {file.job.id.lower(): file.job.id for file in contents.files if file.job.id}
    ids |= {base.id.lower(): base.id for base in contents.bases.values()}  # in the server's spelling
    jobs = _jobs(truto, ids.values())
    is_any_unknown = any(file.name in contents.unfinished and not file.job.id for file in contents.files)
    return plan_of(contents, jobs, truto.sync_jobs.list() if is_any_unknown else (), prune=prune)


def _show(plan: Plan, folder: Folder) -> None:
    """Print what is to be done, in full, and what to know."""
    for step in plan.steps:
        name = _path(folder, _name(step))
        match step:
            case Create():
                _print("create", f"{name}: {step.job.label or '(no label)'}", diff(SyncJob(id=""), step.job))
            case Adopt():
                _print("adopt", f"{name}: an earlier apply made the job {step.job.id}; the file gets its id")
            case Update():
                _print("update", f"{name}: {name_of_job(step.job)}", step.difference)
            case Delete():  # pragma: no branch  # the last kind
                _print("delete", f"{name}: its file was removed")
    _show_problems(plan, folder)
    for name, text in plan.notes:
        _print("note", f"{_path(folder, name)}: {text}")
    if plan.problems:
        number = len(plan.problems)
        print(f"{number} problem{'s' * (number > 1)} to solve before anything is applied")
    else:
        counts = Counter(type(step).__name__.lower() for step in plan.steps)
        print(", ".join(f"{number} to {kind}" for kind, number in counts.items()) or "nothing to do")


def _show_problems(plan: Plan, folder: Folder) -> None:
    for problem in plan.problems:
        line = "" if problem.line is None else f":{problem.line}"
        _print("problem", f"{_path(folder, problem.name)}{line}: {problem.text}", problem.difference)


def _name(step: Step) -> str:
    return name_of_job(step.job) if isinstance(step, Delete) else step.file.name


def _path(folder: Folder, name: str) -> str:
    """Return the path of a file; the name of a job as it is."""
    return str(folder.path / name) if name.lower().endswith(tuple(SUFFIXES)) else name


def _print(word: str, text: str, difference: JobDiff | None = None) -> None:
    print(plain(f"{word:<8} {text}"))
    for line in (difference.to_text() if difference else "").splitlines():
        print(f"    {line}")


def _is_confirmed() -> bool:
    if not sys.stdin.isatty():
        raise InvalidArgumentError("apply: there is no terminal to ask; --yes applies without asking")
    print("apply this? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _carry_out(plan: Plan, folder: Folder, truto: Truto) -> None:
    for done, step in enumerate(plan.steps):
        try:
            difference = carry_out(step, folder, truto)
        except (TrutoError, OSError, KeyboardInterrupt):
            print(f"{done} of {len(plan.steps)} steps were done; `plan` shows what is left", file=sys.stderr)
            raise
        name = _path(folder, _name(step))
        print(plain(f"{_DONE[type(step)]:<8} {name}"), flush=True)
        if difference:
            _print("warning", f"{name}: the server did not keep all of it; it has", difference)
