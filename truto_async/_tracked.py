"""What became of a request: whether it was sent, and whether on a connection that had been used before."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

import aiohttp

__all__ = ["TrackedRequest", "use"]

_READ_SIZE = 64 * 1024

_used: WeakSet[object] = WeakSet()


def use(connection: aiohttp.connector.Connection) -> bool:
    """Note that a connection is used; tell whether it was before."""
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


class TrackedRequest(aiohttp.ClientRequest):
    """A request of a session's that can be asked."""

    sent = False
    reused = False

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Send it."""
        self.sent = True
        self.reused = use(conn)
        return await super().send(conn)
