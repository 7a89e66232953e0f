"""A switch for tests: waits between attempts can be recorded instead of waited for.

`truto_async.testing.no_waiting` is its public side.
"""

from __future__ import annotations

__all__ = ["recorders", "seconds_to_wait"]

recorders: list[list[float]] = []
"""The lists to which skipped waits are added, the innermost `no_waiting` block last. Empty when waits are real."""


def seconds_to_wait(seconds: float) -> float:
    """Return the seconds to really wait: `seconds`, or 0 inside a `no_waiting` block, which records them."""
    if not recorders:
        return seconds
    recorders[-1].append(seconds)
    return 0.0
