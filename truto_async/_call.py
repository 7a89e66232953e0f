"""What is known of a call while it is made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from truto_async.errors import APITimeoutError, RateLimitError, TrutoError

if TYPE_CHECKING:
    from truto_async._request import Request

__all__ = ["Call"]


class Call:
    """One call of the user's, with all its attempts."""

    __slots__ = ("_seconds", "attempt", "deadline", "error", "maybe_done", "request", "sent")

    def __init__(self, request: Request, seconds: float | None) -> None:
        """Take the request, and the seconds that everything may take."""
        self.request = request
        self._seconds = seconds
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self.attempt = 0
        self.sent = False
        self.maybe_done = False
        self.error: TrutoError | None = None

    def left(self) -> float | None:
        """Give the seconds left until the deadline; None without one."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def bounded(self, timeout: float | None) -> float | None:
        """Give the seconds that an attempt may take."""
        if self.deadline is None:
            return timeout
        left = max(0.0, self.deadline - time.monotonic())
        return left if timeout is None else min(timeout, left)

    def outlived_by(self, seconds: float) -> bool:
        """Tell whether a wait would end after the deadline."""
        left = self.left()
        return left is not None and seconds > left

    def failed(self, error: TrutoError) -> None:
        """Remember how an attempt ended."""
        error.attempts = self.attempt
        self.error = error
        self.maybe_done = self.maybe_done or (self.sent and not isinstance(error, RateLimitError))

    def out_of_time(self, what: str, seconds: float | None = None) -> TrutoError:
        """Make the error of a wait that the deadline forbids: that of the last attempt, or else a timeout."""
        if seconds is None:
            reason = f"the deadline of {self._seconds} s came while waiting for {what}"
        else:
            reason = f"the deadline of {self._seconds} s leaves no time to wait {seconds:.3g} s for {what}"
        if self.error is not None:
            last, self.error = self.error, None
            return self.given_up(last, reason)
        error = APITimeoutError(f"{reason} ({self.request})")
        error.attempts = self.attempt
        return error

    def given_up(self, error: TrutoError, reason: str) -> TrutoError:
        """Say in an error why there was no other attempt."""
        error.args = (f"{error}; not tried again: {reason}",)
        return error
