"""Batches, walked by blocking code."""

from __future__ import annotations

from collections.abc import AsyncIterable
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from truto_async.batch import AsyncBatch, Outcome, Progress
from truto_async.errors import InvalidArgumentError
from truto_sync._docs import described_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async._support.worker_pool import WorkerPool
    from truto_async.batch import BatchPlan
    from truto_sync._portal import Portal

__all__ = ["Batch", "Outcome", "Progress"]

T = TypeVar("T")


class Batch(Generic[T]):  # noqa: D101  # its twin says it
    __doc__ = AsyncBatch.__doc__

    def __init__(self, target: AsyncBatch[T], portal: Portal) -> None:
        """Users get a batch from `get_many`."""
        self._plan = target.plan
        self._portal = portal

    @property
    @described_as(AsyncBatch[T].unfinished)
    def unfinished(self) -> list[str]:  # noqa: D102  # its twin says it
        return self._plan.unfinished

    def __repr__(self) -> str:
        """Show the progress."""
        return f"{type(self).__name__}({self._plan!r})"

    def __iter__(self) -> Iterator[Outcome[T]]:
        """Walk over the outcomes.

        Ids are pulled in the caller's thread, where their source may make blocking calls itself. Each visit to the event
        loop submits new ids and takes all the outcomes that are there.
        """
        if isinstance(self._plan.ids, AsyncIterable):
            raise InvalidArgumentError("asynchronous ids need the asynchronous client")
        ids = iter(self._plan.ids)
        pool = self._plan.start()
        held = 0
        try:
            while True:
                self._plan.pulled.extend(islice(ids, self._plan.window - held))
                held += len(self._plan.pulled)
                count = self._portal.run(lambda: _exchange(pool, self._plan))
                if not count:
                    return
                held -= count
                while self._plan.taken:
                    yield self._plan.next_outcome()
        finally:
            self._portal.run_cleanup(pool.close)


async def _exchange(pool: WorkerPool[Outcome[T]], plan: BatchPlan[T]) -> int:
    """Submit ids, take outcomes, and return how many.

    The outcomes are put where they are kept at once: the caller may be interrupted before it gets a result.
    """
    while plan.pulled:
        pool.submit(plan.pulled.popleft())
    outcomes = await pool.take()
    plan.taken.extend(outcomes)
    return len(outcomes)
