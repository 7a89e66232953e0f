"""What the resources have in common: fetching, listing and writing any noun."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from truto_async import _body, _request
from truto_async._json import as_object
from truto_async._request import Request, segment
from truto_async.errors import ResponseDecodeError
from truto_async.paging import Page

if TYPE_CHECKING:
    from typing import Protocol

    from truto_async._codec import Codec
    from truto_async._json import JSONObject, JSONValue
    from truto_async._request import Query
    from truto_async._transport import Transport

    class Identified(Protocol):
        """What has an id."""

        @property
        def id(self) -> str:
            """The id."""
            ...


__all__ = ["Resource"]

_LONGEST_STEP = 0.002


M = TypeVar("M", bound="Identified")


class Resource(ABC, Generic[M]):
    """A noun of the API: one path, one model."""

    _path: str

    def __init__(self, transport: Transport) -> None:
        """Take the transport of the client. Users reach a resource as an attribute of their client."""
        self._transport = transport

    @abstractmethod
    def _model(self) -> type[M]: ...

    @cached_property
    def _codec(self) -> Codec[M]:
        """What reads its model: loaded with the first answer, since making a client should not cost what reading does."""
        from truto_async._codec import codec  # noqa: PLC0415

        return codec(self._model())

    async def _get(self, id: str) -> M:  # noqa: A002  # the API's own word
        """Fetch one, and make sure that it is the one.

        Bytes that a server or proxy wrongly sends on an idle connection answer the next request on it, and every later one
        gets the answer before its own. New connections end that.
        """
        request = Request("GET", f"{self._path}/{segment(id)}")

        def is_the_one(found: M) -> bool:
            return found.id == id or found.id.lower() == id.lower()

        found = await self._transport.fetch(request, self._codec.decode, is_the_one)
        if not is_the_one(found):
            raise ResponseDecodeError(f"asked for {id!r}, got {found.id!r}", path="$.id")
        return found

    async def _write(self, method: str, id: str | None, body: JSONObject) -> M:  # noqa: A002
        path = self._path if id is None else f"{self._path}/{segment(id)}"
        return await self._transport.fetch(_request.build(method, path, None, body), self._codec.decode)

    async def _delete(self, id: str) -> None:  # noqa: A002
        await self._transport.fetch(Request("DELETE", f"{self._path}/{segment(id)}"), lambda _: None)

    async def _page(self, query: Query) -> Page[M]:
        """Fetch a page, and make models of it in steps that leave the event loop free in between."""
        document = await self._transport.fetch(_request.build("GET", self._path, query, None), _body.parse)
        key, rows = _rows(document)
        items: list[M] = []
        rows.reverse()
        until = 0.0
        while rows:
            if time.monotonic() > until:
                await asyncio.sleep(0)
                until = time.monotonic() + _LONGEST_STEP
            # Taken out of the page, so that what has become a model is freed at once, young.
            items.append(self._codec.structure(rows.pop(), key, len(items)))
        return Page(items=items, next_cursor=_cursor(document), limit=_limit(document))


def _rows(document: JSONValue) -> tuple[str, list[JSONValue]]:
    """Find the items: under `result`, or `results` on some pages of truto.one/docs; the Rust SDK takes both, too."""
    envelope = as_object(document)
    for key in ("result", "results"):
        if isinstance(envelope.get(key), list):
            return key, envelope[key]
    raise ResponseDecodeError("expected an object with an array", path="$.result")


def _cursor(document: JSONObject) -> str | None:
    """Find the next page: null, an empty string and nothing at all are the end."""
    cursor = document.get("next_cursor") or None
    if cursor is not None and not isinstance(cursor, str):
        raise ResponseDecodeError("expected a string or null", path="$.next_cursor")
    return cursor


def _limit(document: JSONObject) -> int | None:
    limit = document.get("limit")
    return limit if isinstance(limit, int) else None
