"""What hooks are told. Loaded where there are hooks."""

from __future__ import annotations

from attrs import frozen

from truto_async.errors import TrutoError

__all__ = ["RateLimitedEvent", "RequestEvent", "ResponseEvent", "RetryEvent"]


@frozen(kw_only=True)
class RequestEvent:
    """An attempt begins."""

    method: str
    """The HTTP method."""

    path: str
    """The path, without the query."""

    attempt: int
    """Which attempt of its call this is, from 1."""


@frozen(kw_only=True)
class ResponseEvent:
    """An attempt ended."""

    method: str
    """The HTTP method."""

    path: str
    """The path, without the query."""

    attempt: int
    """Which attempt of its call this was, from 1."""

    status: int | None
    """The status of the answer; None where none came."""

    seconds: float
    """How long the attempt took, in seconds."""

    rate_limit: str | None
    """The connected product's limit as the server passed it on, in `ratelimit-limit`; None where it did not."""

    rate_limit_remaining: float | None
    """The requests left of it, from `ratelimit-remaining`."""

    rate_limit_reset: float | None
    """The seconds until it starts anew, from `ratelimit-reset`."""


@frozen(kw_only=True)
class RetryEvent:
    """A request will be sent again."""

    method: str
    """The HTTP method."""

    path: str
    """The path, without the query."""

    attempt: int
    """Which attempt failed, from 1."""

    delay: float
    """The seconds until the next."""

    error: TrutoError
    """What went wrong."""


@frozen(kw_only=True)
class RateLimitedEvent:
    """The server answered 429."""

    method: str
    """The HTTP method."""

    path: str
    """The path, without the query."""

    seconds: float
    """How long nothing more is sent to what was limited."""

    is_remote: bool
    """True where it was the connected product's limit, which pauses this call and those to the same account only."""
