"""The states in which a call can be: each is held by a server of its own, on a real socket, for as long as a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import socket
import ssl
import struct
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import trustme
from attrs import frozen

from tests.conftest import open_sockets
from truto_async import RateLimit, RetryPolicy
from truto_async._transport import attempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from truto_async._transport.connections import ConnectionPool
    from truto_async._transport.transport import Transport

__all__ = ["SOON", "STATES", "Background", "Stage", "State", "until"]

Place: TypeAlias = Literal[
    "rate limit", "connection", "connecting", "handshake", "sending", "head", "body", "error body", "backoff", "pause"
]

SOON = 5.0  # even on a loaded machine: what is waited for otherwise takes 30 s

_LARGE = "y" * (16 * 1024 * 1024)  # more than the kernel takes from the one and keeps for the other
_LINGER = struct.pack("ii", 1, 0)  # closing resets
_SYN_SENT = "02"


@frozen
class State:
    """What a call waits for, and how it was made."""

    place: Place
    method: str = "GET"
    limited: bool = True
    """Whether the client has a rate limit."""

    @property
    def in_attempt(self) -> bool:
        """Whether an attempt is under way, with a connection, or a try at one, of its own."""
        return self.place not in ("rate limit", "connection", "backoff", "pause")

    @property
    def sent(self) -> bool:
        """Whether the server may be at work on what the attempt under way has sent."""
        return self.place in ("sending", "head", "body", "error body")

    @property
    def tries_again(self) -> bool:
        """Whether the state comes between two attempts."""
        return self.place in ("backoff", "pause")


STATES: dict[str, State] = {
    "waiting for the rate limit": State("rate limit"),
    "waiting for a connection": State("connection"),
    "connecting, GET": State("connecting"),
    "connecting, POST": State("connecting", "POST"),
    "in the handshake, GET": State("handshake"),
    "in the handshake, POST": State("handshake", "POST"),
    "sending a large POST": State("sending", "POST"),
    "waiting for the head, GET": State("head"),
    "waiting for the head, PUT": State("head", "PUT"),
    "waiting for the head, POST": State("head", "POST"),
    "in the body, GET": State("body"),
    "in the body, PUT": State("body", "PUT"),
    "in the body, POST": State("body", "POST"),
    "in the body of a 404, GET": State("error body"),
    "in the body of a 404, PUT": State("error body", "PUT"),
    "in the body of a 404, POST": State("error body", "POST"),
    "in the backoff after a 503": State("backoff"),
    "in the pause after a 429": State("pause"),
    "in the pause after a 429, POST": State("pause", "POST"),
    "in the pause after a 429, without a rate limit": State("pause", limited=False),
}


@functools.cache
def _authority() -> trustme.CA:
    return trustme.CA()


@functools.cache
def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert("127.0.0.1").configure_cert(context)
    return context


@functools.cache
def _client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _authority().configure_trust(context)
    return context


def until(happened: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """Wait until something has happened; raises AssertionError."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"did not happen: {what}"
        time.sleep(0.002)


class Background:
    """A function that runs in a thread of its own, and what became of it."""

    def __init__(self, function: Callable[[], Any]) -> None:
        """Start it."""
        self._outcome: Future[Any] = Future()
        self._function = function
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome.set_result(self._function())
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is handed on
            self._outcome.set_exception(error)

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self._outcome.done()

    def result(self) -> Any:
        """Wait for its result; raises its error."""
        result = self._outcome.result(SOON)
        self._thread.join()
        return result

    def error(self) -> BaseException | None:
        """Wait for its end; returns its error."""
        error = self._outcome.exception(SOON)
        self._thread.join()
        return error


