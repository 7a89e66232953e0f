"""The floor: a protocol of asyncio's written for this server alone. It checks and handles next to nothing."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import orjson

from benchmarks.contenders.base import AsyncGets, headers

__all__ = ["Gets"]

_LENGTH = b"Content-Length: "


class _Connection(asyncio.Protocol):
    """Reads one answer at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # of create_connection it is
        self.transport = transport

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        place = self._received.find(_LENGTH, 0, head) + len(_LENGTH)
        end = head + 4 + int(self._received[place : self._received.find(b"\r", place)])
        if len(self._received) < end or self._answer is None:
            return
        self._answer.set_result(bytes(self._received[head + 4 : end]))
        self._received.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed by the server"))


class Gets(AsyncGets):
    """One connection, one request at a time."""

    async def connect(self) -> None:
        """Open the connection."""
        parts = urlsplit(self.base_url)
        self._path = parts.path
        self._rest = "".join(f"\r\n{name}: {value}" for name, value in ({"Host": parts.netloc} | headers()).items())
        loop = asyncio.get_running_loop()
        host, port = parts.hostname or "", parts.port or 0
        _, self.connection = await loop.create_connection(_Connection, host, port, ssl=self.context)

    async def get(self, job_id: str) -> Any:
        """Fetch one job."""
        request = f"GET {self._path}/sync-job/{job_id} HTTP/1.1{self._rest}\r\n\r\n"
        return orjson.loads(await self.connection.ask(request.encode()))

    async def disconnect(self) -> None:
        """Close the connection."""
        self.connection.transport.close()
