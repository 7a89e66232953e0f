"""One attempt: a request is sent once, and its response is read, within a time limit.

Whether to try again is decided elsewhere. Together with `fast_get`, this is where the SDK talks to aiohttp.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from truto_async._transport import translate
from truto_async._transport.fast_get import Head, mark_used
from truto_async._transport.request import Response
from truto_async._version import __version__
from truto_async.errors import ResponseTooLargeError, TrutoError

if TYPE_CHECKING:
    from truto_async._transport.fast_get import FastGet
    from truto_async._transport.request import Request
    from truto_async._transport.settings import Settings

__all__ = ["Attempt", "DeadlineTimer", "TrackedRequest", "request_headers"]

_MAX_ERROR_BYTES = 8 * 1024 * 1024

# After these, on a connection that was used before, the server may just have closed it.
_DISCONNECTED = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)


class DeadlineTimer:
    """One timer of the event loop for all attempts in it: a timer for each would take 3 % of a small request."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due: dict[Attempt, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self, attempt: Attempt, seconds: float | None) -> None:
        """Call `attempt.expire()` in some seconds; None for never."""
        if seconds is None:
            return
        self._due[attempt] = due = self._loop.time() + seconds
        if self._timer is None or due < self._timer.when():
            self.close()
            self._set(due)

    def stop(self, attempt: Attempt) -> None:
        """Forget an attempt. The timer goes on: most likely the next attempt needs it no earlier."""
        self._due.pop(attempt, None)

    def close(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, due: float) -> None:
        # In a context of its own, so that the context variables of the first caller can be collected.
        self._timer = self._loop.call_at(due, self._expire_due, due, context=Context())

    def _expire_due(self, due: float) -> None:
        self._timer = None
        now = max(self._loop.time(), due)  # the timer may fire slightly early
        for attempt in [attempt for attempt, due in self._due.items() if due <= now]:
            del self._due[attempt]
            attempt.expire()
        if self._due:
            self._set(min(self._due.values()))


class DisconnectedError(aiohttp.ClientError):
    """Stands in for an error after which aiohttp would send the request again by itself."""

    def __init__(self, original: Exception) -> None:
        super().__init__()
        self.original = original


