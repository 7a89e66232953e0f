"""Connection pools, and what other threads do at the very moment when one is opened or closed."""

from __future__ import annotations

import asyncio
import sys
import threading
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import AsyncTruto, ClientClosedError
from truto_async.testing import SEED_JOBS, FakeTruto

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

JOB_ID = SEED_JOBS[3]["id"]
MISPLACED = {"id": "another"}


def close_in_a_thread(truto: AsyncTruto) -> None:
    """Close a client in another thread's event loop, and wait for it."""
    thread = threading.Thread(target=asyncio.run, args=[truto.close()])
    thread.start()
    thread.join()


def when_a_pool_opens(act: Callable[[], None], number: int = 1) -> list[AsyncGeneratorType[Any, Any]]:
    """Act at the moment when a pool opens its lifetime in this loop; the lifetimes are added to the list."""
    lifetimes: list[AsyncGeneratorType[Any, Any]] = []
    first_iteration = sys.get_asyncgen_hooks().firstiter

    def opened(generator: AsyncGenerator[Any, Any]) -> None:
        assert first_iteration is not None
        first_iteration(generator)
        if isinstance(generator, AsyncGeneratorType) and generator.__name__ == "_close_with_loop":
            lifetimes.append(generator)
            if len(lifetimes) == number:
                act()

    sys.set_asyncgen_hooks(firstiter=opened)
    return lifetimes


@pytest.mark.parametrize("number", [1, 2], ids=["the first", "one that replaces another"])
async def test_closing_while_a_pool_opens(fake_truto: FakeTruto, number: int) -> None:
    """Another thread closes the client right then: the call ends, and the pool is closed and not kept."""
    fake_truto.fail(200, body=MISPLACED)
    truto = AsyncTruto(fake_truto.token, base_url=fake_truto.url)
    lifetimes = when_a_pool_opens(lambda: close_in_a_thread(truto), number)

    with pytest.raises(ClientClosedError):
        await truto.sync_jobs.get(JOB_ID)
    await asyncio.sleep(0.05)

    assert number - 1 == len(fake_truto.requests)
    assert [None] * number == [lifetime.ag_frame for lifetime in lifetimes]
    assert not truto._transport._shared.pools._pools


async def test_many_first_calls_at_once(fake_truto: FakeTruto) -> None:
    """They share one pool."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        lifetimes = when_a_pool_opens(lambda: None)
        await asyncio.gather(*(truto.sync_jobs.get(JOB_ID) for _ in range(20)))

        assert 1 == len(lifetimes)


def test_a_loop_that_ends_while_the_client_is_closed(fake_truto: FakeTruto) -> None:
    """Another thread's loop may end between the look whether it runs and the message to it; that holds up nothing."""
    asked, ended, ready = threading.Event(), threading.Event(), threading.Event()

    class Loop(asyncio.SelectorEventLoop):
        """Ends while another thread asks it whether it runs."""

        def is_running(self) -> bool:
            running = super().is_running()
            if running and threading.current_thread() is not thread:
                asked.set()
                ended.wait()
            return running

    def work() -> None:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(get())
        ended.set()

    async def get() -> None:
        await truto.sync_jobs.get(JOB_ID)
        ready.set()
        await asyncio.to_thread(asked.wait)

    async def main() -> None:
        await truto.sync_jobs.get(JOB_ID)
        await asyncio.to_thread(ready.wait)
        lifetime = truto._transport._shared.pools._pools[asyncio.get_running_loop()].lifetime
        await truto.close()
        assert isinstance(lifetime, AsyncGeneratorType)
        assert lifetime.ag_frame is None

    truto = AsyncTruto(fake_truto.token, base_url=fake_truto.url)
    thread = threading.Thread(target=work)
    thread.start()
    asyncio.run(main())
    thread.join()
