"""Waits that take no time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from truto_async import _waiting

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["no_waiting"]


@contextmanager
def no_waiting() -> Generator[list[float]]:
    """Skip the waits between attempts, and the pauses after an answer of 429, in the whole process.

    Gives a list to which the seconds that were skipped are added. The rate limit itself is not skipped: it would be
    exceeded.
    """
    waits: list[float] = []
    _waiting.skipped.append(waits)
    try:
        yield waits
    finally:
        _waiting.skipped.remove(waits)
