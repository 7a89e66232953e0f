"""A server that scripts the wire, byte by byte, for what a web server would never send."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

Script: TypeAlias = "Callable[[Wire], Awaitable[None]]"

__all__ = ["OK", "Wire", "WireServer", "answer"]


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Write a whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


OK = answer(b'{"id": "x"}', "200 OK", "Content-Type: application/json")


class Wire:
    """One connection, as the script sees it."""

    def __init__(self, server: WireServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the streams."""
        self.server = server
        self.reader = reader
        self.writer = writer

    async def request(self) -> bytes:
        """Read the head of a request, and count it; the body is left."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.server.heads.append(head)
        return head

    async def send(self, *pieces: bytes) -> None:
        """Send bytes, with a little pause after each piece."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.01)

    def reset(self) -> None:
        """Break the connection off."""
        self.writer.transport.abort()


class WireServer:
    """Runs the script for each connection, in a thread of its own."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        """Take the script, which may read requests from and send bytes to a Wire."""
        self.heads: list[bytes] = []
        self.connections = 0
        self._script = script
        self._tls = tls
        self._tasks: set[asyncio.Task[object]] = set()
        self._port: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def url(self) -> str:
        """The base URL."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://localhost:{self._port.result()}"

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        self._port.result()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and break off what is under way."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._loop.slow_callback_duration = math.inf
        self._loop.set_exception_handler(lambda *_: None)
        server = await asyncio.start_server(self._connected, "localhost", 0, ssl=self._tls, limit=2**20)
        self._port.set_result(server.sockets[0].getsockname()[1])
        await self._stopping.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # for the transports to close

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._script(Wire(self, reader, writer))
        writer.transport.abort()
