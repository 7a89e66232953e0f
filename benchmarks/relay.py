"""A distant server: a TCP relay that delays what passes, in a process of its own.

It cannot delay the handshake of TCP, which the kernel answers, so the first bytes of each connection wait a round trip more.
Run as `python -m benchmarks.relay <port to connect to> <seconds of a round trip>`. It prints its port, and ends with its
input.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks import processes
from benchmarks.errors import BenchmarkError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["running", "serve"]


@contextmanager
def running(port: int, round_trip: float) -> Iterator[int]:
    """Run a relay to a local port as long as the block lasts; gives its port."""
    process = processes.start([sys.executable, "-m", "benchmarks.relay", str(port), str(round_trip)], speaks=True)
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
        if not line:
            raise BenchmarkError("the relay does not start")
        yield int(line)
    finally:
        processes.stop(process, at_once=True)


async def serve(port: int, round_trip: float) -> None:
    """Relay until the input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Client(port, round_trip), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


class _Late:
    """One direction of a connection: what is put in comes out in order, later."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._not_before = 0.0
        self.way_out: asyncio.Transport | None = None

    def hold(self, seconds: float) -> None:
        """Act as if nothing had come before so many seconds from now."""
        self._not_before = asyncio.get_running_loop().time() + seconds

    def put(self, data: bytes | None) -> None:
        """Pass bytes on, or the end of them."""
        loop = asyncio.get_running_loop()
        loop.call_at(max(loop.time(), self._not_before) + self._delay, self._release, data)

    def _release(self, data: bytes | None) -> None:
        if self.way_out is None or self.way_out.is_closing():
            return
        if data is None:
            self.way_out.close()
        else:
            self.way_out.write(data)


class _End(asyncio.Protocol):
    """One end of a relayed connection."""

    def __init__(self, inbound: _Late, outbound: _Late) -> None:
        self._inbound = inbound
        self._outbound = outbound

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # of TCP it is
        self._outbound.way_out = transport

    def data_received(self, data: bytes) -> None:
        self._inbound.put(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._inbound.put(None)


class _Client(_End):
    """The end at the client, which opens the one at the server."""

    def __init__(self, port: int, round_trip: float) -> None:
        super().__init__(_Late(round_trip / 2), _Late(round_trip / 2))
        self._port = port
        self._round_trip = round_trip
        self._opening: asyncio.Task[object] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._inbound.hold(self._round_trip)
        loop = asyncio.get_running_loop()
        opening = loop.create_connection(lambda: _End(self._outbound, self._inbound), "127.0.0.1", self._port)
        self._opening = loop.create_task(opening)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
