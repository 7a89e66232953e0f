"""Lists that come in pages, walked by blocking code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from truto_async.paging import AsyncPager, Page
from truto_sync._docs import described_as

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from truto_sync._portal import Portal

__all__ = ["Page", "Pager"]

T = TypeVar("T")


class Pager(Generic[T]):  # noqa: D101  # its twin says it
    __doc__ = AsyncPager.__doc__

    def __init__(self, target: AsyncPager[T], portal: Portal) -> None:
        """Users get a pager from `list`."""
        self._target = target
        self._portal = portal

    def __repr__(self) -> str:
        """Show where it begins and ends."""
        return repr(self._target).replace(AsyncPager.__name__, type(self).__name__, 1)

    @described_as(AsyncPager[T].pages)
    def pages(self) -> Generator[Page[T], None, None]:  # noqa: D102  # its twin says it
        return self._portal.walk(self._target.pages())

    def __iter__(self) -> Iterator[T]:
        """Walk over the items."""
        for page in self.pages():
            yield from page.items

    @described_as(AsyncPager[T].first)
    def first(self) -> T | None:  # noqa: D102  # its twin says it
        return self._portal.run(self._target.first)

    @described_as(AsyncPager[T].to_list)
    def to_list(self) -> list[T]:  # noqa: D102  # its twin says it
        return self._portal.run(self._target.to_list)
