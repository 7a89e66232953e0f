"""Fork safety: reset what a forked child cannot use, such as the parent's locks, threads and event loops."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

__all__ = ["ForkAware", "register"]


class ForkAware(Protocol):
    """An object that holds locks, threads or event loops."""

    def after_fork(self) -> None:
        """Drop them in the child; the parent goes on using them."""


_registered: WeakSet[ForkAware] = WeakSet()


def register(holder: ForkAware) -> None:
    """Call `holder.after_fork()` in every child process, for as long as the holder lives."""
    _registered.add(holder)


def _after_fork() -> None:
    for holder in list(_registered):
        holder.after_fork()


if hasattr(os, "register_at_fork"):  # pragma: no branch  # Windows has no fork
    os.register_at_fork(after_in_child=_after_fork)
