"""Log lines and hooks: what users can see of a call while it is made."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from truto_async._transport.request import Request, Response
    from truto_async.errors import TrutoError
    from truto_async.events import Hooks

__all__ = ["Observer", "log"]

log = logging.getLogger("truto_async")
log.addHandler(logging.NullHandler())  # else Python prints warnings where the program has set up no logging

E = TypeVar("E")


class Observer:
    """Writes log lines and calls hooks."""

    def __init__(self, hooks: Hooks | None) -> None:
        self._hooks = hooks
        if hooks is not None:
            from truto_async import events  # noqa: PLC0415  # most clients have no hooks

            self._events = events

    def attempt_started(self, request: Request, attempt: int) -> None:
        """Report an attempt before it is sent."""
        if self._hooks is not None and self._hooks.on_request is not None:
            event = self._events.RequestEvent(method=request.method, path=request.path, attempt=attempt)
            _call(self._hooks.on_request, event)

    def attempt_ended(self, request: Request, attempt: int, outcome: Response | TrutoError, seconds: float) -> None:
        """Report an attempt's response, or the error that came in its place."""
        status = None if isinstance(outcome, Exception) else outcome.status
        if log.isEnabledFor(logging.DEBUG):
            what = type(outcome).__name__ if status is None else status
            log.debug("%s %s: %s, attempt %d, %.3f s", request.method, request.path, what, attempt, seconds)
        if self._hooks is not None and self._hooks.on_response is not None:
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

    def retrying(self, request: Request, attempt: int, delay: float, error: TrutoError) -> None:
        """Report that another attempt follows."""
        log.warning("attempt %d failed, trying again in %.3g s: %s", attempt, delay, error)
        if self._hooks is not None and self._hooks.on_retry is not None:
            event = self._events.RetryEvent(
                method=request.method, path=request.path, attempt=attempt, delay=delay, error=error
            )
            _call(self._hooks.on_retry, event)

    def rate_limited(self, request: Request, seconds: float, *, is_remote: bool) -> None:
        """Report an answer of 429, and the pause that follows it."""
        whose = "the connected product" if is_remote else "Truto"
        log.warning("rate limited by %s (%s): a pause of %.3g s", whose, request, seconds)
        if self._hooks is not None and self._hooks.on_rate_limited is not None:
            event = self._events.RateLimitedEvent(
                method=request.method, path=request.path, seconds=seconds, is_remote=is_remote
            )
            _call(self._hooks.on_rate_limited, event)


def _call(hook: Callable[[E], object], event: E) -> None:
    try:
        hook(event)
    except (Exception, SystemExit):  # a hook must not end the event loop, either
        log.exception("a hook failed; the request goes on")


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
