"""Connection pools: an aiohttp session for each event loop, made on first use and closed with its loop."""

from __future__ import annotations

import asyncio
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import aiohttp

from truto_async._support import fork
from truto_async._transport.attempt import DeadlineTimer, TrackedRequest, request_headers
from truto_async._transport.fast_get import FastGet, make_fast_get
from truto_async.errors import ClientClosedError, InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine
    from typing import Protocol

    from truto_async._transport.settings import AiohttpSession, Settings

    class Interruptible(Protocol):
        """A call or another task that ends with its client."""

        @property
        def task(self) -> asyncio.Task[Any]:
            """The task that it runs in."""
            ...

        def interrupt(self) -> asyncio.Future[None]:
            """End it; the future is done once it has ended."""
            ...


__all__ = ["ConnectionPool", "ConnectionPools"]

_CLOSED = "this client is closed; make a new one"

_of_the_parent: list[object] = []


class ConnectionPool:
    """The connections of one event loop. A call waits for a free one before its timeout starts to count."""

    def __init__(self, session: aiohttp.ClientSession, size: int, fast_get: FastGet | None = None) -> None:
        """Use a session for at most `size` attempts at once."""
        self.session = session
        self.fast_get = fast_get
        self.timer = DeadlineTimer()
        self.lifetime: AsyncGenerator[None, None] | None = None
        """Closes the session; None for one that was handed in."""
        self._places = asyncio.Semaphore(size)

    async def acquire(self, seconds: float | None) -> bool:
        """Wait for a free connection; False if there was none for some seconds."""
        if seconds is None or not self._places.locked():
            return await self._places.acquire()
        try:
            async with asyncio.timeout(seconds):
                return await self._places.acquire()
        except TimeoutError:
            return False

    def release(self) -> None:
        """Release the connection for the next call."""
        self._places.release()

    def check_open(self) -> None:
        """Raise ClientClosedError if the session was closed by its owner."""
        if self.session.closed:
            raise ClientClosedError("the session of this client is closed; make a new client")

    async def close(self) -> None:
        """Close the session, unless it was handed in."""
        if self.lifetime is not None:
            await self.lifetime.aclose()


