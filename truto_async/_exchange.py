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


class Exchange:
    """One attempt, and what is known of it afterwards."""

    def __init__(self, settings: Settings, request: Request, host: str) -> None:
        """Take what is sent, and the host for messages."""
        self._settings = settings
        self._request = request
        self._host = host
        self.sent: bool = settings.session is not None
        """Whether the server may have seen the request. Sessions that were handed in do not tell, so it may."""
        self.stale: bool = False
        """Whether a connection was used again that the server had meanwhile closed."""
        self._head: Answer | None = None
        self._body = bytearray()

    async def run(self, channel: Channel, seconds: float | None) -> Response | TrutoError:
        """Send once. Failures are returned: raised from here, they would drag the HTTP library's frames along."""
        try:
            async with asyncio.timeout(seconds):
                await self._talk(channel)
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

    def _response(self) -> Response:
        head = cast("Answer", self._head)
        return Response(head.status, head.headers, bytes(self._body))

    def _talk(self, channel: Channel) -> Coroutine[Any, Any, None]:
        direct = channel.direct
        if direct is not None and self._request.is_plain and direct.is_open:
            return self._talk_directly(direct)
        return self._talk_in(channel.session)

    async def _talk_directly(self, direct: Direct) -> None:
        connection = await direct.connect()
        self.sent = True
        reused = use(connection)
        try:
            await self._read(await direct.get(connection, self._request.target))
        except BaseException as error:
            connection.close()
            self.stale = reused and isinstance(error, _BROKEN_OFF)
            raise
        connection.release()

    async def _talk_in(self, session: aiohttp.ClientSession) -> None:
        settings, request = self._settings, self._request
        own = settings.session is None
        headers: dict[str, str] = {} if own and settings.proxy is None else request_headers(settings)
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        if settings.proxy is not None and not settings.base_url.startswith("https:"):
            headers |= settings.proxy.headers  # there is no tunnel: the proxy reads the request itself
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
            middlewares=(self._once,) if own else None,
        ) as response:
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
        limit = self._settings.max_response_bytes
        if answer.status >= 300:
            limit = min(limit, _MAX_ERROR_BYTES)
        while not answer.content.at_eof():
            self._body += await answer.content.readany()
            if len(self._body) > limit:
                # What is left unread closes the connection.
                if answer.status < 300:
                    raise ResponseTooLargeError(f"the answer has more than {limit:,} bytes; see max_response_bytes")
                del self._body[limit:]
                return
