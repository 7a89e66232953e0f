"""The command `check`: what it takes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from truto_sync._cli.job_source import SOURCE_HELP

if TYPE_CHECKING:
    import argparse

    from truto_sync._cli.job_source import Connect

__all__ = ["add_commands"]

_DESCRIPTION = """Check sync jobs without running them: what surely fails, what loses records, what is likely a mistake.
A job by its id is checked with its cron triggers. The exit status is 0 where nothing was found of the severity given or
above, 1 where something was, and 2 where a job could not be read."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser], connect: Connect) -> None:
    """Add the command to a parser.

    Args:
        commands: the parser's commands.
        connect: returns a context manager with a client and the id of a demo job; takes the flag `demo`.
    """
    check = commands.add_parser("check", help="check sync jobs for mistakes", description=_DESCRIPTION)
    check.add_argument("jobs", nargs="*", metavar="JOB", help=SOURCE_HELP)
    check.add_argument("--format", choices=["text", "json", "sarif"], default="text", help="how to print; default text")
    check.add_argument(
        "--severity",
        choices=["error", "warning", "info"],
        default="warning",
        help="what to fail on: findings of this severity and above; default warning",
    )
    check.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="RULE[:NODE]",
        help="leave out the findings of a rule, by its code or name, at one node if its name follows; may be repeated",
    )
    check.add_argument("--demo", action="store_true", help="ask a demo server on this machine; needs no account")
    check.set_defaults(run=partial(_check, connect))


def _check(connect: Connect, options: argparse.Namespace) -> int:
    from truto_sync._cli.checking import check  # noqa: PLC0415  # brings in all rules, for this command only

    return check(connect, options)
