"""When to try again: errors and counts in, seconds out."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Collection
from typing import TYPE_CHECKING

from attrs import field, frozen

from truto_async import _fork, _json
from truto_async._checks import check_count, check_seconds
from truto_async.errors import APIConnectionError, APIStatusError, InvalidArgumentError, RateLimitError, TLSError

if TYPE_CHECKING:
    import attrs

    from truto_async.errors import TrutoError

__all__ = ["RetryBudget", "RetryPolicy", "server_wish"]

log = logging.getLogger("truto_async")

_NEVER = frozenset({400, 401, 403, 404, 405, 409, 422})
_RATE_LIMIT_WINDOW = 10.0


def _check_statuses(_: object, __: attrs.Attribute[Collection[int]], value: Collection[int]) -> None:
    wrong = sorted(status for status in value if status in _NEVER or not 400 <= status <= 599)
    if wrong:
        raise InvalidArgumentError(f"statuses must not have {wrong}: trying again does not help there")


@frozen(kw_only=True)
class RetryPolicy:
    """How often, when and how soon a request is sent again.

    GET, PUT and DELETE are sent again after a failed connection, a timeout, or one of `statuses`. POST and PATCH only where
    they surely were not carried out: the connection was never made, or the answer was 429. Certificate errors never are, nor
    is a 503 that says that the account is blocked.

    The waits grow: before retry n, a random time between 0 and `base * 2 ** (n - 1)` seconds, at most `cap`. Where the
    server says how long to wait, in `Retry-After`, that counts instead.

    The statuses follow truto-skills (errors and evidence) and the TypeScript and Rust SDKs, which contradict each other.
    """

    attempts: int = field(default=4, validator=check_count)
    """How often a request is sent at the most, the first time included. Answers of 429 do not count."""

    rate_limit_attempts: int = field(default=10, validator=check_count)
    """How often a request is sent at the most where the answer is 429, the first time included."""

    base: float = field(default=0.5, validator=check_seconds)
    """The longest wait before the first retry, in seconds."""

    cap: float = field(default=8.0, validator=check_seconds)
    """The longest wait that is not the server's wish, in seconds."""

    max_retry_after: float = field(default=60.0, validator=check_seconds)
    """The longest wait on the server's wish, in seconds. A longer one is cut to this, with a warning in the log."""

    statuses: Collection[int] = field(default=frozenset({408, 425, 429, 500, 502, 503, 504}), validator=_check_statuses)
    """The statuses after which a request is sent again."""

    budget: int = field(default=100, validator=check_count)
    """How many retries a client may make ahead of its successes, so that an outage is not answered with a storm. A retry
    takes one; a retry that succeeds gives one back, a request that succeeds at once a fifth. Answers of 429 are free: they
    pause the client instead."""

    def delay(self, error: TrutoError, *, idempotent: bool, attempt: int) -> float | None:
        """Give the seconds to wait after attempt number `attempt` failed; None to give up."""
        if attempt >= (self.rate_limit_attempts if isinstance(error, RateLimitError) else self.attempts):
            return None
        if not self._helps(error, idempotent=idempotent):
            return None
        if isinstance(error, RateLimitError) or (isinstance(error, APIStatusError) and error.retry_after is not None):
            return server_wish(error, self)
        return random.uniform(0, min(self.cap, self.base * 2 ** (attempt - 1)))  # noqa: S311  # only spreads load

    def _helps(self, error: TrutoError, *, idempotent: bool) -> bool:
        if isinstance(error, APIConnectionError):
            return not isinstance(error, TLSError)
        if not isinstance(error, APIStatusError) or error.status not in self.statuses:
            return False
        return error.status == 429 or (idempotent and not _is_blocked(error))


def server_wish(error: APIStatusError, policy: RetryPolicy | None) -> float:
    """Give the seconds that the server wants to be left alone, within bounds; without a word, as long as its window is."""
    wish = _RATE_LIMIT_WINDOW if error.retry_after is None else error.retry_after
    longest = (policy or _DEFAULT).max_retry_after
    if wish > longest:
        log.warning("Retry-After of %.6g s is cut to %.3g s (see RetryPolicy.max_retry_after)", wish, longest)
    return min(wish, longest)


def _is_blocked(error: APIStatusError) -> bool:
    """Tell the 503 of a blocked account from that of a server in trouble (truto-skills: errors and evidence)."""
    return error.status == 503 and b"blocked" in _json.dumps(error.body).lower()


_DEFAULT = RetryPolicy()


class RetryBudget:
    """The retries that a client may still make: a token bucket, as in the standard mode of botocore."""

    def __init__(self, size: int) -> None:
        """Begin full."""
        self._size = self._left = float(size)
        self._lock = threading.Lock()
        _fork.register(self)

    def take(self) -> bool:
        """Take one, if there is one."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def give_back(self, *, after_retry: bool) -> None:
        """Reward a success."""
        if self._left < self._size:
            with self._lock:
                self._left = min(self._size, self._left + (1.0 if after_retry else 0.2))

    def after_fork(self) -> None:
        """Use a lock of this process."""
        self._lock = threading.Lock()
