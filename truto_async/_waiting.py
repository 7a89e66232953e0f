"""Whether waits between attempts are real. Tests can do without, through `truto_async.testing.no_waiting`."""

from __future__ import annotations

__all__ = ["real", "skipped"]

skipped: list[list[float]] = []
"""Where waits are written down instead, the innermost block last."""


def real(seconds: float) -> float:
    """Give the seconds to really wait: all of them, or none where waits are skipped."""
    if not skipped:
        return seconds
    skipped[-1].append(seconds)
    return 0.0
