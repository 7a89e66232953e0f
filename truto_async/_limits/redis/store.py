"""Redis: the only door to redis-py."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from truto_async._limits.redis.messages import Reply
from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from truto_async._limits.redis.messages import Call, Terms

__all__ = ["Store", "address", "advice", "check_url"]

_MOST_CONNECTIONS = 8
_LISTEN_SECONDS = 5.0
_STALE_SECONDS = 15.0
# By the class of an error, or the first word of its message.
_ADVICE = [
    ({"AuthenticationError", "WRONGPASS", "NOAUTH"}, "give the right user name and password in its URL"),
    ({"NoPermissionError", "NOPERM"}, "allow its user what docs/how-to/many-machines.md lists"),
    ({"ReadOnlyError", "READONLY"}, "it is a read-only replica: give the URL of the primary"),
    ({"OutOfMemoryError", "OOM"}, "it is out of memory: raise its maxmemory"),
    ({"MovedError", "MOVED"}, "it is a cluster of several servers: give the URL of a server, or of a cluster of one"),
    ({"WRONGTYPE"}, "something else is kept under its keys: delete them, or give it another name"),
    ({"TypeError"}, "leave out of its URL what redis-py does not know"),
    ({"TimeoutError"}, "it does not answer in time: see whether it is overloaded, and whether its port is open from here"),
]
_PARTS = ("state", "window", "workers", "leases", "queue")


def _library() -> Any:
    import redis.asyncio  # noqa: PLC0415  # optional

    return redis.asyncio


def check_url(url: str) -> None:
    """Raise ModuleNotFoundError without redis-py, and InvalidArgumentError for a URL that it does not take."""
    try:
        library = _library()
    except ModuleNotFoundError:
        raise ModuleNotFoundError("RedisRateLimit needs redis-py: pip install 'truto-async[redis]'") from None
    try:
        library.ConnectionPool.from_url(url)
    except (ValueError, TypeError, AttributeError):  # which may show a password
        problem = "url must be a URL such as redis://redis.example:6379/0, rediss://... for TLS, or unix:///path/to/socket"
        raise InvalidArgumentError(problem) from None
    parts = urlsplit(url)
    if parts.scheme != "unix" and "@" in parts.path + parts.fragment:  # what is behind it would not be taken for the host
        raise InvalidArgumentError(
            "url: a user name and a password must be percent-encoded, such as %2F for / and %23 for #"
        )


def address(url: str) -> str:
    """Return a URL without its user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def advice(error: Exception) -> str:
    """Say what to do about an error."""
    known = {type(error).__name__, str(error).partition(" ")[0]}
    return next((text for names, text in _ADVICE if names & known), "see whether it runs, and can be reached from here")


class Store:
    """A connection pool to Redis, in one event loop."""

    def __init__(self, url: str, timeout: float) -> None:
        """Open nothing yet."""
        from redis.asyncio.retry import Retry  # noqa: PLC0415  # optional
        from redis.backoff import NoBackoff  # noqa: PLC0415  # the same

        self._timeout = timeout
        self._client: Any = _library().Redis.from_url(
            url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0)
        )
        self._script: Any = self._client.register_script(
            files("truto_async._limits.redis").joinpath("ledger.lua").read_text()
        )
        self._places = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._dropping = asyncio.Lock()
        self._used_at = time.monotonic()

    async def exchange(self, name: str, channel: str, label: str, call: Call, terms: Terms) -> Reply:
        """Carry out a call; raises what the library does."""
        keys = [f"{{{name}}}:{part}" for part in _PARTS]
        async with asyncio.timeout(self._timeout), self._places:
            await self._drop_stale_connections()
            numbers: list[int] = await self._script(keys=keys, args=[channel, label, *call.arguments(terms)])
        generation, epoch, blocked, due, expected, *starts = numbers
        return Reply(generation, epoch, blocked, due, expected, starts)

    async def _drop_stale_connections(self) -> None:
        """Close connections that were idle for long: a firewall or Redis may have dropped them without a word."""
        async with self._dropping:
            idle, self._used_at = time.monotonic() - self._used_at, time.monotonic()
            if idle > _STALE_SECONDS:
                with suppress(Exception):
                    async with asyncio.timeout(self._timeout / 4):
                        await self._client.connection_pool.disconnect(inuse_connections=False)

    async def listen(self, channels: Sequence[str], on_ready: Callable[[], None], on_message: Callable[[str], None]) -> None:
        """Listen to channels, for ever; raises what the library does."""
        async with self._client.pubsub() as pubsub:
            async with asyncio.timeout(self._timeout):
                await pubsub.subscribe(*channels)
            missing = len(channels)
            while True:
                message = await self._next(pubsub)
                if message["type"] == "message":
                    data = message["data"]
                    on_message(data if isinstance(data, str) else data.decode(errors="replace"))
                elif message["type"] == "subscribe":
                    missing -= 1
                    if missing == 0:
                        on_ready()

    async def _next(self, pubsub: Any) -> dict[str, Any]:
        """Wait for the next message of a subscription; where nothing comes for long, ask whether it is alive."""
        message: dict[str, Any] | None = await pubsub.get_message(timeout=_LISTEN_SECONDS)
        if message is None:  # pragma: no cover  # run; Python 3.11 does not trace what comes after a timeout
            await pubsub.ping()
            message = await pubsub.get_message(timeout=_LISTEN_SECONDS)
        if message is None:  # pragma: no cover  # the same
            raise TimeoutError("nothing comes from the subscription, not even an answer")
        return message

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()
