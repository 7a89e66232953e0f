"""Calls: a request goes out, again where that helps, and an answer or an error comes back, in time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import attrs

from truto_async import _outcome, _waiting
from truto_async._call import Call
from truto_async._exchange import Exchange
from truto_async._observe import Observer
from truto_async._request import Response
from truto_async._retry import RetryBudget, RetryPolicy, server_wish
from truto_async._session import Sessions
from truto_async.errors import RateLimitError, ResponseDecodeError, TrutoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from truto_async._request import Request
    from truto_async._session import Channel
    from truto_async._settings import CallOptions, Settings
    from truto_async._throttle import RateLimit

__all__ = ["Transport"]

T = TypeVar("T")


class Shared:
    """What a client has in common with those made by its `with_options`."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings of the first client."""
        self.sessions: Sessions = Sessions(settings)
        self.budget: RetryBudget = RetryBudget((settings.retry or RetryPolicy()).budget)


class Transport:
    """Makes the calls of one client."""

    def __init__(self, settings: Settings, shared: Shared | None = None) -> None:
        """Take the settings, and what is shared with another transport; nothing is opened yet."""
        self.settings: Settings = settings
        self._shared = Shared(settings) if shared is None else shared
        self._observer = Observer(settings.hooks)
        self._host = urlsplit(settings.base_url).netloc

    def with_options(self, options: CallOptions) -> Transport:
        """Make a transport with other options, on the same connections, rate limit and budget."""
        return Transport(attrs.evolve(self.settings, **options), self._shared)

    def check_open(self) -> None:
        """Raise ClientClosedError if it is closed."""
        self._shared.sessions.check_open()

    async def close(self) -> None:
        """Close the connections; a second time does nothing."""
        await self._shared.sessions.close()

    async def fetch(self, request: Request, read: Callable[[bytes], T], accept: Callable[[T], bool] = lambda _: True) -> T:
        """Send, and make of the body what `read` makes of it; raises TrutoError.

        What is not accepted is asked for once more, on new connections.
        """
        call = Call(request, self.settings.deadline)
        found = self._decode(await self._send(call), read, call)
        if not accept(found):
            await self._shared.sessions.refresh()
            found = self._decode(await self._send(call), read, call)
        return found

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
            error.attempts = call.attempt
            raise

    async def _send(self, call: Call) -> Response:
        """Send until there is an answer with a status of 2xx; raises TrutoError."""
        while True:
            outcome = await self._attempt(call)
            if isinstance(outcome, Response):
                self._shared.budget.give_back(after_retry=call.attempt > 1)
                return outcome
            delay = self._delay(call, outcome)
            if delay is None:
                call.error = None
                try:
                    raise outcome
                finally:
                    del outcome  # the traceback refers to this frame: each would keep the other alive
            await asyncio.sleep(delay)

    async def _attempt(self, call: Call) -> Response | TrutoError:
        """Wait for a slot of each rate limit, then for a free connection, and send."""
        call.sent = False
        channel = await self._shared.sessions.channel()
        taken: list[RateLimit] = []
        try:
            for limit in self._limits(call.request):
                seconds = None if limit.take() else await limit.acquire(call.deadline)
                if seconds is not None:
                    raise call.out_of_time("a free slot of the rate limit", seconds)
                taken.append(limit)
            if not await channel.enter(call.left()):
                raise call.out_of_time("a free connection")  # pragma: no cover  # run; 3.11 does not trace it
            try:
                self.check_open()
                channel.check_open()
                return self._judge(call, await self._exchange(call, channel))
            finally:
                channel.leave()
        finally:
            for limit in taken:
                limit.release(counted=call.sent)

    def _limits(self, request: Request) -> list[RateLimit]:
        limit = self.settings.rate_limit
        if limit is None:
            return []
        account = None if request.account is None else limit.for_account(request.account)
        return [limit] if account is None else [account, limit]

    async def _exchange(self, call: Call, channel: Channel) -> Response | TrutoError:
        """Send once; on a connection that the server had meanwhile closed, which nobody needs to know, again."""
        call.attempt += 1
        began = time.monotonic()
        self._observer.request(call.request, call.attempt)
        while True:
            exchange = Exchange(self.settings, call.request, self._host)
            try:
                outcome = await exchange.run(channel, call.bounded(self.settings.timeout))
            finally:
                call.sent = call.sent or exchange.sent
            closed = self._shared.sessions.closed or channel.session.closed
            again = exchange.stale and call.request.is_idempotent and not closed
            call.maybe_done = call.maybe_done or again
            if not again:  # pragma: no branch  # taken; Python 3.11 does not always trace it
                break
        self._observer.response(call.request, call.attempt, outcome, time.monotonic() - began)
        return outcome

    def _judge(self, call: Call, outcome: Response | TrutoError) -> Response | TrutoError:
        """Tell good answers from bad ones."""
        if isinstance(outcome, TrutoError):
            self.check_open()  # closing breaks off what is under way
            return outcome
        if 200 <= outcome.status < 300:
            return outcome
        if outcome.status == 404 and call.request.method == "DELETE" and call.maybe_done:
            return Response(204, {}, b"")  # an earlier attempt deleted it
        return _outcome.from_response(call.request, self._redacted(outcome))

    def _delay(self, call: Call, error: TrutoError) -> float | None:
        """Give the seconds until the next attempt; None to give up."""
        call.failed(error)
        policy = self.settings.retry
        paused = isinstance(error, RateLimitError) and self._pause(call, error)
        if policy is None:
            return None
        seconds = policy.delay(error, idempotent=call.request.is_idempotent, attempt=call.attempt)
        if seconds is None:
            return None
        if call.outlived_by(seconds):
            call.out_of_time("the next attempt", seconds)
            return None
        if not isinstance(error, RateLimitError) and not self._shared.budget.take():
            call.given_up(error, "there were too many retries lately (see RetryPolicy.budget)")
            return None
        self._observer.retry(call.request, call.attempt, seconds, error)
        return 0.0 if paused else _waiting.real(seconds)

    def _pause(self, call: Call, error: RateLimitError) -> bool:
        """Keep everybody back whom the same limit concerns; False where it is this call alone."""
        seconds = server_wish(error, self.settings.retry)
        self._observer.rate_limited(call.request, seconds, is_remote=error.is_remote)
        limits = self._limits(call.request)
        concerned = limits[:-1] if error.is_remote else limits[-1:]
        for limit in concerned:
            limit.pause(seconds)
        return bool(concerned)

    def _redacted(self, response: Response) -> Response:
        """Mask the token in an answer that echoes it."""
        token = self.settings.token
        headers = {name.lower(): token.redact_text(value) for name, value in response.headers.items()}
        return Response(response.status, headers, token.redact(response.body))
