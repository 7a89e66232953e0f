"""Requests out, responses in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from truto_async import _outcome
from truto_async._request import Response
from truto_async._session import Sessions, request_headers
from truto_async.errors import ResponseDecodeError, ResponseTooLargeError, TrutoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from truto_async._request import Request
    from truto_async._settings import Settings

__all__ = ["Transport"]

T = TypeVar("T")

_MAX_ERROR_BYTES = 1024 * 1024


class Transport:
    """Sends the requests of one client."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings; nothing is opened yet."""
        self._settings = settings
        self._sessions = Sessions(settings)
        self._host = urlsplit(settings.base_url).netloc

    async def fetch(self, request: Request, read: Callable[[bytes], T]) -> T:
        """Send, and make of the body what `read` makes of it; raises TrutoError."""
        response = await self.send(request)
        try:
            return read(response.body)
        except ResponseDecodeError as error:
            if error.body is None or not self._settings.token.is_in(error.body):
                raise
        return read(self._settings.token.redact(response.body))

    async def send(self, request: Request) -> Response:
        """Send, and give an answer with a status of 2xx; raises TrutoError."""
        outcome = await self._exchange(request)
        if isinstance(outcome, TrutoError):
            raise outcome
        if 200 <= outcome.status < 300:
            return outcome
        raise _outcome.from_response(request, self._redacted(outcome))

    async def close(self) -> None:
        """Close the connections; a second time does nothing."""
        await self._sessions.close()

    async def _exchange(self, request: Request) -> Response | TrutoError:
        """Send once. Failures are returned: raised from here, they would drag the HTTP library's frames along."""
        channel = await self._sessions.channel()
        async with channel.places:
            try:
                async with asyncio.timeout(self._settings.timeout):
                    return await self._talk(channel.session, request)
            except TrutoError as error:
                return error
            except (aiohttp.ClientError, OSError) as error:
                return _outcome.from_exception(request, self._host, error)

    async def _talk(self, session: aiohttp.ClientSession, request: Request) -> Response:
        headers = request_headers(self._settings) if session is self._settings.session else {}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        async with session.request(
            request.method,
            URL(self._settings.base_url + request.target, encoded=True),
            data=request.body,
            headers=headers,
            allow_redirects=False,
            raise_for_status=False,
            proxy=self._settings.proxy,
        ) as response:
            return Response(response.status, response.headers, await self._read(response))

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Read the body within its bounds; of an error's body, the beginning is enough."""
        good = response.status < 300
        limit = self._settings.max_response_bytes if good else _MAX_ERROR_BYTES
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > limit:
                response.close()
                if good:
                    raise ResponseTooLargeError(f"the answer has more than {limit:,} bytes; see max_response_bytes")
                break
        return bytes(body[:limit])

    def _redacted(self, response: Response) -> Response:
        """Mask the token in an answer that echoes it."""
        token = self._settings.token
        headers = {name.lower(): token.redact(value.encode()).decode() for name, value in response.headers.items()}
        return Response(response.status, headers, token.redact(response.body))
