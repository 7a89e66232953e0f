"""The command: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from benchmarks.errors import BenchmarkError, MissingToolError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from benchmarks.suite import Plan

try:
    from benchmarks import report, suite
    from benchmarks.cases import CASES
    from benchmarks.places import RESULTS
except ModuleNotFoundError as error:
    sys.stderr.write(f"{error}; the benchmarks need what is in benchmarks/requirements.txt\n")
    sys.exit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; gives the exit status."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _exit)
    try:
        if options.report:
            report.remake()
        else:
            suite.run(_plan(options))
    except MissingToolError as error:
        return _complain(error, 2)
    except BenchmarkError as error:
        return _complain(error, 1)
    except KeyboardInterrupt:
        return _complain("stopped", 130)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures the SDK beside its peers.")
    parser.add_argument(
        "--quick", action="store_true", help="a minute of everything, to see that it works; no figures to quote"
    )
    parser.add_argument("--only", nargs="+", metavar="CASE", choices=list(CASES), help=f"some of {', '.join(CASES)}")
    parser.add_argument(
        "--update", action="store_true", help="put what --only finds into results.json, beside the other cases there"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write the results, in place of results.json")
    parser.add_argument(
        "--report", action="store_true", help="remake the tables and plots from results.json, and measure nothing"
    )
    return parser


def _plan(options: argparse.Namespace) -> Plan:
    is_full = not options.quick and options.only is None
    if not is_full and options.output is not None and options.output.resolve() == RESULTS:
        raise MissingToolError("results.json is for full runs: choose another --output")
    if options.update and (options.quick or options.only is None or options.output is not None):
        raise MissingToolError("--update goes with --only, and with neither --quick nor --output")
    output = options.output or (RESULTS if is_full or options.update else None)
    return suite.Plan(quick=options.quick, cases=options.only or list(CASES), output=output, update=options.update)


def _complain(problem: object, status: int) -> int:
    sys.stderr.write(f"{problem}\n")
    return status


def _exit(number: int, _: FrameType | None) -> NoReturn:
    """End in order: what was started is stopped on the way out."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
