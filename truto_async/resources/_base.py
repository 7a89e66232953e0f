"""What the resources have in common."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from truto_async import _codec
from truto_async._request import Request, segment

if TYPE_CHECKING:
    from truto_async._transport import Transport

__all__ = ["Resource"]

T = TypeVar("T")


class Resource:
    """A noun of the API: one path, one model."""

    _path: str

    def __init__(self, transport: Transport) -> None:
        """Take the transport of the client. Users reach a resource as an attribute of their client."""
        self._transport = transport

    async def _get(self, id: str, cls: type[T]) -> T:  # noqa: A002  # the API's own word
        request = Request("GET", f"{self._path}/{segment(id)}")
        return await self._transport.fetch(request, partial(_codec.decode, cls=cls))
