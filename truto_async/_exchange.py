"""One attempt: a request out, a response in. The only place where aiohttp talks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from yarl import URL

from truto_async import _outcome
from truto_async._direct import Answer
from truto_async._request import Response
from truto_async._session import request_headers
from truto_async._tracked import use
from truto_async.errors import ResponseTooLargeError, TrutoError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from aiohttp.client_proto import ResponseHandler

    from truto_async._direct import Direct
    from truto_async._request import Request
    from truto_async._session import Channel
    from truto_async._settings import Settings
    from truto_async._tracked import TrackedRequest

__all__ = ["Exchange"]


_MAX_ERROR_BYTES = 8 * 1024 * 1024


class BrokenOffError(aiohttp.ClientError):
    """Stands in for an error after which aiohttp would send the request again by itself."""

    def __init__(self, original: Exception) -> None:
        """Take the error."""
        super().__init__()
        self.original = original


# After these, on a connection that was used before, the server may just have closed it.
_BROKEN_OFF = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)


def _check_time(seconds: float | None) -> None:
    if seconds is not None and seconds <= 0:
        raise TimeoutError  # none is left; aiohttp would take it for no limit


class Exchange:
    """One attempt, and what is known of it afterwards."""

    __slots__ = ("_head", "_host", "_late", "_pieces", "_protocol", "_request", "_settings", "sent", "stale")

    def __init__(self, settings: Settings, request: Request, host: str) -> None:
        """Take what is sent, and the host for messages."""
        self._settings = settings
        self._request = request
        self._host = host
        self.sent: bool = settings.session is not None
        """Whether the server may have seen the request. Sessions that were handed in do not tell, so it may."""
        self.stale: bool = False
        """Whether a connection was used again that the server had meanwhile closed."""
        self._protocol: ResponseHandler | None = None
        self._late = False
        self._head: Answer | None = None
        self._pieces: list[bytes] = []

    async def run(self, channel: Channel, seconds: float | None) -> Response | TrutoError:
        """Send once. Failures are returned: raised from here, they would drag the HTTP library's frames along."""
        try:
            _check_time(seconds)
            await self._talk(channel, seconds)
        except TrutoError as error:
            return error
        except BrokenOffError as error:
            cause: Exception = error.original
        except (aiohttp.ClientError, OSError) as error:
            cause = error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Nobody cancelled this call: a session that closes cancels its own look-up of the name.
            cause = ConnectionError("the connection was given up")
        else:
            return self._response()
        if self._head is not None and self._head.status >= 300:
            # A status that says no is an answer, whatever became of its body.
            return self._response()
        return _outcome.from_exception(self._request, self._host, cause, sent=self.sent)

    def wake(self) -> None:
        """Give up: the time of this attempt is up."""
        self._late = True
        waited_for = cast("ResponseHandler", self._protocol) if self._head is None else self._head.content
        waited_for.set_exception(TimeoutError())

    def _response(self) -> Response:
        head = cast("Answer", self._head)
        return Response(head.status, head.headers, b"".join(self._pieces))

    def _talk(self, channel: Channel, seconds: float | None) -> Coroutine[Any, Any, None]:
        if channel.direct is not None and self._request.is_plain and channel.direct.is_open:
            return self._talk_directly(channel.direct, seconds)
        return self._talk_in(channel.session, seconds)

    async def _talk_directly(self, direct: Direct, seconds: float | None) -> None:
        due = direct.alarm.after(seconds)
        connection = await direct.connect(seconds)
        self.sent = True
        self._protocol = connection.protocol
        reused = use(connection)
        try:
            direct.alarm.set(self, due)
            await self._read(await direct.get(connection, self._request.target))
        except BaseException as error:
            connection.close()
            self.stale = reused and isinstance(error, _BROKEN_OFF)
            raise
        finally:
            direct.alarm.unset(self)
        connection.release()

    async def _talk_in(self, session: aiohttp.ClientSession, seconds: float | None) -> None:
        settings, request = self._settings, self._request
        own = settings.session is None
        headers: dict[str, str] = {} if own and settings.proxy is None else request_headers(settings)
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        if settings.proxy is not None and not settings.base_url.startswith("https:"):
            headers |= settings.proxy.headers  # there is no tunnel: the proxy reads the request itself
        async with (
            asyncio.timeout(seconds),
            session.request(
                request.method,
                URL(settings.base_url + request.target, encoded=True),
                data=request.body,
                headers=headers,
                allow_redirects=False,
                raise_for_status=False,
                proxy=None if settings.proxy is None else settings.proxy.url,
                proxy_headers=None if settings.proxy is None else dict(settings.proxy.headers),
                ssl=True if settings.ssl is None else settings.ssl,
                middlewares=(self._once,) if own else None,
            ) as response,
        ):
            await self._read(Answer(response.status, response.headers, response.content))

    async def _once(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Keep aiohttp from sending again by itself: what is sent is counted and bounded above here."""
        tracked = cast("TrackedRequest", request)
        try:
            return await handler(request)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise
        except _BROKEN_OFF as error:
            self.stale = tracked.reused
            raise BrokenOffError(error) from None
        finally:
            self.sent = tracked.sent

    async def _read(self, answer: Answer) -> None:
        """Read the body within its bounds; of an error's body, the beginning is enough."""
        self._head = answer
        if self._late:
            raise TimeoutError  # the head came in the same moment
        limit = self._settings.max_response_bytes
        if answer.status >= 300:
            limit = min(limit, _MAX_ERROR_BYTES)
        content, pieces, size = answer.content, self._pieces, 0
        while not content.at_eof():
            pieces.append(content.read_nowait() if content.is_eof() else await content.readany())
            size += len(pieces[-1])
            if size > limit:
                # What is left unread closes the connection.
                if answer.status < 300:
                    raise ResponseTooLargeError(f"the answer has more than {limit:,} bytes; see max_response_bytes")
                pieces[-1] = pieces[-1][: limit - size]
                return
