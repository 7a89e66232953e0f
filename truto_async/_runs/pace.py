"""How often runs are looked at, what it costs, and which failures are worth another look. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    ClientClosedError,
    ResponseDecodeError,
    TLSError,
)

if TYPE_CHECKING:
    from truto_async.errors import TrutoError

__all__ = ["FIRST_POLL", "Pace", "is_cheaper_to_list", "is_fatal", "is_transient"]

FIRST_POLL = 1.0
_GROWTH = 1.5
_LONGEST = 10.0
"""Seconds between two looks; an end must be seen within 15, and looking at many runs takes a few itself."""
_TRANSIENT = frozenset({408, 425, 429})
_MOST_UNREADABLE = 5
_ALWAYS_ONE_BY_ONE = 5


class Pace:
    """When to look at one run: quick at first, slower later."""

    def __init__(self, interval: float, now: float) -> None:
        """Look at once, then after `interval` seconds; times are those of time.monotonic()."""
        self.due = now
        self._interval = min(interval, _LONGEST)
        self._failures = 0

    def hurry(self, interval: float, now: float) -> None:
        """Look at once, and again soon: somebody else follows the run now, too."""
        self.due = now
        self._interval = min(self._interval, interval)

    def succeeded(self, now: float, at_least: float = 0.0) -> None:
        """Look again after an interval that grows each time, or after some seconds, if that is later."""
        self._failures = 0
        self._wait(now, at_least)

    def failed(self, now: float) -> int:
        """Look again a little later; returns how often that has now failed in a row."""
        self._failures += 1
        self._interval = max(self._interval, FIRST_POLL)  # a server in trouble is left alone for a while
        self._wait(now, 0.0)
        return self._failures

    def _wait(self, now: float, at_least: float) -> None:
        self.due = now + max(self._interval, at_least)
        self._interval = min(self._interval * _GROWTH, _LONGEST)


def is_transient(error: TrutoError, failures: int) -> bool:
    """Return whether another look may succeed, after so many that failed in a row.

    An answer that cannot be read may come from something in between; one that stays so will not change.
    """
    if isinstance(error, ResponseDecodeError):
        return failures < _MOST_UNREADABLE
    if isinstance(error, APIStatusError):
        return error.status in _TRANSIENT or error.status >= 500
    return isinstance(error, APIConnectionError) and not isinstance(error, TLSError)


def is_fatal(error: TrutoError) -> bool:
    """Return whether a look at any other run would meet this error as well."""
    if isinstance(error, AuthenticationError):
        return not error.is_remote
    return isinstance(error, ClientClosedError | TLSError)


def is_cheaper_to_list(due: int, pages: int) -> bool:
    """Return whether to list runs rather than to fetch the `due` ones one by one; `pages` is what the last list took."""
    return due > max(_ALWAYS_ONE_BY_ONE, pages)
