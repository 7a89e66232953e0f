"""The command `preview`: what a run of a sync job would do."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from truto_async.errors import InvalidArgumentError
from truto_sync._cli.arguments import add_options, read_arguments, read_object
from truto_sync._cli.job_source import SOURCE_HELP, client_on_demand, read_job

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from truto_sync.client import Truto

    Connect: TypeAlias = Callable[..., AbstractContextManager[tuple[Truto, str]]]

__all__ = ["add_commands"]


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser], connect: Connect) -> None:
    """Add the command to a parser.

    Args:
        commands: the parser's commands.
        connect: returns a context manager with a client and the id of a demo job; takes the flag `demo`.
    """
    preview = commands.add_parser(
        "preview",
        help="show what a run of a sync job would do",
        description="Show what a run of a sync job would do, without starting one. Fails if its arguments are wrong.",
    )
    preview.add_argument(
        "job", nargs="?", metavar="JOB", help=f"{SOURCE_HELP}; with --demo the first demo job is the default"
    )
    add_options(preview)
    preview.add_argument(
        "--context",
        metavar="JSON",
        help="what the job reads apart from its arguments, such as the account's context: a JSON object, or @ and a file",
    )
    preview.add_argument("--format", choices=["text", "json"], default="text", help="how to print it; text is the default")
    preview.add_argument("--demo", action="store_true", help="ask a demo server on this machine; needs no account")
    preview.set_defaults(run=partial(_preview, connect))


def _preview(connect: Connect, options: argparse.Namespace) -> int:
    args = read_arguments(options)
    context = read_object("--context", options.context)
    if options.job is None and not options.demo:
        raise InvalidArgumentError("preview: the id of a job or a file is needed, or --demo")
    with client_on_demand(connect, demo=options.demo) as client:
        job = read_job(options.job, client)
    plan = job.plan(args, context)
    print(json.dumps(plan.to_dict(), indent=2) if options.format == "json" else plan.to_text().rstrip())
    return 1 if any(fault.code != "not_checked" for fault in plan.faults) else 0
