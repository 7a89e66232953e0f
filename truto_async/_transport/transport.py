"""The transport: a call from its request to its result, with all its attempts and the waits between them.

It decides nothing itself about limits, retries or errors: it asks `_limits` and `translate`, and waits. `attempt` sends.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import attrs

from truto_async._limits.budget import RetryBudget
from truto_async._limits.retry import RetryPolicy, retry_after_delay
from truto_async._support import waits
from truto_async._transport import translate
from truto_async._transport.attempt import Attempt
from truto_async._transport.connections import ConnectionPools
from truto_async._transport.observer import Observer, log
from truto_async._transport.request import Response
from truto_async._transport.settings import CallOptions
from truto_async.errors import (
    APITimeoutError,
    ClientClosedError,
    InvalidArgumentError,
    RateLimitError,
    ResponseDecodeError,
    TrutoError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from truto_async._limits.limiter import RateLimiter
    from truto_async._transport.connections import ConnectionPool
    from truto_async._transport.request import Request
    from truto_async._transport.settings import Settings

__all__ = ["Transport"]

T = TypeVar("T")


class Call:
    """The state of one call while its attempts are made."""

    __slots__ = (
        "_cancels",
        "_ended",
        "_limit",
        "attempts",
        "deadline",
        "error",
        "maybe_done",
        "request",
        "sent",
        "task",
        "took_token",
    )

    def __init__(self, request: Request, seconds: float | None) -> None:
        """Start a call that may take some seconds in all."""
        self.request = request
        self._limit = seconds
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self.attempts = 0
        self.sent = False
        """Whether the last attempt may have reached the server."""
        self.maybe_done = False
        """Whether an earlier attempt may have been carried out."""
        self.took_token = False
        """Whether a retry took a token of the retry budget."""
        self.error: TrutoError | None = None
        self.task = cast("asyncio.Task[object]", asyncio.current_task())
        self._cancels = self.task.cancelling()
        self._ended: asyncio.Future[None] | None = None

    def seconds_left(self) -> float | None:
        """Return the seconds until the deadline; None without one."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def fail(self, error: TrutoError) -> None:
        """Record how an attempt failed."""
        error.attempts = self.attempts
        self.error = error
        self.maybe_done = self.maybe_done or (self.sent and not isinstance(error, RateLimitError))
        self.sent = False

    def out_of_time(self, what: str, seconds: float | None = None) -> TrutoError:
        """Make the error of a wait that the deadline forbids: the error of the last attempt, or else a timeout."""
        if self._limit is None:  # a limit of the user's own
            return InvalidArgumentError(f"rate_limit: acquire() without a deadline must return None, not {seconds!r}")
        if seconds is None:
            reason = f"the deadline of {self._limit} s came while waiting for {what}"
        else:
            reason = f"the deadline of {self._limit} s leaves no time to wait {seconds:.3g} s for {what}"
        if self.error is not None:
            last, self.error = self.error, None
            return give_up(last, reason)
        error = APITimeoutError(f"{reason} ({self.request})")
        error.attempts = self.attempts
        return error

    def interrupt(self) -> asyncio.Future[None]:
        """End the call, whatever it waits for, because its client is closed; the future is done once it has ended."""
        if self._ended is None:
            self._ended = self.task.get_loop().create_future()
            self.task.cancel()
        return self._ended

    def take_back_interrupt(self) -> bool:
        """Return whether it was `interrupt` alone, and nobody else, that cancelled the task; and uncancel the task."""
        return self._ended is not None and self.task.uncancel() <= self._cancels

    def end(self) -> None:
        """Let the one who interrupted the call go on."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)


def give_up(error: TrutoError, reason: str) -> TrutoError:
    """Say in an error why there was no other attempt."""
    error.args = (f"{error}; not tried again: {reason}",)
    return error


class Shared:
    """What the clients made by `with_options` have in common."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pools: ConnectionPools = ConnectionPools(settings)
        self.budget: RetryBudget = RetryBudget((settings.retry or RetryPolicy()).budget)
        self.companions: dict[Callable[[Transport], Any], Any] = {}
        """What other modules keep for the client, by the function that made it."""


