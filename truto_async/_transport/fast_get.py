"""The fast path for GETs: aiohttp's connections and parser, without the work of its session on each request.

A session builds URL, headers, request and response anew for each request, which costs more than a third of a whole GET. Its
connector and parser do what matters here: connections, TLS, limits of headers, decompression. Whatever hooks into sessions
(tracing, mocks) still works: where there is such a thing, the session is used.
"""

from __future__ import annotations

import asyncio
import math
from functools import cached_property
from inspect import signature
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from weakref import WeakSet

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from truto_async._config.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection

    from truto_async._transport.settings import Settings

__all__ = ["FastGet", "Head", "is_supported", "make_fast_get", "mark_used"]

_AIOHTTP_GLOBALS: object = vars(aiohttp.client)
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, ceil_threshold=math.inf)  # attempts have their own
_READ_SIZE = 64 * 1024

_used: WeakSet[object] = WeakSet()


class Head(NamedTuple):
    """The head of a response, and the stream of its body."""

    status: int
    headers: Mapping[str, str]
    content: aiohttp.StreamReader
    protocol: object


class Target(aiohttp.ClientRequest):
    """The host to connect to: what the connector wants to know of each request, made once."""

    @cached_property
    def connection_key(self) -> ConnectionKey:  # pyright: ignore[reportIncompatibleMethodOverride]  # to be read all the same
        """The key of its connections in the connector's pool."""
        return super().connection_key


class FastGet:
    """Sends GETs on the connections of one session."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        url = URL(settings.base_url, encoded=True)
        self._target = Target(
            "GET",
            url,
            headers=session.headers,
            loop=asyncio.get_running_loop(),
            session=session,
            ssl=True if settings.ssl is None else settings.ssl,
        )
        self._session = session
        self._connector = cast("aiohttp.BaseConnector", session.connector)
        self._prefix = url.raw_path.rstrip("/")
        self._headers = Secret("".join(f"{name}: {value}\r\n" for name, value in self._target.headers.items()))

    @property
    def is_usable(self) -> bool:
        """Whether nobody has hooked into the session."""
        methods = vars(aiohttp.ClientSession)
        for method in (methods.get("_request"), methods.get("request")):
            # aiohttp's own function, and not another that goes by its name.
            if type(method) is not FunctionType or method.__globals__ is not _AIOHTTP_GLOBALS:
                return False
        return not self._session.trace_configs

    def connect(self) -> Awaitable[Connection]:
        """Take an idle connection from the connector's pool, or open one."""
        return self._connector.connect(self._target, traces=[], timeout=_NO_TIMEOUT)

    async def send(self, connection: Connection, target: str) -> Head:
        """Send the request, and wait for the head of the response."""
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
        return Head(message.code, message.headers, content, protocol)


def make_fast_get(session: aiohttp.ClientSession, settings: Settings) -> FastGet | None:
    """Return the fast path of a session; None with a proxy, or if this aiohttp is not as expected."""
    supported = settings.proxy is None and is_supported(ResponseHandler, aiohttp.BaseConnector)
    return FastGet(session, settings) if supported else None


def is_supported(handler: type[Any], connector: type[Any]) -> bool:
    """Return whether the undocumented parts of aiohttp that are used here have their expected names and parameters."""
    return (
        _takes(handler, "read")
        and _takes(handler, "set_response_params", "read_until_eof")
        and _takes(connector, "connect", "req", "traces", "timeout")
    )


def _takes(cls: type[Any], name: str, *parameters: str) -> bool:
    method = getattr(cls, name, None)
    return method is not None and {*parameters} <= signature(method).parameters.keys()


def mark_used(connection: Connection) -> bool:
    """Mark a connection as used, and return whether it was used before."""
    protocol = connection.protocol
    if protocol in _used:
        return True
    _used.add(protocol)
    _read_less_at_once(connection.transport)
    return False


def _read_less_at_once(transport: object) -> None:
    """Have asyncio allocate less than its 256 KiB for each read, which glibc maps and unmaps each time: 16 µs against 2.

    With TLS the reads are those of the TLS layer. Where there is no such attribute, as in another event loop, nothing is
    lost.
    """
    reader: Any = getattr(transport, "_ssl_protocol", transport)
    if hasattr(reader, "max_size"):
        reader.max_size = _READ_SIZE
