"""Hooks, and the events that they are called with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from attrs import frozen

from truto_async.errors import TrutoError

__all__ = ["Hooks", "RateLimitedEvent", "RequestEvent", "ResponseEvent", "RetryEvent"]

E_ = TypeVar("E_")
Hook: TypeAlias = Callable[[E_], object]


@frozen(kw_only=True)
class RequestEvent:
    """An attempt is about to be sent."""

    method: str
    """The HTTP method."""

    path: str
    """The path, without the query."""

    attempt: int
    """The number of this attempt of its call, from 1."""


@frozen(kw_only=True)
class ResponseEvent:
    """An attempt ended."""

    method: str
    """The HTTP method."""

    path: str
    """The path, without the query."""

    attempt: int
    """The number of this attempt of its call, from 1."""

    status: int | None
    """The status of the answer; None where none came."""

    seconds: float
    """How long the attempt took, in seconds."""

    rate_limit: str | None
    """The connected product's limit, such as "110;w=10", from the header `ratelimit-limit`; None where there is none."""

    rate_limit_remaining: float | None
    """The requests that are left of it, from `ratelimit-remaining`; None where there is none."""

    rate_limit_reset: float | None
    """The seconds until it is reset, from `ratelimit-reset`; None where there is none."""


@frozen(kw_only=True)
class RetryEvent:
    """A request will be sent again."""

    method: str
    """The HTTP method."""

    path: str
    """The path, without the query."""

    attempt: int
    """The number of the attempt that failed, from 1."""

    delay: float
    """The seconds until the next attempt."""

    error: TrutoError
    """The error of the failed attempt."""


@frozen(kw_only=True)
class RateLimitedEvent:
    """The server answered 429."""

    method: str
    """The HTTP method."""

    path: str
    """The path, without the query."""

    seconds: float
    """The length of the pause, in seconds."""

    is_remote: bool
    """True if it was the connected product's limit, which pauses only calls to the same account."""


@frozen(kw_only=True)
class Hooks:
    """Functions that are called while requests are made. They run in the event loop, so they must be quick.

    A hook that raises is logged, and the request goes on.
    """

    on_request: Hook[RequestEvent] | None = None
    """Called before each attempt."""

    on_response: Hook[ResponseEvent] | None = None
    """Called after each attempt."""

    on_retry: Hook[RetryEvent] | None = None
    """Called before the wait for the next attempt."""

    on_rate_limited: Hook[RateLimitedEvent] | None = None
    """Called for each answer of 429."""
