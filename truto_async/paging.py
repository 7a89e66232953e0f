"""Lists that come in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from truto_async._checks import check_number
from truto_async.errors import ResponseDecodeError, TrutoError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

__all__ = ["AsyncPager", "Page"]

T = TypeVar("T")


@frozen(kw_only=True)
class Page(Generic[T]):
    """A part of a list."""

    items: list[T]
    """What it holds; may be empty although more pages follow."""

    next_cursor: str | None
    """Where the next page begins; None on the last."""

    limit: int | None
    """How many items the server puts on a page at the most, as it says; None where it does not."""


class AsyncPager(Generic[T]):
    """A list that is fetched page by page while it is walked. Each walk starts anew.

    A TrutoError in the middle of a walk has a `cursor`: `list(cursor=...)` goes on from there.
    """

    def __init__(
        self,
        fetch: Callable[[str | None, int | None], Awaitable[Page[T]]],
        *,
        cursor: str | None = None,
        max_items: int | None = None,
    ) -> None:
        """Take what fetches a page, given its cursor and the number of items wanted; users get a pager from `list`."""
        if max_items is not None:
            check_number("max_items", max_items, int)
        self._fetch = fetch
        self._cursor = cursor
        self._max_items = max_items

    async def pages(self) -> AsyncGenerator[Page[T], None]:
        """Walk over the pages."""
        cursor, left, seen = self._cursor, self._max_items, {self._cursor}
        while True:
            page = await self._page(cursor, left)
            if left is not None:
                page = Page(items=page.items[:left], next_cursor=page.next_cursor, limit=page.limit)
                left -= len(page.items)
            yield page
            cursor = page.next_cursor
            if cursor is None or left == 0:
                return
            if cursor in seen:
                problem = f"the server gave the cursor {cursor[:60]!r} again: the list would never end"
                error = ResponseDecodeError(problem, path="$.next_cursor")
                error.cursor = cursor
                raise error
            seen.add(cursor)

    async def __aiter__(self) -> AsyncIterator[T]:
        """Walk over the items."""
        async for page in self.pages():
            for item in page.items:
                yield item

    async def first(self) -> T | None:
        """Fetch the first item; None where the list is empty."""
        async for item in AsyncPager(self._fetch, cursor=self._cursor, max_items=1):
            return item
        return None

    async def to_list(self) -> list[T]:
        """Fetch all items. A TrutoError on the way keeps those that came before it in its `items`."""
        items: list[T] = []
        try:
            async for page in self.pages():
                items += page.items
        except TrutoError as error:
            error.items = items
            raise
        return items

    async def _page(self, cursor: str | None, left: int | None) -> Page[T]:
        try:
            return await self._fetch(cursor, left)
        except TrutoError as error:
            error.cursor = cursor
            raise
