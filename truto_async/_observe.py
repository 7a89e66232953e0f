"""What users can see of the work: log lines and hooks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from attrs import frozen

from truto_async.errors import TrutoError

if TYPE_CHECKING:
    from truto_async._request import Request, Response

__all__ = ["Hooks", "Observer", "RateLimitedEvent", "RequestEvent", "ResponseEvent", "RetryEvent"]

log = logging.getLogger("truto_async")
log.addHandler(logging.NullHandler())  # else Python prints warnings where the program has set up no logging

E_ = TypeVar("E_")
Hook: TypeAlias = Callable[[E_], object]


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


@frozen(kw_only=True)
class Hooks:
    """Functions that are called while requests are made. They run in the event loop, so they must be quick.

    A hook that raises is logged, and breaks nothing.
    """

    on_request: Hook[RequestEvent] | None = None
    """Called before each attempt."""

    on_response: Hook[ResponseEvent] | None = None
    """Called after each attempt."""

    on_retry: Hook[RetryEvent] | None = None
    """Called before the wait for the next attempt."""

    on_rate_limited: Hook[RateLimitedEvent] | None = None
    """Called for each answer of 429."""


class Observer:
    """Writes log lines and calls hooks. Costs next to nothing where nobody looks."""

    def __init__(self, hooks: Hooks | None) -> None:
        """Take the hooks."""
        self._hooks = Hooks() if hooks is None else hooks

    def request(self, request: Request, attempt: int) -> None:
        """Tell of an attempt that begins."""
        if self._hooks.on_request is not None:
            _call(self._hooks.on_request, RequestEvent(method=request.method, path=request.path, attempt=attempt))

    def response(self, request: Request, attempt: int, outcome: Response | TrutoError, seconds: float) -> None:
        """Tell of an attempt that ended."""
        status = None if isinstance(outcome, Exception) else outcome.status
        if log.isEnabledFor(logging.DEBUG):
            what = type(outcome).__name__ if status is None else status
            log.debug("%s %s: %s, attempt %d, %.3f s", request.method, request.path, what, attempt, seconds)
        if self._hooks.on_response is not None:
            headers: Mapping[str, str] = {} if isinstance(outcome, Exception) else outcome.headers
            event = ResponseEvent(
                method=request.method,
                path=request.path,
                attempt=attempt,
                status=status,
                seconds=seconds,
                rate_limit=headers.get("ratelimit-limit"),
                rate_limit_remaining=_number(headers.get("ratelimit-remaining")),
                rate_limit_reset=_number(headers.get("ratelimit-reset")),
            )
            _call(self._hooks.on_response, event)

    def retry(self, request: Request, attempt: int, delay: float, error: TrutoError) -> None:
        """Tell of another attempt."""
        log.warning("attempt %d failed, trying again in %.3g s: %s", attempt, delay, error)
        if self._hooks.on_retry is not None:
            event = RetryEvent(method=request.method, path=request.path, attempt=attempt, delay=delay, error=error)
            _call(self._hooks.on_retry, event)

    def rate_limited(self, request: Request, seconds: float, *, is_remote: bool) -> None:
        """Tell of a pause."""
        whose = "the connected product" if is_remote else "Truto"
        log.warning("rate limited by %s (%s): a pause of %.3g s", whose, request, seconds)
        if self._hooks.on_rate_limited is not None:
            event = RateLimitedEvent(method=request.method, path=request.path, seconds=seconds, is_remote=is_remote)
            _call(self._hooks.on_rate_limited, event)


def _call(hook: Hook[E_], event: E_) -> None:
    try:
        hook(event)
    except (Exception, SystemExit):  # a hook must not end the event loop, either
        log.exception("a hook failed; the request goes on")


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
