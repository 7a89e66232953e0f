"""aiohttp sessions: one per event loop, made on first use and closed with its loop."""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, NamedTuple, cast

import aiohttp

from truto_async import _fork
from truto_async._direct import Direct, direct
from truto_async._tracked import TrackedRequest
from truto_async._version import __version__
from truto_async.errors import ClientClosedError, InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from truto_async._settings import AiohttpSession, Settings

__all__ = ["Channel", "Sessions"]

_of_the_parent: list[object] = []


class Channel(NamedTuple):
    """A session, and its places: a call waits for one before its time starts to count."""

    session: aiohttp.ClientSession
    places: asyncio.Semaphore
    lifetime: AsyncGenerator[None, None] | None = None
    direct: Direct | None = None

    def check_open(self) -> None:
        """Raise ClientClosedError where its owner has closed it."""
        if self.session.closed:
            raise ClientClosedError("the session of this client is closed; make a new client")

    async def enter(self, seconds: float | None) -> bool:
        """Take a place; False where none became free in so many seconds."""
        if seconds is None or not self.places.locked():
            return await self.places.acquire()
        try:
            async with asyncio.timeout(seconds):
                return await self.places.acquire()
        except TimeoutError:
            return False

    def leave(self) -> None:
        """Give the place to the next."""
        self.places.release()


class Sessions:
    """The sessions of one client and its copies."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings; nothing is opened yet."""
        self._settings = settings
        self._channels: dict[asyncio.AbstractEventLoop, Channel] = {}
        self.closed: bool = False
        self._used = False
        _fork.register(self)

    async def channel(self) -> Channel:
        """Give the channel of the running loop; raises ClientClosedError."""
        self.check_open()
        loop = asyncio.get_running_loop()
        channel = self._channels.get(loop)
        if channel is None:
            self._forget_closed_loops()
            channel = await self._open() if self._settings.session is None else self._adopt(self._settings.session)
            self._channels[loop] = channel
        return channel

    def check_open(self) -> None:
        """Raise ClientClosedError if they are closed."""
        if self.closed:
            raise ClientClosedError("this client is closed; make a new one")

    def _forget_closed_loops(self) -> None:
        """Let go of what ended with its loop: a session refers to its loop, so that neither would ever be collected."""
        for loop in list(self._channels):
            if loop.is_closed():
                self._channels.pop(loop, None)  # another thread may do the same
                self._used = True

    async def refresh(self) -> None:
        """Leave the connections of the running loop to those who use them, and make new ones for everybody else."""
        channel = self._channels.get(asyncio.get_running_loop())
        if channel is not None and channel.lifetime is not None:
            self._channels[asyncio.get_running_loop()] = await self._open()

    def after_fork(self) -> None:
        """Leave the connections to the parent: closing them here would end them there."""
        _of_the_parent.append(self._channels)
        self._channels = {}

    async def close(self) -> None:
        """Close what was opened here, in this loop and others. A session that was handed in stays open."""
        self.closed = True
        channels, self._channels = self._channels, {}
        here = asyncio.get_running_loop()
        for loop, channel in list(channels.items()):
            if channel.lifetime is None:
                continue
            if loop is here:
                await channel.lifetime.aclose()
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(channel.session.close(), loop)
            # Else it is closed with its loop.

    async def _open(self) -> Channel:
        settings = self._settings
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=True if settings.ssl is None else settings.ssl),
            cookie_jar=aiohttp.DummyCookieJar(),
            # To a proxy, aiohttp sends the headers of the session, and the token among them as the proxy's own.
            headers=None if settings.proxy is not None else request_headers(settings),
            request_class=TrackedRequest,
            timeout=aiohttp.ClientTimeout(total=None),
        )
        way_around = direct(session, settings)
        lifetime = _close_with_loop(session, way_around)
        await anext(lifetime)
        return Channel(session, asyncio.Semaphore(settings.max_connections), lifetime, way_around)

    def _adopt(self, handed_in: AiohttpSession) -> Channel:
        if self._channels:
            raise InvalidArgumentError("session= belongs to one event loop, and this is another: make a client for each")
        session = cast("aiohttp.ClientSession", handed_in)
        limit = (session.connector and session.connector.limit) or self._settings.max_connections
        return Channel(session, asyncio.Semaphore(min(limit, self._settings.max_connections)))

    def __del__(self) -> None:
        """Warn of a client that was used and never closed. Its sessions close all the same: with their generators."""
        used = self._used or any(channel.lifetime is not None for channel in self._channels.values())
        if used and not self.closed:
            warnings.warn(_never_closed(), source=self, stacklevel=2)


def _never_closed() -> ResourceWarning:
    return ResourceWarning(
        "this AsyncTruto was never closed: use 'async with AsyncTruto() as truto:', or 'await truto.close()' at its end"
    )


def request_headers(settings: Settings) -> dict[str, str]:
    """Give the headers of every request."""
    return {
        "Authorization": settings.token.authorization,
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": f"truto-async/{__version__}",
    }


async def _close_with_loop(session: aiohttp.ClientSession, way_around: Direct | None) -> AsyncGenerator[None, None]:
    """Close the session when the loop shuts down its asynchronous generators, as asyncio.run does at its end.

    When the generator is collected before that, the loop finalizes it, with the same effect.
    """
    try:
        yield
    finally:
        if way_around is not None:
            way_around.alarm.stop()
        await session.close()