class Stage:
    """A server that holds the first request for `held` in a state until it is released, and serves all others."""

    def __init__(self, state: State, retry_after: int = 30) -> None:
        """Take the state, and how long a client is told to wait in a backoff or pause."""
        self.state = state
        self.limit = RateLimit(1, per=0.1) if state.place == "rate limit" else RateLimit(1000, per=0.1)
        self.options: dict[str, Any] = {
            "rate_limit": self.limit if state.limited else None,
            "retry": RetryPolicy() if state.tries_again else None,
            "max_connections": 1 if state.place == "connection" else 5,
            "ssl": _client_context() if state.place == "handshake" else None,
        }
        self._retry_after = retry_after
        self._held = "occupant" if state.place == "connection" else "held"
        self._has_slot = False
        self._refused = False
        self._at = False
        """Whether the server has done its part in bringing the call into the state."""
        self._connections: dict[asyncio.Task[None], socket.socket] = {}
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="stage", daemon=True)
        self._listener = socket.socket()
        self._fillers: list[socket.socket] = []
        self._listen()

    def _listen(self) -> None:
        is_full = self.state.place == "connecting"
        if self.state.place == "sending":
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0 if is_full else 100)
        self._listener.setblocking(False)  # noqa: FBT003  # its only parameter
        self._port: int = self._listener.getsockname()[1]
        while is_full and (not self._fillers or self._count_connecting() == 0):  # until the kernel answers no more
            filler = socket.socket()
            filler.setblocking(False)  # noqa: FBT003  # its only parameter
            filler.connect_ex(("127.0.0.1", self._port))
            self._fillers.append(filler)
            time.sleep(0.002)
        self.url = f"{'https' if self.state.place == 'handshake' else 'http'}://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        self._ready.result()
        if self.state.place == "rate limit":
            self._has_slot = self.limit.try_acquire()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and break off what is under way."""
        self.release()
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    @property
    def is_open(self) -> bool:
        """Whether there is still a server to connect to."""
        return self._listener.fileno() >= 0

    def occupy(self, truto: Any) -> Any:
        """Make the call that has the only connection; for a client of either package."""
        return truto.sync_jobs.get("occupant")

    @property
    def has_occupant(self) -> bool:
        """Whether another call is part of the state."""
        return self.state.place == "connection"

    @property
    def is_occupied(self) -> bool:
        """Whether the other call has the connection."""
        return self._at

    def call(self, truto: Any, name: str = "held") -> Any:
        """Make the call; for a client of either package."""
        method, path = self.state.method, f"/sync-job/{name}"
        if method == "GET":
            return truto.sync_jobs.get(name)
        return truto.request(method, path, json={"x": _LARGE if self.state.place == "sending" and name == "held" else ""})

    def is_answer(self, result: Any, name: str = "held") -> bool:
        """Tell whether this is what the server answers in the end."""
        return bool((result["id"] if isinstance(result, dict) else result.id) == name)

    def is_reached(self, truto: Any) -> bool:  # noqa: PLR0911  # one for each state
        """Whether the call of this client, of either package, is in the state."""
        transport: Transport = getattr(truto, "_target", truto)._transport
        pool: ConnectionPool | None = next(iter([*transport._shared.pools._pools.values()]), None)
        place = self.state.place
        if place == "rate limit" or (place == "pause" and self.state.limited):
            return bool(self.limit._queue.waiters)
        if place == "connecting":
            return self._count_connecting() > 1
        if pool is None or not self._at:
            return False
        if place == "connection":
            return bool(pool._places._waiters)
        if place in ("body", "error body"):
            return any(watch.content is not None and self._is_ours(key) for key, watch in list(attempt._watches.items()))
        if place in ("backoff", "pause"):
            return bool(pool._places._value == self.options["max_connections"])
        return True

    def release(self) -> None:
        """Let the call go on to its end."""
        if self.state.place == "rate limit" and self._has_slot:
            self._has_slot = False
            self.limit.release(counted=False)
        if self.state.place == "pause":  # as if it was over
            with self.limit._lock:
                self.limit._window._gap = 0.0
                self.limit._queue.wake_first()
        self._run(self._release)

    def lose(self, how: Literal["reset", "close"]) -> None:
        """Break off all connections; in the state of connecting, the listening socket."""
        self._run(self._lose, how)

    def open_sockets(self) -> int:
        """Count the sockets of this process that are open, but for the server's ends of connections."""
        own_ends: int = self._run(lambda: sum(end.fileno() >= 0 for end in self._connections.values()))
        return open_sockets() - own_ends

    def _run(self, function: Callable[..., Any], *args: object) -> Any:
        """Run a function in the server's thread."""
        done: Future[Any] = Future()
        self._loop.call_soon_threadsafe(lambda: done.set_result(function(*args)))
        return done.result(SOON)

    def _release(self) -> None:
        if self._fillers and self.is_open and not self._released.is_set():
            self._listener.listen(100)
            self._loop.add_reader(self._listener, self._accept)
        self._released.set()

    def _lose(self, how: str) -> None:
        for task, connection in self._connections.items():
            if connection.fileno() >= 0 and how == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            task.cancel()
        if self._fillers and how == "reset":
            self._listener.close()

    def _is_ours(self, protocol: Any) -> bool:
        transport = protocol.transport
        return transport is not None and transport.get_extra_info("peername")[1] == self._port

    def _count_connecting(self) -> int:
        end = f":{self._port:04X}"
        rows = [row.split() for row in Path("/proc/self/net/tcp").read_text().splitlines()]
        return sum(row[2].endswith(end) and row[3] == _SYN_SENT for row in rows)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.slow_callback_duration = math.inf
        self._loop.set_exception_handler(lambda *_: None)
        self._stopping, self._released = asyncio.Event(), asyncio.Event()
        if not self._fillers:
            self._loop.add_reader(self._listener, self._accept)
        self._ready.set_result(None)
        await self._stopping.wait()
        self._lose("close")
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self.is_open:
            self._loop.remove_reader(self._listener)
            self._listener.close()
        for filler in self._fillers:
            filler.close()
        await asyncio.sleep(0)  # for the transports to close

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setblocking(False)  # noqa: FBT003  # its only parameter
        task = asyncio.create_task(self._answer(connection))
        self._connections[task] = connection
        task.add_done_callback(lambda task: self._connections.pop(task).close())

    async def _answer(self, connection: socket.socket) -> None:
        writer: asyncio.StreamWriter | None = None
        try:
            if self.state.place in ("handshake", "sending") and not self._at:
                await self._hold_unread(connection)
            reader = asyncio.StreamReader(limit=2**20)
            protocol = asyncio.StreamReaderProtocol(reader)
            context = _server_context() if self.state.place == "handshake" else None
            transport, _ = await self._loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
            writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
            while True:
                await self._answer_one(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            if writer is not None:
                writer.transport.abort()
                await asyncio.sleep(0)  # for it to close

    async def _hold_unread(self, connection: socket.socket) -> None:
        """Read nothing before the release, but look at what has come."""
        enough = 1 if self.state.place == "handshake" else 8 * 1024
        while True:
            with contextlib.suppress(BlockingIOError):
                if len(connection.recv(enough, socket.MSG_PEEK)) >= enough:
                    break
            await asyncio.sleep(0.002)
        self._at = True
        await self._released.wait()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
        name = head.split()[1].rpartition(b"/")[2].decode()
        place = self.state.place
        body = b'{"id": "%s", "label": "%s"}' % (name.encode(), b"x" * 1000)
        status = "200 OK"
        more = ""
        if name == self._held and not self._refused:
            if place in ("backoff", "pause"):
                self._refused = True
                status = "503 Service Unavailable" if place == "backoff" else "429 Too Many Requests"
                more = f"Retry-After: {self._retry_after}\r\n"
            if place == "error body":
                status = "404 Not Found"
        start = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode()
        if name == self._held and not self._at:
            if place in ("body", "error body"):
                writer.write(start + body[:1])
                start, body = b"", body[1:]
            self._at = True
            if place in ("connection", "head", "body", "error body"):
                await self._released.wait()
        writer.write(start + body)
        await writer.drain()
