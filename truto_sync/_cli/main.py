"""The command `truto-async`, which is also `python -m truto_sync`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from truto_async._version import __version__
from truto_async.errors import TrutoError
from truto_async.pipeline._pictures.summary import line, render
from truto_async.pipeline._pictures.text import plain
from truto_sync._cli import check, completion, demo, diff, files, graph, preview, runs
from truto_sync._cli.fetch import fetch, read_ids
from truto_sync.client import Truto

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from truto_async._support.json import JSONValue

__all__ = ["main"]

_DESCRIPTION = "Look at Truto's sync jobs and run them. Needs TRUTO_API_TOKEN; TRUTO_API_BASE_URL if the API is elsewhere."


def main(arguments: Sequence[str] | None = None, *, name: str = "truto-async") -> int:
    """Run the command and return its exit status: 0, or 1 if it failed, 2 for `diff`; wrong usage exits with 2.

    Args:
        arguments: what follows the command's name; default: what this process was started with.
        name: how the command was called, for the text on its usage.
    """
    options = _parser(name).parse_args(arguments)
    failure: int = options.failure
    _never_fail_to_print()
    try:
        status: int = options.run(options)
        print(end="", flush=True)  # a failure to write shows here, and not at exit
    except TrutoError as error:
        print("error:", plain(" ".join(str(error).split())), file=sys.stderr)
        return failure
    except BrokenPipeError:
        # The reader has seen enough, as in `| head -1`; what is left must not fail again at exit.
        _discard_output()
        return failure
    except OSError as error:
        _discard_output()
        print(f"error: {error}", file=sys.stderr)
        return failure
    except KeyboardInterrupt as interruption:
        for note in getattr(interruption, "__notes__", ()):  # that a run goes on
            print(note, file=sys.stderr)
        return 130
    return status


def _parser(name: str = "truto-async") -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name, description=_DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"truto-async {__version__}")
    parser.set_defaults(run=partial(_help, parser), failure=1)  # the latter is the exit status of a failure
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    get = commands.add_parser("get", help="print one sync job", description="Print one sync job.")
    get.add_argument("id", nargs="?", help="the job's id; with --demo the first demo job is the default")
    get.add_argument("--json", action="store_true", help="print the job's JSON")
    get.add_argument("--demo", action="store_true", help="ask a demo server on this machine; needs no account")
    get.set_defaults(run=partial(_get, get))
    several = commands.add_parser("list", help="list sync jobs", description="List sync jobs, one a line.")
    several.add_argument("--integration", metavar="NAME", help='only jobs of this connected product, such as "zendesk"')
    how = several.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print one JSON array")
    how.add_argument("--ndjson", action="store_true", help="print one JSON object a line")
    several.add_argument("--demo", action="store_true", help="ask a demo server on this machine; needs no account")
    several.set_defaults(run=_list)
    many = commands.add_parser("fetch", help="fetch many sync jobs", description="Fetch many sync jobs into a file.")
    many.add_argument("ids", metavar="IDS.txt", help="a file with one id a line; - for standard input")
    many.add_argument("--out", metavar="FILE", required=True, type=Path, help="where to write the jobs, as JSON, one a line")
    many.add_argument("--resume", action="store_true", help="keep what the file has, and fetch the rest")
    many.add_argument("--demo", action="store_true", help="ask a demo server on this machine; needs no account")
    many.set_defaults(run=_fetch)
    for module in (graph, check, preview, diff, files, runs, demo):
        module.add_commands(commands, _client)
    completion.add_command(commands, _parser)
    return parser


def _help(parser: argparse.ArgumentParser, _: argparse.Namespace) -> int:
    """Print all commands where none was given."""
    parser.print_help(sys.stderr)
    return 2


def _list(options: argparse.Namespace) -> int:
    with _client(demo=options.demo) as (truto, _):
        jobs = truto.sync_jobs.list(integration_name=options.integration)
        if options.json:
            print(_json_text([job.to_dict() for job in jobs]))
            return 0
        for job in jobs:
            print(json.dumps(job.to_dict()) if options.ndjson else line(job))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    ids = read_ids(options.ids)
    with _client(demo=options.demo) as (truto, _):
        return 1 if fetch(truto, ids, options.out, resume=options.resume) else 0


def _get(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.id is None and not options.demo:
        parser.error("an id is needed, or --demo")
    with _client(demo=options.demo) as (truto, first_id):
        job = truto.sync_jobs.get(first_id if options.id is None else options.id)
    if options.json:
        print(_json_text(job.to_dict()))
    else:
        print(render(job), end="")
    return 0


@contextmanager
def _client(*, demo: bool) -> Generator[tuple[Truto, str]]:
    """Yield a client and, for a demo, the id of a job that exists."""
    if not demo:
        with Truto() as truto:
            yield truto, ""
        return
    from truto_async.testing import FakeTruto  # noqa: PLC0415  # brings in a web server, for the demo only

    with FakeTruto() as fake, Truto(fake.token, base_url=fake.url) as truto:
        print(f"demo: asking a server on this machine, {fake.url}", file=sys.stderr)
        yield truto, next(iter(fake.jobs))


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _json_text(document: JSONValue) -> str:
    """Write JSON that survives the encoding of standard output."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", "ascii"))
    except UnicodeEncodeError:
        return json.dumps(document, indent=2)
    return text


def _never_fail_to_print() -> None:
    """Print a question mark rather than fail where the terminal cannot show a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # None where it is closed
            stream.reconfigure(errors="replace")
