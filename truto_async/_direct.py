"""GETs on the connections of an aiohttp session, without the session's own work on each request.

A session builds URL, headers, timers and response anew for each request, which costs more than a third of the whole GET. Its
connector and its parser do what matters here: connections, TLS, the limits of headers, decompression. What others hook into
a session (tracing, mocks) works all the same: where there is such a thing, the session is used.
"""

from __future__ import annotations

import asyncio
import math
from functools import cached_property, lru_cache
from inspect import signature
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from truto_async._alarm import Alarm
from truto_async._secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection

    from truto_async._settings import Settings

__all__ = ["Answer", "Direct", "direct", "is_known"]

_OF_AIOHTTP: object = vars(aiohttp.client)


@lru_cache(8)  # mostly it is the same
def _within(seconds: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=seconds, ceil_threshold=math.inf)


class Answer(NamedTuple):
    """The head of a response, and what its body is read from."""

    status: int
    headers: Mapping[str, str]
    content: aiohttp.StreamReader


def _is_its_own(method: object) -> bool:
    """Tell aiohttp's function from whatever stands in its place, also where that goes by the same name."""
    return type(method) is FunctionType and method.__globals__ is _OF_AIOHTTP


class Place(aiohttp.ClientRequest):
    """Where to connect to, for every request."""

    @cached_property
    def connection_key(self) -> ConnectionKey:  # pyright: ignore[reportIncompatibleMethodOverride]  # to be read all the same
        """The key of its connections in the pool."""
        return super().connection_key


class Direct:
    """The way around a session."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        """Take the session."""
        url = URL(settings.base_url, encoded=True)
        self._place = Place(
            "GET",
            url,
            headers=session.headers,
            loop=asyncio.get_running_loop(),
            session=session,
            ssl=True if settings.ssl is None else settings.ssl,
        )
        self._session = session
        self.alarm = Alarm()
        self._connector = cast("aiohttp.BaseConnector", session.connector)
        self._prefix = url.raw_path.rstrip("/")
        self._headers = Secret("".join(f"{name}: {value}\r\n" for name, value in self._place.headers.items()))

    @property
    def is_open(self) -> bool:
        """Whether nobody has hooked into the session."""
        methods = vars(aiohttp.ClientSession)
        return (
            _is_its_own(methods.get("_request")) and _is_its_own(methods.get("request")) and not self._session.trace_configs
        )

    async def connect(self, seconds: float | None) -> Connection:
        """Take a connection of the pool, or make one in so many seconds; raises TimeoutError."""
        return await self._connector.connect(self._place, traces=[], timeout=_within(seconds))

    async def get(self, connection: Connection, target: str) -> Answer:
        """Send, and wait for the head of the response."""
        protocol = cast("ResponseHandler", connection.protocol)
        transport = cast("asyncio.Transport", connection.transport)
        protocol.set_response_params(read_until_eof=True)
        transport.write(f"GET {self._prefix}{target} HTTP/1.1\r\n{self._headers}\r\n".encode())
        try:
            message, content = await protocol.read()
            while 100 <= message.code < 200 and message.code != 101:
                message, content = await protocol.read()
        except HttpProcessingError as error:
            raise aiohttp.ClientConnectionError(error.message) from None
        return Answer(message.code, message.headers, content)


def direct(session: aiohttp.ClientSession, settings: Settings) -> Direct | None:
    """Make the way around a session; None to a proxy, or where this version of aiohttp is another than those known."""
    return Direct(session, settings) if settings.proxy is None and is_known(ResponseHandler, aiohttp.BaseConnector) else None


def is_known(handler: type[Any], connector: type[Any]) -> bool:
    """Tell whether the parts of aiohttp that its documentation does not describe are as they were when this was written."""
    return (
        _takes(handler, "read")
        and _takes(handler, "set_response_params", "read_until_eof")
        and _takes(connector, "connect", "req", "traces", "timeout")
    )


def _takes(cls: type[Any], name: str, *parameters: str) -> bool:
    method = getattr(cls, name, None)
    return method is not None and {*parameters} <= signature(method).parameters.keys()
