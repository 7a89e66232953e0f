"""Retry decisions: whether a failed attempt is worth another, and how long to wait first. Pure, but for the randomness."""

# No annotations from __future__: those of RetryPolicy must not be strings, which would be looked up in truto_async.options.
import logging
import random
from collections.abc import Collection

import attrs
from attrs import field, frozen

from truto_async._config.checks import check_count, check_seconds
from truto_async._support import json
from truto_async.errors import (
    APIConnectionError,
    APIStatusError,
    InvalidArgumentError,
    RateLimitError,
    TLSError,
    TrutoError,
)

__all__ = ["RetryPolicy", "retry_after_delay"]

log = logging.getLogger("truto_async")

_RATE_LIMIT_WINDOW = 10.0
_NEVER_RETRIED = frozenset({400, 401, 403, 404, 405, 409, 422})


def _as_set(statuses: Collection[int]) -> frozenset[int]:
    return frozenset(statuses)  # so that policies can be compared, and have a hash


def _check_statuses(_: object, __: "attrs.Attribute[Collection[int]]", value: Collection[int]) -> None:
    wrong = sorted(status for status in value if status in _NEVER_RETRIED or not 400 <= status <= 599)
    if wrong:
        raise InvalidArgumentError(f"statuses must not have {wrong}: a retry does not help there")


@frozen(kw_only=True)
class RetryPolicy:
    """How often, when and how soon a failed request is sent again.

    GET, PUT and DELETE are retried after a failed connection, a timeout, or one of `statuses`. POST and PATCH are retried
    only where they surely were not carried out: the connection was never made, or the answer was 429. Certificate errors are
    never retried, nor is a 503 that says that the account is blocked.

    The waits grow (exponential backoff with full jitter): before retry n, a random time between 0 and
    `base * 2 ** (n - 1)` seconds, at most `cap`. Where the server says how long to wait, in `Retry-After`, the wait is at
    least that, and never less than half of the backoff.

    The statuses follow truto-skills (errors and evidence) and the TypeScript and Rust SDKs, which contradict each other.
    """

    __module__ = "truto_async.options"  # where users find it, and pickles

    attempts: int = field(default=4, validator=check_count)
    """The most attempts for one call, the first included. After an answer of 429, `rate_limit_attempts` counts instead."""

    rate_limit_attempts: int = field(default=10, validator=check_count)
    """The most attempts for one call that is answered with 429, the first included."""

    base: float = field(default=0.5, validator=check_seconds)
    """The longest wait before the first retry, in seconds."""

    cap: float = field(default=8.0, validator=check_seconds)
    """The longest backoff, in seconds. After an answer of 429 without `Retry-After` the wait is 10 seconds all the same."""

    max_retry_after: float = field(default=60.0, validator=check_seconds)
    """The longest wait that the server can ask for, in seconds. A longer one is cut to this, with a warning in the log."""

    statuses: Collection[int] = field(
        default=frozenset({408, 425, 429, 500, 502, 503, 504}), converter=_as_set, validator=_check_statuses
    )
    """The statuses after which a request is retried."""

    budget: int = field(default=100, validator=check_count)
    """The size of the client's retry budget, a token bucket that keeps an outage from being answered with a storm. A retry
    takes one token; a call that succeeds returns one if it took any, else a fifth. Answers of 429 take none: they pause
    the client instead."""

    def delay(self, error: TrutoError, *, idempotent: bool, attempt: int) -> float | None:
        """Return the seconds to wait after attempt number `attempt` failed; None to give up."""
        most = self.rate_limit_attempts if isinstance(error, RateLimitError) else self.attempts
        if attempt >= most or not self.is_retryable(error, idempotent=idempotent):
            return None
        if isinstance(error, RateLimitError) or (isinstance(error, APIStatusError) and error.retry_after is not None):
            return retry_after_delay(self, error, attempt)
        return random.uniform(0, _backoff_ceiling(self, attempt))  # noqa: S311  # only spreads load

    def is_retryable(self, error: TrutoError, *, idempotent: bool) -> bool:
        """Return whether another attempt may succeed, and cannot do a write twice."""
        if isinstance(error, APIConnectionError):
            return not isinstance(error, TLSError)
        if not isinstance(error, APIStatusError) or error.status not in self.statuses:
            return False
        return error.status == 429 or (idempotent and not _is_blocked(error))


def retry_after_delay(policy: RetryPolicy, error: APIStatusError, attempt: int) -> float:
    """Return the seconds that the server asks for, at most `max_retry_after`; 10 where it does not say.

    A server that says 0, or a date in the past, is not asked again at once: the delay is never less than a growing backoff.
    """
    asked = _RATE_LIMIT_WINDOW if error.retry_after is None else error.retry_after
    if asked > policy.max_retry_after:
        limit = policy.max_retry_after
        log.warning("Retry-After of %.6g s is cut to %.3g s (see RetryPolicy.max_retry_after)", asked, limit)
        asked = limit
    ceiling = _backoff_ceiling(policy, attempt)
    return max(asked, random.uniform(ceiling / 2, ceiling))  # noqa: S311  # only spreads load


def _backoff_ceiling(policy: RetryPolicy, attempt: int) -> float:
    return min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 64))  # a larger power could be infinite


def _is_blocked(error: APIStatusError) -> bool:
    """Return whether a 503 means a blocked account, not a server in trouble (truto-skills: errors and evidence)."""
    return error.status == 503 and b"blocked" in json.dumps(error.body).lower()
