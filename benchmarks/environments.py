"""Where each contender runs: most in this environment, two in one of their own, made on first use."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

from benchmarks.errors import BenchmarkError
from benchmarks.output import say
from benchmarks.places import ENVIRONMENTS, FOLDER

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NIQUESTS", "OFFICIAL", "has_official", "niquests_python", "official_folder"]

NIQUESTS = FOLDER / "requirements-niquests.txt"
OFFICIAL = FOLDER / "requirements-official.txt"
_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def has_official() -> bool:
    """Tell whether the official SDK runs on this Python."""
    return sys.version_info >= (3, 12)


@cache
def niquests_python() -> str:
    """Give the Python of an environment with niquests."""
    folder = ENVIRONMENTS / f"niquests-{_VERSION}"
    python = folder / "bin" / "python"
    if _is_stale(folder, NIQUESTS):
        say(f"making an environment for niquests: {folder}")
        _run(sys.executable, "-m", "venv", folder)
        _run(python, "-m", "pip", "install", "--quiet", "-r", NIQUESTS)
        _mark(folder, NIQUESTS)
    return str(python)


@cache
def official_folder() -> str:
    """Give a folder with the official SDK alone, to run with the very aiohttp of this environment."""
    folder = ENVIRONMENTS / f"official-{_VERSION}"
    if _is_stale(folder, OFFICIAL):
        say(f"installing the official SDK: {folder}")
        _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, "-r", OFFICIAL)
        _mark(folder, OFFICIAL)
    return str(folder)


def _is_stale(folder: Path, requirements: Path) -> bool:
    """Tell whether it has to be made, and make room for it."""
    mark = folder / requirements.name
    if mark.is_file() and mark.read_text() == requirements.read_text():
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _mark(folder: Path, requirements: Path) -> None:
    """Leave what it was made of: also the sign that it was finished."""
    shutil.copy(requirements, folder)


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)  # noqa: S603  # ours
    if done.returncode != 0:
        raise BenchmarkError(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