class Transport:
    """Makes the calls of one client."""

    def __init__(self, settings: Settings, shared: Shared | None = None) -> None:
        """Open nothing yet."""
        self.settings: Settings = settings
        self._shared = Shared(settings) if shared is None else shared
        self._observer = Observer(settings.hooks)
        self._host = urlsplit(settings.base_url).netloc

    def with_options(self, options: CallOptions) -> Transport:
        """Return a transport with other options, on the same connections, rate limit and retry budget."""
        return Transport(attrs.evolve(self.settings, **options), self._shared)

    def to_options(self) -> tuple[dict[str, Any], CallOptions]:
        """Return the constructor's arguments for such a client, without the token, and those that `with_options` changed.

        Raises TypeError for settings that cannot be pickled.
        """
        given, here = self._shared.settings, self.settings
        changed = {
            name: getattr(here, name) for name in CallOptions.__annotations__ if getattr(here, name) != getattr(given, name)
        }
        return given.to_options(), cast("CallOptions", changed)

    @property
    def is_closed(self) -> bool:
        """Whether the client is closed."""
        return self._shared.pools.closed

    def may_stay_open(self) -> None:
        """Say that nobody has to close the client."""
        self._shared.pools.may_stay_open = True

    def refuse(self, problem: str) -> None:
        """Answer each call with InvalidArgumentError."""
        self._shared.pools.refuse(problem)

    def check_open(self) -> None:
        """Raise ClientClosedError if the client is closed, or InvalidArgumentError if it never was of use."""
        self._shared.pools.check_open()

    async def close(self) -> None:
        """End all calls and close the connections; a second time does nothing."""
        await self._shared.pools.close()

    def companion(self, make: Callable[[Transport], T]) -> T:
        """Return the object that `make` makes for this client and its copies: the same one each time."""
        found: T | None = self._shared.companions.get(make)
        return self._shared.companions.setdefault(make, make(self)) if found is None else found

    def start_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine in a task of its own, which is cancelled when the client is closed."""
        return self._shared.pools.start_background(work)

    async def fetch(
        self,
        request: Request,
        read: Callable[[bytes], T],
        verify: Callable[[T], ResponseDecodeError | None] | None = None,
        *,
        see: Callable[[Response], object] | None = None,
    ) -> T:
        """Make a call and return what `read` makes of the response's body; raises TrutoError.

        Where `verify` returns an error, the call is made once more, on new connections; if it still does, that is raised.
        `see` is called with the response before its body is read, for what its headers say.
        """
        pools = self._shared.pools
        call = Call(request, self.settings.deadline)
        pools.calls.add(call)
        try:
            response = await self._send(call, await pools.current())
            if see is not None:
                see(response)
            found = self._decode(response, read, call)
            if verify is not None and verify(found) is not None:
                await pools.replace_current()
                found = self._decode(await self._send(call, await pools.current()), read, call)
                error = verify(found)
                if error is not None:
                    error.attempts = call.attempts
                    raise error
            return found
        except asyncio.CancelledError:
            if not call.take_back_interrupt():
                raise
            done = "; the request may have been carried out" if call.maybe_done or call.sent else ""
            problem = f"the client was closed while this call was under way ({request}){done}"
        finally:
            pools.calls.discard(call)
            call.end()
        closed = ClientClosedError(problem)
        closed.attempts = call.attempts
        raise closed

    async def _send(self, call: Call, pool: ConnectionPool) -> Response:
        """Make attempts until there is a response with a status of 2xx; raises TrutoError."""
        budget = self._shared.budget
        while True:
            outcome = await self._attempt(call, pool)
            if isinstance(outcome, Response):
                if not budget.is_full:
                    budget.refund(took_token=call.took_token)
                    call.took_token = False
                return outcome
            delay = self._retry_delay(call, outcome)
            if delay is None:
                call.error = None
                try:
                    raise outcome
                finally:
                    del outcome  # the traceback refers to this frame: each would keep the other alive
            await asyncio.sleep(delay)

    async def _attempt(self, call: Call, pool: ConnectionPool) -> Response | TrutoError:
        """Wait for the rate limits and for a free connection, send once, and tell good answers from bad ones."""
        settings, request = self.settings, call.request
        call.sent = False
        taken: list[RateLimiter] = []
        try:
            for limit in self._limits(request) if request.account else (settings.rate_limit,):
                if limit is None:
                    continue
                if not limit.try_acquire():
                    seconds = await limit.acquire(call.deadline)
                    if seconds is not None:
                        raise call.out_of_time("a free slot of the rate limit", seconds)
                taken.append(limit)
            if not await pool.acquire(None if call.deadline is None else call.seconds_left()):
                raise call.out_of_time("a free connection")  # pragma: no cover  # run; 3.11 does not trace it
            try:
                pool.check_open()
                outcome = await self._send_once(call, pool)
            finally:
                pool.release()
        finally:
            for limit in taken:
                limit.release(counted=call.sent)
        if isinstance(outcome, TrutoError):
            pool.check_open()
            return outcome
        if 200 <= outcome.status < 300:
            return outcome
        if outcome.status == 404 and request.method == "DELETE" and call.maybe_done:
            return Response(204, {}, b"")  # an earlier attempt deleted it
        token = settings.token  # which the answer may echo
        headers = {name.lower(): token.redact_text(value) for name, value in outcome.headers.items()}
        return translate.from_response(request, Response(outcome.status, headers, token.redact(outcome.body)))

    async def _send_once(self, call: Call, pool: ConnectionPool) -> Response | TrutoError:
        """Send the request; once more at once if the server had closed the idle connection, which nobody needs to know."""
        settings, request = self.settings, call.request
        call.attempts += 1
        is_observed = settings.hooks is not None or log.isEnabledFor(logging.DEBUG)
        if is_observed:
            self._observer.attempt_started(request, call.attempts)
        began = time.monotonic()
        while True:
            attempt = Attempt(settings, request, self._host)
            seconds = settings.timeout
            if call.deadline is not None:
                left = call.deadline - time.monotonic()
                seconds = left if seconds is None else min(seconds, left)
            try:
                outcome = await attempt.run(pool.session, pool.fast_get, pool.timer, seconds)
            finally:
                call.sent = call.sent or attempt.sent
            if not (attempt.stale and request.is_idempotent) or pool.session.closed:
                break
            call.maybe_done = True  # pragma: no cover  # run; Python 3.11 does not trace it
        if is_observed:
            self._observer.attempt_ended(request, call.attempts, outcome, time.monotonic() - began)
        return outcome

    def _decode(self, response: Response, read: Callable[[bytes], T], call: Call) -> T:
        token = self.settings.token
        try:
            try:
                return read(response.body)
            except ResponseDecodeError as error:
                if error.body is None or not token.is_in(error.body):
                    raise
            return read(token.redact(response.body))  # an error shows the body, and this one echoes the token
        except ResponseDecodeError as error:
            error.attempts = call.attempts
            raise

    def _limits(self, request: Request) -> list[RateLimiter]:
        """Return the rate limits of a request: that of its connected account, where it names one, and the client's."""
        limit = self.settings.rate_limit
        if limit is None:
            return []
        account = None if request.account is None else limit.for_account(request.account)
        return [limit] if account is None else [account, limit]

    def _retry_delay(self, call: Call, error: TrutoError) -> float | None:
        """Return the seconds until the next attempt; None to give up."""
        call.fail(error)
        policy = self.settings.retry
        seconds = None
        if policy is not None:
            seconds = policy.delay(error, idempotent=call.request.is_idempotent, attempt=call.attempts)
        is_paused = isinstance(error, RateLimitError) and self._pause(call, error, seconds)
        if seconds is None:
            return None
        left = call.seconds_left()
        if left is not None and seconds > left:
            call.out_of_time("the next attempt", seconds)
            return None
        if not isinstance(error, RateLimitError):
            if not self._shared.budget.take():
                give_up(error, "there were too many retries lately (see RetryPolicy.budget)")
                return None
            call.took_token = True
        self._observer.retrying(call.request, call.attempts, seconds, error)
        return 0.0 if is_paused else waits.seconds_to_wait(seconds)

    def _pause(self, call: Call, error: RateLimitError, seconds: float | None) -> bool:
        """Pause the rate limit that was exceeded; False where there is none, and only this call has to wait."""
        if seconds is None:  # there will be no other attempt; other calls wait all the same
            seconds = retry_after_delay(self.settings.retry or RetryPolicy(), error, call.attempts)
        self._observer.rate_limited(call.request, seconds, is_remote=error.is_remote)
        limits = self._limits(call.request)
        exceeded = limits[:-1] if error.is_remote else limits[-1:]
        for limit in exceeded:
            limit.pause(seconds)
        return bool(exceeded)
