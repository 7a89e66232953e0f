"""The worker pool, where the event loop starts tasks eagerly."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import AsyncTruto, NotFoundError

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in Python 3.12")
def test_ids_that_fail_at_once_with_eager_tasks(fake_truto: FakeTruto) -> None:
    """Workers that end before `create_task` returns are not counted as running."""

    async def main() -> list[Any]:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined,unused-ignore]
        async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
            ids = [*[""] * 5, next(iter(fake_truto.jobs)), *[""] * 5, "unknown"]
            async with asyncio.timeout(20):
                return [outcome async for outcome in truto.sync_jobs.get_many(ids, concurrency=2, ordered=True)]

    outcomes = asyncio.run(main())

    assert 12 == len(outcomes)
    assert [5] == [index for index, outcome in enumerate(outcomes) if outcome.error is None]
    assert isinstance(outcomes[-1].error, NotFoundError)
