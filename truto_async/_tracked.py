"""What became of a request: whether it was sent, and whether on a connection that had been used before."""

from __future__ import annotations

from weakref import WeakSet

import aiohttp

__all__ = ["TrackedRequest", "use"]

_used: WeakSet[object] = WeakSet()


def use(connection: aiohttp.connector.Connection) -> bool:
    """Note that a connection is used; tell whether it was before."""
    protocol = connection.protocol
    if protocol in _used:
        return True
    _used.add(protocol)
    return False


class TrackedRequest(aiohttp.ClientRequest):
    """A request of a session's that can be asked."""

    sent = False
    reused = False

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Send it."""
        self.sent = True
        self.reused = use(conn)
        return await super().send(conn)
