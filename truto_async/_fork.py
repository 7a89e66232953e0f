"""What must start afresh in a forked process, where the parent's threads and event loops do not exist."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

__all__ = ["Forkable", "register"]


class Forkable(Protocol):
    """What holds locks, threads or event loops."""

    def after_fork(self) -> None:
        """Forget them; the parent goes on using them."""


_registered: WeakSet[Forkable] = WeakSet()


def register(holder: Forkable) -> None:
    """Have `after_fork` called in every child process."""
    _registered.add(holder)


def _after_fork() -> None:
    for holder in list(_registered):
        holder.after_fork()


if hasattr(os, "register_at_fork"):  # pragma: no branch  # Windows has no fork
    os.register_at_fork(after_in_child=_after_fork)
