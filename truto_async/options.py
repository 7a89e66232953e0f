"""The options of clients: when to retry, how many requests to send, and which functions to call."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from attrs import field, frozen

from truto_async._config.checks import check_count, check_seconds
from truto_async._limits import retry
from truto_async._limits.rate_limit import RateLimit
from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    import attrs

    from truto_async.errors import TrutoError
    from truto_async.events import Hooks
else:

    def __getattr__(name: str) -> object:
        """Load the hooks on first use: most clients have none."""
        if name == "Hooks":
            from truto_async.events import Hooks  # noqa: PLC0415

            return Hooks
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)


__all__ = ["Hooks", "RateLimit", "RetryPolicy"]

_NEVER_RETRIED = frozenset({400, 401, 403, 404, 405, 409, 422})


def _check_statuses(_: object, __: attrs.Attribute[Collection[int]], value: Collection[int]) -> None:
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

    attempts: int = field(default=4, validator=check_count)
    """The most attempts for one call, the first included. Answers of 429 do not count."""

    rate_limit_attempts: int = field(default=10, validator=check_count)
    """The most attempts for one call that is answered with 429, the first included."""

    base: float = field(default=0.5, validator=check_seconds)
    """The longest wait before the first retry, in seconds."""

    cap: float = field(default=8.0, validator=check_seconds)
    """The longest wait that the server did not ask for, in seconds."""

    max_retry_after: float = field(default=60.0, validator=check_seconds)
    """The longest wait that the server can ask for, in seconds. A longer one is cut to this, with a warning in the log."""

    statuses: Collection[int] = field(default=frozenset({408, 425, 429, 500, 502, 503, 504}), validator=_check_statuses)
    """The statuses after which a request is retried."""

    budget: int = field(default=100, validator=check_count)
    """The size of the client's retry budget, a token bucket that keeps an outage from being answered with a storm. A retry
    takes one token; a retry that succeeds returns one, a request that succeeds at once a fifth. Answers of 429 take none:
    they pause the client instead."""

    def delay(self, error: TrutoError, *, idempotent: bool, attempt: int) -> float | None:
        """Return the seconds to wait after attempt number `attempt` failed; None to give up."""
        return retry.retry_delay(self, error, idempotent=idempotent, attempt=attempt)
