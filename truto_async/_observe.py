"""What users can see of the work: log lines and hooks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from truto_async._request import Request, Response
    from truto_async.errors import TrutoError

    # Named in annotations alone, which attrs does not evaluate.
    from truto_async.events import RateLimitedEvent, RequestEvent, ResponseEvent, RetryEvent  # noqa: TC004

__all__ = ["Hooks", "Observer"]

log = logging.getLogger("truto_async")
log.addHandler(logging.NullHandler())  # else Python prints warnings where the program has set up no logging

E_ = TypeVar("E_")
Hook: TypeAlias = Callable[[E_], object]


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
        if hooks is not None:
            from truto_async import events  # noqa: PLC0415  # most clients have no hooks

            self._events = events

    def request(self, request: Request, attempt: int) -> None:
        """Tell of an attempt that begins."""
        if self._hooks.on_request is not None:
            _call(
                self._hooks.on_request, self._events.RequestEvent(method=request.method, path=request.path, attempt=attempt)
            )

    def response(self, request: Request, attempt: int, outcome: Response | TrutoError, seconds: float) -> None:
        """Tell of an attempt that ended."""
        status = None if isinstance(outcome, Exception) else outcome.status
        if log.isEnabledFor(logging.DEBUG):
            what = type(outcome).__name__ if status is None else status
            log.debug("%s %s: %s, attempt %d, %.3f s", request.method, request.path, what, attempt, seconds)
        if self._hooks.on_response is not None:
            headers: Mapping[str, str] = {} if isinstance(outcome, Exception) else outcome.headers
            event = self._events.ResponseEvent(
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
            event = self._events.RetryEvent(
                method=request.method, path=request.path, attempt=attempt, delay=delay, error=error
            )
            _call(self._hooks.on_retry, event)

    def rate_limited(self, request: Request, seconds: float, *, is_remote: bool) -> None:
        """Tell of a pause."""
        whose = "the connected product" if is_remote else "Truto"
        log.warning("rate limited by %s (%s): a pause of %.3g s", whose, request, seconds)
        if self._hooks.on_rate_limited is not None:
            event = self._events.RateLimitedEvent(
                method=request.method, path=request.path, seconds=seconds, is_remote=is_remote
            )
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
