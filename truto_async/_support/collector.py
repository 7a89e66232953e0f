"""Python's garbage collector, which can be in the way."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["paused"]


@contextmanager
def paused() -> Generator[None]:
    """Pause the garbage collector of the process, unless it is switched off already."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
