"""Lists that come in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from truto_async._config.checks import check_number
from truto_async.errors import ResponseDecodeError, TrutoError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

__all__ = ["AsyncPager", "Page"]

T = TypeVar("T")


@frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a list."""

    items: list[T]
    """The items; may be empty although more pages follow."""

    next_cursor: str | None
    """The cursor of the next page; None on the last."""

    limit: int | None
    """The most items that the server puts on a page; None if it does not say."""


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
        """Users get a pager from `list`.

        Args:
            fetch: fetches the page at a cursor, with at most so many items.
            cursor: where to begin; None for the beginning.
            max_items: how many items to walk over at the most; None for all.
        """
        if max_items is not None:
            check_number("max_items", max_items, int)
        self._fetch = fetch
        self._cursor = cursor
        self._max_items = max_items

    def __repr__(self) -> str:
        """Show where it begins and ends."""
        shown = {"cursor": self._cursor, "max_items": self._max_items}
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items() if value is not None)})"
        )

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
                problem = f"the server sent the cursor {cursor[:60]!r} again: the list would never end"
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
