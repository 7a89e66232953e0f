"""A context manager for tests that skips waits."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from truto_async._support.waits import recorders

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["no_waiting"]


@contextmanager
def no_waiting() -> Generator[list[float]]:
    """Skip the waits between attempts and between looks for a lost start, and the pauses after a 429, in the whole process.

    Yields a list to which the skipped seconds are added. Waits for the rate limit itself are not skipped, since it would be
    exceeded.
    """
    waits: list[float] = []
    recorders.append(waits)
    try:
        yield waits
    finally:
        recorders.remove(waits)
