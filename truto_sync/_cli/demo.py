"""The command `demo`: a fake server to try things out on."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

__all__ = ["add_commands"]

_DESCRIPTION = """Serve a fake Truto on this machine, with some sync jobs, until Ctrl-C. What it prints are shell commands:
run them in another terminal, and the programs that you start there ask this server. Nothing is kept when it ends."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser], _: Callable[..., object]) -> None:
    """Add the command to a parser; it needs no client."""
    demo = commands.add_parser("demo", help="run a demo server until Ctrl-C", description=_DESCRIPTION)
    demo.set_defaults(run=_demo)


def _demo(_: argparse.Namespace) -> int:
    from truto_async.testing import FakeTruto  # noqa: PLC0415  # brings in a web server, for the demo only

    assign = "$env:{} = '{}'" if sys.platform == "win32" else "export {}={}"
    with FakeTruto() as fake:
        print(assign.format("TRUTO_API_TOKEN", fake.token))
        print(assign.format("TRUTO_API_BASE_URL", fake.url), flush=True)
        print("demo: run these two lines in another terminal; Ctrl-C stops the server", file=sys.stderr)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0