class Background:
    """A task that belongs to a client, and is no call."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self.task = task

    def interrupt(self) -> asyncio.Task[None]:
        """Cancel the task; it is a future itself, which is done once it has ended."""
        self.task.cancel()
        return self.task


async def _close_with_loop(session: aiohttp.ClientSession, timer: DeadlineTimer) -> AsyncGenerator[None, None]:
    """Close the session when the loop shuts down its asynchronous generators, as asyncio.run does at its end.

    When the generator is collected before that, the loop finalizes it, with the same effect.
    """
    try:
        yield
    finally:
        timer.close()
        await session.close()


class ConnectionPools:
    """The connection pools of one client and its copies, one for each event loop, and the calls that use them."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self._settings = settings
        self._pools: dict[asyncio.AbstractEventLoop, ConnectionPool] = {}
        self.calls: set[Interruptible] = set()
        """The calls and other tasks under way, in all event loops. Calls add and remove themselves."""
        self.closed: bool = False
        self._problem: str | None = None
        self.may_stay_open: bool = False
        """Whether nobody has to close it: connections are closed with their event loops in any case."""
        self._closing: set[asyncio.Task[None]] = set()
        self._used = False
        fork.register(self)

    def refuse(self, problem: str) -> None:
        """Answer each call with InvalidArgumentError."""
        self.closed, self._problem = True, problem

    def check_open(self) -> None:
        """Raise ClientClosedError if the client is closed, or InvalidArgumentError if it never was of use."""
        if self._problem is not None:
            raise InvalidArgumentError(self._problem)
        if self.closed:
            raise ClientClosedError(_CLOSED)

    async def current(self) -> ConnectionPool:
        """Return the pool of the running event loop; raises what `check_open` raises."""
        if self.closed:
            self.check_open()
        pool = self._pools.get(asyncio.get_running_loop())
        if pool is None:
            self._forget_closed_loops()
            session = self._settings.session
            pool = await self._keep(await self._open() if session is None else self._adopt(session))
        return pool

    def start_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine in a task of its own, which is cancelled when the client is closed."""
        background = Background(asyncio.get_running_loop().create_task(work))
        self.calls.add(background)
        background.task.add_done_callback(lambda _: self.calls.discard(background))
        return background.task

    async def replace_current(self) -> None:
        """Make new connections in the running event loop; calls under way keep the old ones."""
        pool = self._pools.get(asyncio.get_running_loop())
        if pool is not None and pool.lifetime is not None:
            await self._keep(await self._open())

    async def close(self) -> None:
        """End all calls with ClientClosedError and close all connections; a session that was handed in stays open."""
        self.closed = True
        here = asyncio.get_running_loop()
        pools, self._pools = self._pools, {}
        loops = {call.task.get_loop() for call in list(self.calls)} | pools.keys()
        for loop in loops - {here}:
            # Where a loop does not run, or has just ended, the session is closed with it.
            with suppress(RuntimeError):
                if loop.is_running():
                    loop.call_soon_threadsafe(self._start_closing, pools.get(loop))
        await self._close_in_loop(pools.get(here))

    async def _keep(self, pool: ConnectionPool) -> ConnectionPool:
        """Keep the pool of the running event loop; raises ClientClosedError if another thread has just closed the client."""
        loop = asyncio.get_running_loop()
        self._pools[loop] = pool
        if self.closed:  # looked at again: `close` may have collected the pools before this one was among them
            self._pools.pop(loop, None)
            await pool.close()
            raise ClientClosedError(_CLOSED)
        return pool

    def _start_closing(self, pool: ConnectionPool | None) -> None:
        task = asyncio.get_running_loop().create_task(self._close_in_loop(pool))
        self._closing.add(task)  # the loop keeps weak references only
        task.add_done_callback(self._closing.discard)

    async def _close_in_loop(self, pool: ConnectionPool | None) -> None:
        loop = asyncio.get_running_loop()
        ended = [call.interrupt() for call in list(self.calls) if call.task.get_loop() is loop]
        try:
            if ended:
                await asyncio.wait(ended)
        finally:
            if pool is not None:
                await pool.close()

    def after_fork(self) -> None:
        """Leave the connections to the parent: closing them in the child would end them there, too."""
        _of_the_parent.append((self._pools, self.calls))
        self._pools = {}
        self.calls = set()

    def _forget_closed_loops(self) -> None:
        """Drop the pools of loops that were closed: a session refers to its loop, so neither would ever be collected."""
        for loop in list(self._pools):
            if loop.is_closed():
                with suppress(KeyError):  # another thread may do the same
                    del self._pools[loop]
                self._used = True

    async def _open(self) -> ConnectionPool:
        # It never waits, so no two tasks of a loop open a pool each.
        settings = self._settings
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=True if settings.ssl is None else settings.ssl),
            cookie_jar=aiohttp.DummyCookieJar(),
            # To a proxy, aiohttp sends the headers of the session, and the token among them as the proxy's own.
            headers=None if settings.proxy is not None else request_headers(settings),
            request_class=TrackedRequest,
            timeout=aiohttp.ClientTimeout(total=None),
        )
        pool = ConnectionPool(session, settings.max_connections, make_fast_get(session, settings))
        pool.lifetime = _close_with_loop(session, pool.timer)
        await anext(pool.lifetime)
        return pool

    def _adopt(self, handed_in: AiohttpSession) -> ConnectionPool:
        if self._pools:
            raise InvalidArgumentError("session= belongs to one event loop, and this is another: make a client for each")
        session = cast("aiohttp.ClientSession", handed_in)
        limit = (session.connector and session.connector.limit) or self._settings.max_connections
        return ConnectionPool(session, min(limit, self._settings.max_connections))

    def __del__(self) -> None:
        """Warn about a client that was used and never closed. Its sessions are closed with their event loops."""
        used = self._used or any(pool.lifetime is not None for pool in self._pools.values())
        if used and not self.closed and not self.may_stay_open:
            warnings.warn(
                ResourceWarning(
                    "this AsyncTruto was never closed: use 'async with AsyncTruto() as truto:', "
                    "or 'await truto.close()' at its end"
                ),
                source=self,
                stacklevel=2,
            )