class TrackedRequest(aiohttp.ClientRequest):
    """A request of a session that remembers whether it was sent, and on which kind of connection."""

    sent = False
    reused_connection = False
    transport: asyncio.Transport | None = None

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Send it."""
        self.sent = True
        self.reused_connection = mark_used(conn)
        self.transport = conn.transport
        return await super().send(conn)


def request_headers(settings: Settings) -> dict[str, str]:
    """Return the headers of every request."""
    return {
        "Authorization": settings.token.authorization,
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": f"truto-async/{__version__}",
    }


class Attempt:
    """One attempt, and what is known of it afterwards."""

    __slots__ = ("_expired", "_head", "_host", "_pieces", "_request", "_settings", "_task", "_transport", "sent", "stale")

    def __init__(self, settings: Settings, request: Request, host: str) -> None:
        """Prepare to send a request; the host is for messages."""
        self._settings = settings
        self._request = request
        self._host = host
        self.sent: bool = settings.session is not None
        """Whether the server may have seen the request. On a session that was handed in that is unknown, so it may."""
        self.stale: bool = False
        """Whether the server had closed the connection while it was idle."""
        self._task: asyncio.Task[Any] | None = None
        self._transport: asyncio.Transport | None = None
        self._expired = False
        self._head: Head | None = None
        self._pieces: list[bytes] = []

    async def run(
        self, session: aiohttp.ClientSession, fast_get: FastGet | None, timer: DeadlineTimer, seconds: float | None
    ) -> Response | TrutoError:
        """Send the request and return the response, of any status, or the error that came in its place.

        Errors are returned and not raised, since a traceback from here would hold the HTTP library's frames, and the token.
        """
        self._task = task = cast("asyncio.Task[Any]", asyncio.current_task())
        cancels = task.cancelling()
        timer.start(self, seconds)
        cause: Exception
        try:
            if seconds is not None and seconds <= 0:
                raise TimeoutError  # handled as any other
            is_fast = fast_get is not None and self._request.is_plain and fast_get.is_usable
            await (self._run_fast(cast("FastGet", fast_get)) if is_fast else self._run_in_session(session))
            return self._response()
        except TrutoError as error:
            return error.with_traceback(None)
        except DisconnectedError as error:
            cause = error.original
        except (aiohttp.ClientError, OSError) as error:
            cause = error
        except asyncio.CancelledError:
            if task.cancelling() - self._expired > cancels or not (self._expired or session.closed):
                raise
            # Cancelled by the timer; or not at all, but a session that closes cancels its own DNS lookup.
            cause = TimeoutError() if self._expired else ConnectionError("the connection was closed")
        finally:
            timer.stop(self)
            self._task = None
            if self._expired:
                task.uncancel()  # as asyncio.timeout does: the timer takes back its own request to cancel, and no other
        if self._head is not None and self._head.status >= 300:
            return self._response()  # an error status is a response, even if its body was cut short
        return translate.from_exception(self._request, self._host, cause, sent=self.sent)

    def expire(self) -> None:
        """End the attempt: its time is up."""
        if self._task is not None:  # pragma: no branch  # the timer is stopped before
            self._expired = True
            self._task.cancel()

    def _response(self) -> Response:
        head = cast("Head", self._head)
        return Response(head.status, head.headers, b"".join(self._pieces))

    async def _run_fast(self, fast_get: FastGet) -> None:
        connection = await fast_get.connect()
        self.sent = True
        reused = mark_used(connection)
        try:
            await self._read(await fast_get.send(connection, self._request.target))
        except BaseException as error:
            connection.close()
            self.stale = reused and self._head is None and isinstance(error, _DISCONNECTED)
            raise
        connection.release()

    async def _run_in_session(self, session: aiohttp.ClientSession) -> None:
        settings, request = self._settings, self._request
        is_own = settings.session is None
        headers: dict[str, str] = {} if is_own and settings.proxy is None else request_headers(settings)
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        if settings.proxy is not None and not settings.base_url.startswith("https:"):
            headers |= settings.proxy.headers  # there is no tunnel: the proxy reads the request itself
        try:
            async with session.request(
                request.method,
                URL(settings.base_url + request.target, encoded=True),
                data=request.body,
                headers=headers,
                allow_redirects=False,
                raise_for_status=False,
                proxy=None if settings.proxy is None else settings.proxy.url,
                proxy_headers=None if settings.proxy is None else dict(settings.proxy.headers),
                ssl=True if settings.ssl is None else settings.ssl,
                middlewares=(self._send_once,) if is_own else None,
            ) as response:
                protocol = None if response.connection is None else response.connection.protocol
                await self._read(Head(response.status, response.headers, response.content, protocol))
        except BaseException:
            if self._transport is not None:
                self._transport.abort()  # aiohttp closes it, which would wait until the server has read what is left
            raise

    async def _send_once(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Keep aiohttp from sending a request again by itself: attempts are counted and bounded by the transport."""
        tracked = cast("TrackedRequest", request)
        try:
            return await handler(request)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise
        except _DISCONNECTED as error:
            self.stale = tracked.reused_connection
            raise DisconnectedError(error) from None
        finally:
            self.sent = tracked.sent
            self._transport = tracked.transport

    async def _read(self, head: Head) -> None:
        """Read the body, up to `max_response_bytes`; the beginning of an error's body is enough."""
        self._head = head
        limit = self._settings.max_response_bytes
        if head.status >= 300:
            limit = min(limit, _MAX_ERROR_BYTES)
        content, pieces, size = head.content, self._pieces, 0
        while not content.at_eof():
            pieces.append(content.read_nowait() if content.is_eof() else await _next_piece(head))
            size += len(pieces[-1])
            if size > limit:
                # What is left unread closes the connection.
                if head.status < 300:
                    raise ResponseTooLargeError(f"the answer has more than {limit:,} bytes; see max_response_bytes")
                pieces[-1] = pieces[-1][: limit - size]
                return


class BodyWatch:
    """Fails the body that is being read when its connection closes.

    aiohttp closes the connection after a malformed chunk, but does not tell the reader of the body.
    """

    def __init__(self) -> None:
        self.content: aiohttp.StreamReader | None = None

    def connection_closed(self, closed: asyncio.Future[None]) -> None:
        """Wake the reader, unless aiohttp has done so."""
        if not closed.cancelled():
            closed.exception()  # else asyncio would log that nobody has looked at it
        content = self.content
        if content is not None and not content.is_eof() and content.exception() is None:
            content.set_exception(aiohttp.ClientPayloadError("the connection was closed in the middle of the body"))


_watches: WeakKeyDictionary[object, BodyWatch] = WeakKeyDictionary()


def _watch(head: Head) -> BodyWatch:
    """Return the watch of a connection, which is told when it closes."""
    closed: asyncio.Future[None] | None = getattr(head.protocol, "closed", None)
    if closed is None:  # aiohttp does not tell
        return BodyWatch()
    watch = _watches.get(head.protocol)
    if watch is None:
        watch = _watches[head.protocol] = BodyWatch()
        closed.add_done_callback(watch.connection_closed)
    return watch


async def _next_piece(head: Head) -> bytes:
    """Wait for the next piece of a body."""
    watch = _watch(head)
    watch.content = head.content
    try:
        return await head.content.readany()
    except RuntimeError:  # the connection was lost since the last piece
        raise aiohttp.ServerDisconnectedError from None
    except HttpProcessingError as error:  # pragma: no cover  # of aiohttp's parser in Python; the one in C does not raise it
        raise aiohttp.ClientPayloadError(error.message) from error
    finally:
        watch.content = None
