"""Processes that end with this one."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from benchmarks.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["clean_environment", "start", "stop"]

_PATIENCE = 5.0


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Give the environment without what would change how Python or HTTP clients work."""
    unwanted = ("proxy", "PYTHON", "TRUTO_", "SSL_CERT", "REQUESTS_CA", "CURL_CA")
    return {name: value for name, value in os.environ.items() if not _is_any(name, unwanted)} | dict(extra)


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    speaks: bool = False,
) -> subprocess.Popen[str]:
    """Start a process out of reach of the terminal's Ctrl-C: who started it stops it, in order.

    One that speaks has pipes for its input and output.
    """
    pipe = subprocess.PIPE if speaks else None
    return subprocess.Popen(  # noqa: S603  # commands of our own
        [str(part) for part in command],
        env=clean_environment(env or {}),
        cwd=ROOT,
        stdin=pipe or subprocess.DEVNULL,
        stdout=pipe,
        text=True,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[str], *, at_once: bool) -> None:
    """End a process: by the end of its input or, at once, by a signal; by force where it does not obey."""
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()
    if at_once:
        process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _is_any(name: str, unwanted: Sequence[str]) -> bool:
    return any(part.lower() in name.lower() for part in unwanted)
