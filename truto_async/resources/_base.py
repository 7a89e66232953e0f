"""What the resources have in common."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from truto_async import _codec
from truto_async._request import Request, segment
from truto_async.errors import ResponseDecodeError

if TYPE_CHECKING:
    from truto_async._transport import Transport

__all__ = ["Resource"]


class Identified(Protocol):
    """What has an id."""

    @property
    def id(self) -> str:
        """The id."""
        ...


M = TypeVar("M", bound=Identified)


class Resource:
    """A noun of the API: one path, one model."""

    _path: str

    def __init__(self, transport: Transport) -> None:
        """Take the transport of the client. Users reach a resource as an attribute of their client."""
        self._transport = transport

    async def _get(self, id: str, cls: type[M]) -> M:  # noqa: A002  # the API's own word
        """Fetch one, and make sure that it is the one.

        Bytes that a server or proxy wrongly sends on an idle connection answer the next request on it, and every later one
        gets the answer before its own. New connections end that.
        """
        request = Request("GET", f"{self._path}/{segment(id)}")
        read = partial(_codec.decode, cls=cls)
        found = await self._transport.fetch(request, read)
        if found.id.lower() != id.lower():
            await self._transport.refresh()
            found = await self._transport.fetch(request, read)
        if found.id.lower() != id.lower():
            raise ResponseDecodeError(f"asked for {id!r}, got {found.id!r}", path="$.id")
        return found
