"""The resident memory of this process, as Linux counts it, in bytes."""

from __future__ import annotations

from pathlib import Path

__all__ = ["forget_peak", "now", "peak"]

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def now() -> int:
    """Give what is resident now."""
    return _read("VmRSS:")


def peak() -> int:
    """Give the most that was resident since the peak was forgotten."""
    return _read("VmHWM:")


def forget_peak() -> None:
    """Let the peak begin with what is resident now (proc(5): clear_refs)."""
    _CLEAR.write_text("5")


def _read(name: str) -> int:
    [line] = [line for line in _STATUS.read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) * 1024
