"""The command `diff`."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from truto_async.errors import InvalidArgumentError
from truto_async.pipeline.difference import diff
from truto_sync._cli.job_source import SOURCE_HELP, client_on_demand, read_job

if TYPE_CHECKING:
    import argparse

    from truto_sync._cli.job_source import Connect

__all__ = ["add_commands"]

_DESCRIPTION = """Tell how two sync jobs differ: their fields, arguments and nodes. Ids, times and the order of keys make no
difference. Exit status, as of diff(1): 0 if they are the same, 1 if they differ, 2 if they could not be compared."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser], connect: Connect) -> None:
    """Add the command to a parser.

    Args:
        commands: the parser's commands.
        connect: returns a context manager with a client and the id of a demo job; takes the flag `demo`.
    """
    parser = commands.add_parser("diff", help="tell how two sync jobs differ", description=_DESCRIPTION)
    parser.add_argument("old", metavar="OLD", help=SOURCE_HELP)
    parser.add_argument("new", metavar="NEW", help="the job to compare with it, likewise")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="how to print; default text")
    parser.add_argument("--demo", action="store_true", help="ask a demo server on this machine; needs no account")
    parser.set_defaults(run=partial(_diff, connect), failure=2)


def _diff(connect: Connect, options: argparse.Namespace) -> int:
    if options.old == options.new == "-":
        raise InvalidArgumentError("only one of the two jobs can be read from standard input")
    with client_on_demand(connect, demo=options.demo) as client:
        found = diff(read_job(options.old, client), read_job(options.new, client))
    match options.format:
        case "json":
            print(json.dumps(found.to_dict(), indent=2))
        case "markdown":
            print(found.to_markdown(), end="")
        case _:
            print(found.to_text(), end="")
    return 1 if found else 0
