"""The retry budget of a client: a token bucket, as in the standard mode of botocore."""

from __future__ import annotations

import threading

from truto_async._support import fork

__all__ = ["RetryBudget"]


class RetryBudget:
    """The retries that a client may still make ahead of its successes."""

    def __init__(self, size: int) -> None:
        self._size = self._left = float(size)
        self.is_full: bool = True
        """Whether there is nothing to refund."""
        self._lock = threading.Lock()
        fork.register(self)

    def take(self) -> bool:
        """Take a token for a retry; False if there is none."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            self.is_full = False
            return True

    def refund(self, *, took_token: bool) -> None:
        """Return tokens for a success: 1 if the call took any, 0.2 otherwise."""
        with self._lock:
            self._left = min(self._size, self._left + (1.0 if took_token else 0.2))
            self.is_full = self._left >= self._size

    def after_fork(self) -> None:
        """Make a new lock: the parent may have held the old one."""
        self._lock = threading.Lock()
