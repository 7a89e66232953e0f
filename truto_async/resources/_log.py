"""The entries of one log, window by window."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from truto_async.resources._base import Resource
from truto_async.resources._windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from truto_async._transport.request import Query
    from truto_async._transport.transport import Transport
    from truto_async.models.log import LogEntry
    from truto_async.paging import AsyncPager, Page
    from truto_async.resources._windows import Span

__all__ = ["Log"]

L = TypeVar("L", bound="LogEntry")


class Log(Resource[L]):
    """The entries of one log in a span of time."""

    _path = "/log"

    def __init__(
        self,
        transport: Transport,
        log_type: str,
        model: Callable[[], type[L]],
        filters: dict[str, str | None],
        span: Span,
    ) -> None:
        """Take the type, the filters and the span, and what loads the model."""
        super().__init__(transport)
        self._load_model = model
        self._query: Query = {"log_type": log_type, "log_type_filter": filters}
        self._span = span

    def _model(self) -> type[L]:
        return self._load_model()

    def entries(self, size: int, *, max_items: int | None, cursor: str | None) -> AsyncPager[L]:
        """Return a pager over the entries, `size` of them a page."""
        after = self._span.created_after

        async def fetch(cursor: str | None, wanted: int | None) -> Page[L]:
            count = size if wanted is None else min(size, wanted)
            return await (self._part(cursor, count) if after is None else self._part_of_window(cursor, count, after))

        return self._pager(fetch, cursor=cursor, max_items=max_items)

    async def _part(self, cursor: str | None, count: int) -> Page[L]:
        times: Query = {"lt": self._span.created_before}
        return await self._page({**self._query, "created_at": times, "limit": count, "next_cursor": cursor})

    async def _part_of_window(self, cursor: str | None, count: int, after: datetime) -> Page[L]:
        from truto_async.paging import Page  # noqa: PLC0415  # it is loaded: a pager calls this

        window = self._span.first(after) if cursor is None else Window.parse(cursor, after)
        query: Query = {**self._query, "created_at": window.query(after), "limit": count, "next_cursor": window.cursor}
        page = await self._page(query)
        following = window.following(page.next_cursor, after)
        return Page(
            items=[entry for entry in page.items if window.holds(entry.timestamp)],
            next_cursor=None if following is None else str(following),
            limit=page.limit,
        )
