"""Many ids at once."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Generic, TypeVar

from truto_async.batch import AsyncBatch, Outcome, Progress
from truto_async.errors import InvalidArgumentError
from truto_sync._docs import described_as

if TYPE_CHECKING:
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
                wanted = [id_ for _, id_ in zip(range(self._order.window - held), ids, strict=False)]
                outcomes = self._portal.run(lambda wanted=wanted: _exchange(pool, wanted))  # type: ignore[misc]
                if not outcomes:
                    return
                held += len(wanted) - len(outcomes)
                for outcome in outcomes:
                    yield self._order.hand_out(outcome)
        finally:
            self._portal.run(pool.close)


async def _exchange(pool: Pool[T], wanted: list[str]) -> list[Outcome[T]]:
    for id_ in wanted:
        pool.submit(id_)
    return await pool.take()
