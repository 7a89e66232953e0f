"""Many ids at once."""

from __future__ import annotations

from collections.abc import AsyncIterable
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from truto_async.batch import AsyncBatch, Outcome, Progress
from truto_async.errors import InvalidArgumentError
from truto_sync._docs import described_as

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterator

    from truto_async._pool import Pool
    from truto_sync._portal import Portal

__all__ = ["Batch", "Outcome", "Progress"]

T = TypeVar("T")


class Batch(Generic[T]):  # noqa: D101  # its twin says it
    __doc__ = AsyncBatch.__doc__

    def __init__(self, target: AsyncBatch[T], portal: Portal) -> None:
        """Take the asynchronous batch; users get a batch from `get_many`."""
        self._order = target.order
        self._portal = portal

    @property
    @described_as(AsyncBatch[T].unfinished)
    def unfinished(self) -> list[str]:  # noqa: D102  # its twin says it
        return self._order.unfinished

    def __iter__(self) -> Iterator[Outcome[T]]:
        """Walk over the outcomes.

        Ids are pulled in the caller's thread, where their source may make blocking calls itself, and each visit to the event
        loop brings new ids and fetches all the outcomes that are there.
        """
        if isinstance(self._order.ids, AsyncIterable):
            raise InvalidArgumentError("asynchronous ids need the asynchronous client")
        ids = iter(self._order.ids)
        pool = self._order.begin()
        held = 0
        try:
            while True:
                self._order.pulled.extend(islice(ids, self._order.window - held))
                held += len(self._order.pulled)
                outcomes = self._portal.run(lambda: _exchange(pool, self._order.pulled))
                if not outcomes:
                    return
                held -= len(outcomes)
                self._order.taken.extend(outcomes)
                while self._order.taken:
                    yield self._order.hand_out()
        finally:
            self._portal.run_at_end(pool.close)


async def _exchange(pool: Pool[T], pulled: deque[str]) -> list[Outcome[T]]:
    while pulled:
        pool.submit(pulled.popleft())
    return await pool.take()
