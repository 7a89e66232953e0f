"""The commands for runs: `run`, `runs`, `logs` and `stop`."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from truto_async.errors import InvalidArgumentError
from truto_async.pipeline._pictures.text import plain
from truto_async.runs import RunFailedError, RunFinished, RunProgress, RunRateLimited, RunStalled, RunStatusChanged
from truto_sync._cli.arguments import add_options, read_arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from truto_async.models import SyncJobRun
    from truto_async.runs import RunEvent
    from truto_sync.client import Truto

    Connect: TypeAlias = Callable[..., AbstractContextManager[tuple[Truto, str]]]
    Show: TypeAlias = Callable[[RunEvent], None]

__all__ = ["add_commands"]

_DEMO = "ask a demo server on this machine; needs no account"


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser], connect: Connect) -> None:
    """Add the commands to a parser.

    Args:
        commands: the parser's commands.
        connect: returns a context manager with a client and the id of a demo job; takes the flag `demo`.
    """
    run = commands.add_parser("run", help="start a run of a sync job", description="Start a run of a sync job.")
    run.add_argument("job", nargs="?", help="the job's id; with --demo the first demo job is the default")
    add_options(run)
    run.add_argument("--account", metavar="ID", help="the integrated account to read")
    run.add_argument("--wait", action="store_true", help="show the progress, and wait until the run has ended")
    run.add_argument("--demo", action="store_true", help=_DEMO)
    run.set_defaults(run=partial(_run, connect))

    runs = commands.add_parser("runs", help="list runs, newest first", description="List runs, one a line, newest first.")
    runs.add_argument("--job", metavar="ID", help="only runs of this job")
    runs.add_argument("--status", help='only runs with this status, such as "failed"')
    runs.add_argument("--most", type=int, default=50, metavar="N", help="how many to list; default 50")
    runs.add_argument("--ndjson", action="store_true", help="print one JSON object a line")
    runs.set_defaults(run=partial(_runs, connect))

    logs = commands.add_parser("logs", help="print the log of a run", description="Print the log of a run, oldest first.")
    logs.add_argument("run_id", metavar="run", help="the run's id")
    logs.add_argument("--ndjson", action="store_true", help="print one JSON object a line")
    logs.set_defaults(run=partial(_logs, connect))

    stop = commands.add_parser("stop", help="stop a run", description="Stop a run.")
    stop.add_argument("run_id", metavar="run", help="the run's id")
    stop.set_defaults(run=partial(_stop, connect))


def _run(connect: Connect, options: argparse.Namespace) -> int:
    args = read_arguments(options)
    if options.job is None and not options.demo:
        raise InvalidArgumentError("run: the id of a job is needed, or --demo")
    with connect(demo=options.demo) as (truto, demo_job):
        job_id = demo_job if options.job is None else options.job
        run = truto.sync_job_runs.start(job_id, args=args or None, integrated_account_id=options.account)
        print(plain(run.id), flush=True)
        return _follow(truto, run) if options.wait else 0


def _follow(truto: Truto, run: SyncJobRun) -> int:
    """Show the progress of a run until it ends; return the exit status."""
    with _progress() as show:
        for event in truto.sync_job_runs.watch(run):
            run = event.run
            show(event)
    if run.status == "failed":
        try:
            truto.sync_job_runs.wait(run)
        except RunFailedError as error:
            print(f"error: {plain(str(error))}", file=sys.stderr)
    return 0 if run.status == "completed" else 1


def _runs(connect: Connect, options: argparse.Namespace) -> int:
    with connect(demo=False) as (truto, _):
        found = truto.sync_job_runs.list(
            sync_job_id=options.job, status=options.status, sort="-created_at", max_items=options.most
        )
        for run in found:
            moment = "" if run.created_at is None else f"{run.created_at:%Y-%m-%d %H:%M:%S}"
            text = f"{run.id}  {run.status or '-':<12}  {moment:<19}  {run.sync_job_id or ''}"
            print(json.dumps(run.to_dict()) if options.ndjson else plain(text.rstrip()))
    return 0


def _logs(connect: Connect, options: argparse.Namespace) -> int:
    with connect(demo=False) as (truto, _):
        entries = truto.logs.rapid_bridge(sync_job_run_id=options.run_id).to_list()
    for entry in reversed(entries):
        if options.ndjson:
            print(json.dumps(entry.to_dict()))
            continue
        moment = "-" if entry.timestamp is None else f"{entry.timestamp:%Y-%m-%d %H:%M:%S}"
        facts = [moment, entry.resource, entry.status, entry.num_records and f"{entry.num_records} records"]
        said = [line if isinstance(line, str) else json.dumps(line) for line in entry.logs or []]
        print("  ".join(plain(str(fact)) for fact in [*facts, *said] if fact not in (None, "")))
    return 0


def _stop(connect: Connect, options: argparse.Namespace) -> int:
    with connect(demo=False) as (truto, _):
        run = truto.sync_job_runs.stop(options.run_id)
    print(plain(f"{run.id}  {run.status or '-'}"))
    return 0


@contextmanager
def _progress() -> Generator[Show]:
    """Show a table of nodes on a terminal, where rich is installed; else a plain line for each event."""
    if not sys.stderr.isatty() or find_spec("rich") is None:
        yield lambda event: print(plain(_line(event)), file=sys.stderr, flush=True)
        return
    from rich.console import Console  # noqa: PLC0415  # optional
    from rich.live import Live  # noqa: PLC0415  # optional
    from rich.table import Table  # noqa: PLC0415  # optional
    from rich.text import Text  # noqa: PLC0415  # optional

    rows: dict[str, str] = {}
    lines = [""]

    def table() -> Table:
        grid = Table(title=Text(lines[-1]), title_justify="left", box=None)
        grid.add_column("node")
        grid.add_column("so far")
        for node, counters in rows.items():
            grid.add_row(Text(node), Text(counters))
        return grid

    with Live(console=Console(stderr=True), get_renderable=table) as live:

        def show(event: RunEvent) -> None:
            if isinstance(event, RunProgress):
                rows[plain(f"{event.node} {event.method}")] = plain(_counters(event))
            else:
                lines.append(plain(_line(event)))
            live.refresh()

        yield show


def _line(event: RunEvent) -> str:
    match event:
        case RunStatusChanged():
            return f"{event.status or '(no status)'}"
        case RunProgress():
            return f"  {event.node} {event.method}: {_counters(event)}"
        case RunRateLimited():
            return "  limited" if event.until is None else f"  limited until {event.until:%H:%M:%S} UTC"
        case RunStalled():
            return f"  nothing has changed for {event.seconds:.0f} s"
        case RunFinished():  # pragma: no branch  # the last kind
            return f"ended: {event.run.status}"


def _counters(event: RunProgress) -> str:
    return ", ".join(f"{value:g} {name}" for name, value in event.counters.items())
