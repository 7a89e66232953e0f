"""The base of the resources: fetching, listing and writing objects of any kind."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from truto_async._codec.body import parse_body
from truto_async._config.checks import check_number
from truto_async._support.json import as_object
from truto_async._transport.request import build_request, encode_id
from truto_async.errors import ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from truto_async._codec.codec import Codec
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async._transport.request import Query
    from truto_async._transport.transport import Transport
    from truto_async.paging import AsyncPager, Page

__all__ = ["Resource", "cursor_of", "rows_of"]

_PAGE_SIZE = 50
_LONGEST_STEP = 0.002
"""Seconds for which making models may keep the event loop busy."""

M = TypeVar("M")


class Resource(ABC, Generic[M]):
    """The operations on one kind of object: one path, one model. Users reach a resource as an attribute of their client."""

    _path: str

    def __init__(self, transport: Transport) -> None:
        """Users reach it as an attribute of their client."""
        self._transport = transport

    def __repr__(self) -> str:
        """Show whose resource it is."""
        return f"{type(self).__name__}(base_url={self._transport.settings.base_url!r})"

    @abstractmethod
    def _model(self) -> type[M]: ...

    @cached_property
    def _codec(self) -> Codec[M]:
        """The codec of the model, loaded with the first response: making a client should not cost what decoding does."""
        from truto_async._codec.codec import codec_for  # noqa: PLC0415

        return codec_for(self._model())

    async def _send(self, method: str, id: str | None, query: Query | None, body: JSONValue) -> M:  # noqa: A002  # the API's word
        """Send a request for one object, or a new one, and return the object in the response."""
        path = self._path if id is None else f"{self._path}/{encode_id(id)}"
        return await self._transport.fetch(build_request(method, path, query, body), self._codec.decode)

    async def _remove(self, id: str, query: Query | None = None) -> M | None:  # noqa: A002
        """Send a DELETE and return the object in the response; None where there is none.

        So it is where an earlier attempt was carried out and its answer got lost.
        """

        def decode(body: bytes) -> M | None:
            return self._codec.decode(body) if body else None

        return await self._transport.fetch(build_request("DELETE", f"{self._path}/{encode_id(id)}", query, None), decode)

    def _list(self, query: Query, *, limit: int | None, max_items: int | None, cursor: str | None) -> AsyncPager[M]:
        """Return a pager over the objects that the query selects, `limit` of them a page."""
        size = _PAGE_SIZE if limit is None else limit
        check_number("limit", size, int)

        async def fetch(cursor: str | None, wanted: int | None) -> Page[M]:
            return await self._page({**query, "limit": size if wanted is None else min(size, wanted), "next_cursor": cursor})

        return self._pager(fetch, cursor=cursor, max_items=max_items)

    def _pager(
        self,
        fetch: Callable[[str | None, int | None], Awaitable[Page[M]]],
        *,
        cursor: str | None = None,
        max_items: int | None = None,
    ) -> AsyncPager[M]:
        """Return a pager over the pages that a function fetches."""
        from truto_async.paging import AsyncPager  # noqa: PLC0415  # most scripts list nothing

        return AsyncPager(fetch, cursor=cursor, max_items=max_items)

    async def _page(self, query: Query) -> Page[M]:
        """Fetch a page, and make its models in short steps that leave the event loop free in between."""
        from truto_async.paging import Page  # noqa: PLC0415  # as above

        document = await self._transport.fetch(build_request("GET", self._path, query, None), parse_body)
        key, rows = rows_of(document)
        items: list[M] = []
        rows.reverse()
        until = 0.0
        while rows:
            if time.monotonic() > until:
                await asyncio.sleep(0)
                until = time.monotonic() + _LONGEST_STEP
            # Taken out of the page: the garbage collector frees young objects cheaply.
            items.append(self._codec.structure(rows.pop(), key, len(items)))
        return Page(items=items, next_cursor=cursor_of(document), limit=_limit(document))


def rows_of(document: JSONValue) -> tuple[str, list[JSONValue]]:
    """Return the items and their key: `result`, or `results` as on some pages of truto.one/docs and in the Rust SDK."""
    envelope = as_object(document)
    for key in ("result", "results"):
        if isinstance(envelope.get(key), list):
            return key, envelope[key]
    raise ResponseDecodeError("expected an object with an array", path="$.result")


def cursor_of(document: JSONObject) -> str | None:
    """Return the cursor of the next page; null, an empty string and no cursor at all mean the end."""
    cursor = document.get("next_cursor") or None
    if cursor is not None and not isinstance(cursor, str):
        raise ResponseDecodeError("expected a string or null", path="$.next_cursor")
    return cursor


def _limit(document: JSONObject) -> int | None:
    limit = document.get("limit")
    return limit if isinstance(limit, int) else None
