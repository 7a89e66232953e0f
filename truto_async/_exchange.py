"""One attempt: a request out, a response in. The only place where aiohttp talks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import aiohttp
from yarl import URL

from truto_async import _outcome
from truto_async._request import Response
from truto_async._session import request_headers
from truto_async.errors import ResponseTooLargeError, TrutoError

if TYPE_CHECKING:
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


class Exchange:
    """One attempt, and what is known of it afterwards."""

    def __init__(self, settings: Settings, request: Request, host: str) -> None:
        """Take what is sent, and the host for messages."""
        self._settings = settings
        self._request = request
        self._host = host
        self._own = settings.session is None
        self._tracked: TrackedRequest | None = None
        self._broken_off = False
        self._head: aiohttp.ClientResponse | None = None
        self._body = bytearray()

    @property
    def sent(self) -> bool:
        """Whether the server may have seen the request. Sessions that were handed in do not tell, so it may."""
        return not self._own or (self._tracked is not None and self._tracked.sent)

    @property
    def stale(self) -> bool:
        """Whether a connection was used again that the server had meanwhile closed."""
        return self._broken_off and self._tracked is not None and self._tracked.reused

    async def run(self, channel: Channel, seconds: float | None) -> Response | TrutoError:
        """Send once. Failures are returned: raised from here, they would drag the HTTP library's frames along."""
        try:
            async with asyncio.timeout(seconds):
                return await self._talk(channel.session)
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
        if self._head is not None and self._head.status >= 300:
            # A status that says no is an answer, whatever became of its body.
            return Response(self._head.status, self._head.headers, bytes(self._body))
        return _outcome.from_exception(self._request, self._host, cause, sent=self.sent)

    async def _talk(self, session: aiohttp.ClientSession) -> Response:
        settings, request = self._settings, self._request
        in_session = self._own and settings.proxy is None
        headers: dict[str, str] = {} if in_session else request_headers(settings)
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
            middlewares=(self._once,) if self._own else None,
        ) as response:
            self._head = response
            await self._read(response)
            return Response(response.status, response.headers, bytes(self._body))

    async def _once(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Keep aiohttp from sending again by itself: what is sent is counted and bounded above here."""
        self._tracked = cast("TrackedRequest", request)
        try:
            return await handler(request)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            self._broken_off = True
            raise BrokenOffError(error) from None

    async def _read(self, response: aiohttp.ClientResponse) -> None:
        """Read the body within its bounds; of an error's body, the beginning is enough."""
        limit = self._settings.max_response_bytes
        if response.status >= 300:
            limit = min(limit, _MAX_ERROR_BYTES)
        async for piece in response.content.iter_any():
            self._body += piece
            if len(self._body) > limit:
                response.close()
                if response.status < 300:
                    raise ResponseTooLargeError(f"the answer has more than {limit:,} bytes; see max_response_bytes")
                del self._body[limit:]
                return
