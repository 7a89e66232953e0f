"""A request of aiohttp's that can be asked what became of it."""

from __future__ import annotations

from weakref import WeakSet

import aiohttp

__all__ = ["TrackedRequest"]

_connections: WeakSet[object] = WeakSet()


class TrackedRequest(aiohttp.ClientRequest):
    """A request that knows whether it was sent, and whether on a connection that had been used before."""

    sent = False
    reused = False

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Send it."""
        self.sent = True
        self.reused = conn.protocol in _connections
        _connections.add(conn.protocol)
        return await super().send(conn)
