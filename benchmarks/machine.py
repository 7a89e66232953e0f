"""On what was measured: the machine, the code and the versions of everything that matters."""

from __future__ import annotations

import os
import platform
import shutil
import ssl
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import environments, nginx
from benchmarks.places import ROOT

__all__ = ["describe"]

_PACKAGES = (
    "aiohttp",
    "attrs",
    "cattrs",
    "asyncio-throttle",
    "orjson",
    "httpx",
    "requests",
    "urllib3",
    "pydantic",
    "msgspec",
)


def describe(*, quick: bool) -> dict[str, Any]:
    """Say all of it."""
    commit = _first_line("git", "rev-parse", "HEAD")
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "commit": commit,
        "dirty": None if commit is None else _first_line("git", "status", "--porcelain", "--untracked-files=no") is not None,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "openssl": ssl.OPENSSL_VERSION,
        "nginx": (_first_line(nginx.find(), "-v") or "").rpartition("/")[2],
        "kernel": f"{platform.system()} {platform.release()}",
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "packages": _packages(),
    }


def _first_line(*command: str) -> str | None:
    """Give the first line of what a command prints; None where there is neither."""
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603  # our own
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else None


def _cpu() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _packages() -> dict[str, str]:
    versions = {name: metadata.version(name) for name in _PACKAGES}
    folder = Path(environments.niquests_python()).parent.parent
    paths = [str(path) for path in folder.glob("lib/*/site-packages")]
    versions |= {name: _version_in(paths, name) for name in ("niquests", "urllib3-future")}
    if environments.has_official():
        versions["truto-python-sdk"] = _version_in([environments.official_folder()], "truto-python-sdk")
    return versions


def _version_in(paths: list[str], name: str) -> str:
    found = metadata.distributions(path=paths, name=name)
    return next((distribution.version for distribution in found), "unknown")
