"""How the time of a piece of code grows with what it works on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def assert_not_quadratic(make: Callable[[int], T], run: Callable[[T], object], size: int) -> None:
    """Four times the size takes about four times as long; sixteen times where the time is quadratic.

    The two are timed in turns, so that they see the same machine.
    """
    small, large = make(size), make(4 * size)
    times = [(_seconds(run, small), _seconds(run, large)) for _ in range(3)]
    assert min(seconds for _, seconds in times) < 8 * min(seconds for seconds, _ in times), times


def _seconds(run: Callable[[T], object], value: T) -> float:
    before = time.process_time()
    run(value)
    return time.process_time() - before
