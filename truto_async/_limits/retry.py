"""Retry decisions: whether a failed attempt is worth another, and how long to wait first. Pure, but for the randomness."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

from truto_async._codec import json
from truto_async.errors import APIConnectionError, APIStatusError, RateLimitError, TLSError

if TYPE_CHECKING:
    from truto_async.errors import TrutoError
    from truto_async.options import RetryPolicy

__all__ = ["is_retryable", "retry_after_delay", "retry_delay"]

log = logging.getLogger("truto_async")

_RATE_LIMIT_WINDOW = 10.0


def retry_delay(policy: RetryPolicy, error: TrutoError, *, idempotent: bool, attempt: int) -> float | None:
    """Return the seconds to wait after attempt number `attempt` failed; None to give up."""
    most = policy.rate_limit_attempts if isinstance(error, RateLimitError) else policy.attempts
    if attempt >= most or not is_retryable(policy, error, idempotent=idempotent):
        return None
    if isinstance(error, RateLimitError) or (isinstance(error, APIStatusError) and error.retry_after is not None):
        return retry_after_delay(policy, error, attempt)
    return random.uniform(0, _backoff_ceiling(policy, attempt))  # noqa: S311  # only spreads load


def is_retryable(policy: RetryPolicy, error: TrutoError, *, idempotent: bool) -> bool:
    """Return whether another attempt may succeed, and cannot do a write twice."""
    if isinstance(error, APIConnectionError):
        return not isinstance(error, TLSError)
    if not isinstance(error, APIStatusError) or error.status not in policy.statuses:
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
