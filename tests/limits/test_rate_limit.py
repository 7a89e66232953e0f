"""The rate limit: never over it, never idle below it, first come, first served."""

from __future__ import annotations

import asyncio
import pickle
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import APITimeoutError, AsyncTruto, InvalidArgumentError, RateLimit, RateLimitError
from truto_async.testing import SEED_JOBS, FakeTruto, no_waiting
from truto_sync import Truto

if TYPE_CHECKING:
    from types import FrameType

    from tests.conftest import MakeClient

JOB_ID = SEED_JOBS[3]["id"]


@pytest.mark.parametrize(
    "arguments", [(0, 1), (-1, 1), (1.5, 1), (True, 1), ("1", 1), (1, 0), (1, float("inf")), (1, float("nan")), (1, True)]
)
def test_limits_that_make_no_sense(arguments: tuple[Any, Any]) -> None:
    """A limit is a positive number of requests in a positive time."""
    with pytest.raises(InvalidArgumentError, match="RateLimit"):
        RateLimit(arguments[0], per=arguments[1])
    with pytest.raises(InvalidArgumentError, match="per_account"):
        RateLimit(1, per=1, per_account=0)


async def test_first_come_first_served_and_never_over() -> None:
    """Three windows' worth at once: in order, and as fast as allowed."""
    limit = RateLimit(50, per=0.5)
    granted: list[tuple[int, float]] = []

    async def work(number: int) -> None:
        async with limit:
            granted.append((number, time.monotonic()))

    began = time.monotonic()
    await asyncio.gather(*map(work, range(150)))

    times = [moment for _, moment in granted]
    assert list(range(150)) == [number for number, _ in granted]
    assert 1.0 <= times[-1] - began < 2.0
    assert all(later - earlier >= 0.5 for earlier, later in zip(times, times[50:], strict=False))


async def test_a_slot_counts_until_its_answer() -> None:
    """The window slides with the answers: the server may have counted a request as late as that."""
    limit = RateLimit(1, per=0.3)
    async with limit:
        await asyncio.sleep(0.3)
    answered = time.monotonic()

    async with limit:
        assert 0.29 < time.monotonic() - answered < 2.0


async def test_more_under_way_than_the_limit() -> None:
    """While every slot is under way, nobody is let through."""
    limit = RateLimit(1, per=0.1)
    entered = asyncio.Event()

    async def second() -> None:
        async with limit:
            entered.set()

    async with limit:
        task = asyncio.create_task(second())
        await asyncio.sleep(0.35)
        assert not entered.is_set()
    await asyncio.wait_for(task, 2)


async def test_cancelled_waiters_leave_the_queue() -> None:
    """Whoever gives up waiting, first or last in the queue, holds nobody up."""
    limit = RateLimit(1, per=0.2)
    async with limit:
        pass
    tasks = [asyncio.create_task(limit.acquire()) for _ in range(5)]
    await asyncio.sleep(0.05)
    for place in (0, 2, 4):
        tasks[place].cancel()

    results = await asyncio.wait_for(asyncio.gather(*tasks[1:2], return_exceptions=True), 2)
    limit.release()
    await asyncio.wait_for(tasks[3], 2)

    assert [None] == results
    assert not limit._queue.waiters


async def test_deadlines_are_foreseen() -> None:
    """A wait that would outlive the deadline is not begun, also from far back in the queue."""
    limit = RateLimit(2, per=5.0)
    for _ in range(2):
        async with limit:
            pass
    waiting = [asyncio.create_task(limit.acquire()) for _ in range(3)]
    await asyncio.sleep(0)
    began = time.monotonic()

    assert 4.5 < (await limit.acquire(began + 1) or 0) <= 5
    assert time.monotonic() - began < 1.0
    assert 3 == len(limit._queue.waiters)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_deadlines_are_kept() -> None:
    """Where the wait cannot be foreseen, it ends at the deadline."""
    limit = RateLimit(1, per=0.2)
    await limit.acquire()
    first = asyncio.create_task(limit.acquire())
    await asyncio.sleep(0)
    began = time.monotonic()

    assert await limit.acquire(began + 0.5) is not None
    assert time.monotonic() - began < 5.0
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_a_pause_ends_without_a_burst() -> None:
    """After a pause the waiting go on one after the other, evenly."""
    limit = RateLimit(10, per=0.5)
    limit.pause(0.4)
    limit.pause(0.1)
    began = time.monotonic()
    granted = []
    for _ in range(5):
        async with limit:
            granted.append(time.monotonic() - began)

    assert granted[0] >= 0.4
    assert granted[-1] - granted[0] > 0.08  # by its rule, half of four gaps of 0.05 at least

    await asyncio.sleep(0.9 - (time.monotonic() - began) + 0.1)
    assert all(limit.try_acquire() for _ in range(5))  # the pause is forgotten


@pytest.mark.parametrize("pause", [0.3, 0.7], ids=["a short pause", "a long pause"])
@pytest.mark.parametrize("answered", [0.05, 0.5, 0.9], ids=["early", "in the middle", "late"])
@pytest.mark.parametrize("counted", [True, False], ids=["answered", "unsent"])
async def test_slots_in_flight_when_a_pause_begins(pause: float, answered: float, *, counted: bool) -> None:
    """Whenever their responses come, neither they nor what was free are granted in a burst."""
    limit = RateLimit(20, per=0.8)
    for _ in range(4):
        async with limit:
            pass
    for _ in range(11):
        await limit.acquire()
    began = time.monotonic()
    limit.pause(pause)
    granted: list[float] = []

    async def work() -> None:
        async with limit:
            granted.append(time.monotonic() - began)

    tasks = [asyncio.create_task(work()) for _ in range(30)]
    await asyncio.sleep(answered)
    for _ in range(11):
        limit.release(counted=counted)
    await asyncio.gather(*tasks)

    assert granted[0] >= pause
    # By its rule, a gap is half of 0.04 at least.
    assert all(later - earlier > 0.12 for earlier, later in zip(granted, granted[8:], strict=False))
    assert granted[-1] < max(pause, answered) + 2.2


def test_shared_by_threads_and_loops() -> None:
    """One limit for loops in several threads: together they keep it, and all get through."""
    limit = RateLimit(20, per=0.4)
    granted: list[float] = []

    async def work() -> None:
        async def one() -> None:
            async with limit:
                granted.append(time.monotonic())

        await asyncio.gather(*(one() for _ in range(20)))

    threads = [threading.Thread(target=asyncio.run, args=[work()]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    granted.sort()
    assert 80 == len(granted)
    assert all(later - earlier >= 0.4 for earlier, later in zip(granted, granted[20:], strict=False))


def test_a_loop_that_ends_holds_nobody_up() -> None:
    """A waiter whose loop was closed under it does not keep its turn."""
    limit = RateLimit(1, per=0.3)
    abandoned = asyncio.new_event_loop()
    left: list[Any] = []

    async def queue_up() -> None:
        left.append(asyncio.create_task(limit.acquire()))
        await asyncio.sleep(0)

    async def main() -> None:
        async with limit:
            pass
        first = asyncio.create_task(limit.acquire())
        await asyncio.sleep(0)
        await asyncio.to_thread(abandoned.run_until_complete, queue_up())
        abandoned.close()
        last = asyncio.create_task(limit.acquire())
        await asyncio.wait_for(first, 3)
        limit.release()
        await asyncio.wait_for(last, 3)

    asyncio.run(main())
    left[0]._log_destroy_pending = False
    left[0].get_coro().close()

    assert not limit._queue.waiters


async def test_a_pause_that_comes_while_waiting() -> None:
    """A pause makes a wait longer that was short enough; then it ends at once."""
    limit = RateLimit(1, per=0.2)
    async with limit:
        pass
    waiting = asyncio.create_task(limit.acquire(time.monotonic() + 2))
    await asyncio.sleep(0.05)
    limit.pause(30)

    assert 25 < (await asyncio.wait_for(waiting, 1) or 0) <= 30


def test_pickled_limits() -> None:
    """Another process gets the same limit, and a window of its own."""
    twin = pickle.loads(pickle.dumps(RateLimit(7, per=2.5, per_account=3)))

    assert "RateLimit(7, per=2.5)" == repr(twin)
    assert twin.for_account("a").limit == 3
    assert RateLimit(1, per=1, per_account=None).for_account("a") is None


async def test_accounts_are_forgotten() -> None:
    """The limits of accounts that are idle do not pile up."""
    limit = RateLimit(1, per=60.0)
    busy = limit.for_account("busy")
    assert busy is not None
    await busy.acquire()
    for number in range(3000):
        limit.for_account(str(number))

    assert len(limit._accounts) <= 1001
    assert limit.for_account("busy") is busy


async def test_a_client_keeps_its_limit(fake_truto: FakeTruto) -> None:
    """More calls than allowed, at once, to a server that counts: no refusal, and no period wasted."""
    fake_truto.limit(100, per=1.0)
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=RateLimit(100, per=1.0)) as truto:
        began = time.monotonic()
        await asyncio.gather(*(truto.sync_jobs.get(JOB_ID) for _ in range(300)))

    assert 300 == len(fake_truto.requests)
    assert 2.0 <= time.monotonic() - began < 4.0


def test_clients_of_both_packages_share_a_limit(fake_truto: FakeTruto) -> None:
    """One limit in an asyncio program and in blocking threads."""
    fake_truto.limit(60, per=0.8)
    limit = RateLimit(60, per=0.8)

    def blocking() -> None:
        with Truto(fake_truto.token, base_url=fake_truto.url, rate_limit=limit) as truto:
            for _ in range(40):
                truto.sync_jobs.get(JOB_ID)

    async def asynchronous() -> None:
        async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=limit) as truto:
            await asyncio.gather(*(truto.sync_jobs.get(JOB_ID) for _ in range(40)))

    threads = [threading.Thread(target=blocking) for _ in range(2)]
    for thread in threads:
        thread.start()
    asyncio.run(asynchronous())
    for thread in threads:
        thread.join()

    assert 120 == len(fake_truto.requests)


async def test_another_process_uses_up_the_limit(fake_truto: FakeTruto) -> None:
    """A 429 pauses the whole client: what waits is not sent before its time, and all calls succeed."""
    fake_truto.limit(50, per=1.0)
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=None) as other:
        await asyncio.gather(*(other.sync_jobs.get(JOB_ID) for _ in range(50)))
    fake_truto.requests.clear()

    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=RateLimit(50, per=1.0)) as truto:
        first = asyncio.create_task(truto.sync_jobs.get(JOB_ID))
        await asyncio.sleep(0.2)
        others = [asyncio.create_task(truto.sync_jobs.get(JOB_ID)) for _ in range(30)]
        jobs = await asyncio.gather(first, *others)

    refused = fake_truto.requests[0].time
    assert 31 == len(jobs)
    assert 1 == sum(request.time < refused + 1.0 for request in fake_truto.requests)
    assert 32 == len(fake_truto.requests)


def test_the_connected_products_limit(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """A 429 of the connected product pauses calls to that account, not the others."""
    limit = RateLimit(500, per=10.0)
    truto = make_client(fake_truto.token, base_url=fake_truto.url, rate_limit=limit, retry=None)
    remote = {"statusCode": 429, "error": "Too Many Requests", "message": "", "truto_is_remote_error": True}
    fake_truto.fail(429, body=remote, headers={"Retry-After": "30"}, times=2)

    with pytest.raises(RateLimitError):
        truto.request("GET", "/proxy/tickets", query={"integrated_account_id": "a"})
    with pytest.raises(RateLimitError):  # without an account it concerns nobody else
        truto.request("GET", "/proxy/tickets")

    assert JOB_ID == truto.sync_jobs.get(JOB_ID).id
    with pytest.raises(APITimeoutError, match="rate limit"):
        truto.with_options(deadline=1).request("GET", "/proxy/x", query={"integrated_account_id": "a"})
    fake_truto.fail(200, body=[])
    assert [] == truto.with_options(deadline=1).request("GET", "/proxy/x", query={"integrated_account_id": "b"})


def test_a_limit_for_each_account(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """The second limit: so many for each account, whatever the first allows."""
    limit = RateLimit(500, per=5.0, per_account=3)
    truto = make_client(fake_truto.token, base_url=fake_truto.url, rate_limit=limit, deadline=1.0)
    fake_truto.fail(200, body=[], path="/proxy", times=9)

    for account in ("a", "b"):
        for _ in range(3):
            truto.request("GET", "/proxy/x", query={"integrated_account_id": account})
        with pytest.raises(APITimeoutError, match=r"deadline of 1\.0 s leaves no time to wait .* rate limit"):
            truto.request("GET", "/proxy/x", query={"integrated_account_id": account})

    assert 6 == len(fake_truto.requests)


def test_no_limit(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """With rate_limit=None, a 429 delays its own call only."""
    fake_truto.fail(429, headers={"Retry-After": "7"})
    truto = make_client(fake_truto.token, base_url=fake_truto.url, rate_limit=None)

    with no_waiting() as waits:
        assert JOB_ID == truto.sync_jobs.get(JOB_ID).id

    assert [7.0] == waits


def test_an_unsent_request_does_not_count(make_client: MakeClient) -> None:
    """Where there is no server, the limit is not used up."""
    limit = RateLimit(1, per=60.0)
    truto = make_client("t", base_url="http://127.0.0.1:1", rate_limit=limit, retry=None, deadline=5)

    for _ in range(3):
        with pytest.raises(Exception, match="no answer from"):
            truto.sync_jobs.get("x")


async def test_a_slot_that_is_given_back_unused() -> None:
    """Who waits for it gets it at once."""
    limit = RateLimit(1, per=30.0)
    await limit.acquire()
    waiting = asyncio.create_task(limit.acquire())
    await asyncio.sleep(0.05)
    limit.release(counted=False)

    assert await asyncio.wait_for(waiting, 2) is None


def test_a_head_of_the_queue_whose_loop_is_gone() -> None:
    """It does not keep others from the limit."""
    limit = RateLimit(1, per=0.2)
    abandoned = asyncio.new_event_loop()
    left: list[Any] = []

    async def queue_up() -> None:
        async with limit:
            pass
        left.extend(asyncio.create_task(limit.acquire()) for _ in range(2))
        await asyncio.sleep(0)

    async def acquire() -> None:
        await asyncio.wait_for(limit.acquire(), 3)

    abandoned.run_until_complete(queue_up())
    abandoned.close()
    asyncio.run(acquire())
    for task in left:
        task._log_destroy_pending = False
        task.get_coro().close()

    assert not limit._queue.waiters


async def test_a_waiter_whose_loop_was_stopped() -> None:
    """A loop that was stopped and not closed does not hold up those behind it; once it runs again, its waiter is served."""
    limit = RateLimit(1, per=0.3)
    stopped = asyncio.new_event_loop()
    tasks: list[Any] = []

    async def queue_up() -> None:
        tasks.append(asyncio.create_task(limit.acquire()))
        await asyncio.sleep(0.05)  # it is the first in the queue, and sleeps in its loop

    async with limit:
        pass
    await asyncio.to_thread(stopped.run_until_complete, queue_up())
    for _ in range(2):
        assert await asyncio.wait_for(limit.acquire(), 5) is None
        limit.release()

    assert not tasks[0].done()
    assert await asyncio.to_thread(stopped.run_until_complete, asyncio.wait_for(tasks[0], 5)) is None
    stopped.close()


async def test_a_loop_that_stops_while_others_wait_behind() -> None:
    """Those who queue behind a waiter whose loop stops notice it themselves, a little after their time."""
    limit = RateLimit(1, per=0.3)
    stopped = asyncio.new_event_loop()
    tasks: list[Any] = []
    queued = asyncio.Event()
    here = asyncio.get_running_loop()

    async def queue_up() -> None:
        tasks.append(asyncio.create_task(limit.acquire()))
        await asyncio.sleep(0.05)
        here.call_soon_threadsafe(queued.set)
        await asyncio.sleep(0.1)

    async with limit:
        pass
    runner = asyncio.create_task(asyncio.to_thread(stopped.run_until_complete, queue_up()))
    await queued.wait()

    assert await asyncio.wait_for(limit.acquire(), 10) is None

    limit.release()
    await runner
    await asyncio.to_thread(stopped.run_until_complete, asyncio.wait_for(tasks[0], 5))
    stopped.close()


def test_is_busy_in_several_threads() -> None:
    """It may be asked in one thread while another is in the middle of forgetting old slots."""
    limit = RateLimit(1, per=0.01)
    others: list[threading.Thread] = []
    answers: list[bool] = []

    def look() -> None:
        answers.append(limit.is_busy)

    lines: list[int] = []

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_name == "flush" and event == "line":
            lines.append(frame.f_lineno)
        if len(lines) == 3 and not others:  # there is an old slot, and its age is about to be looked at
            others.append(threading.Thread(target=look))
            others[0].start()
            others[0].join(0.2)
        return trace

    def look_slowly() -> None:
        sys.settrace(trace)
        look()

    limit.try_acquire()
    limit.release()
    time.sleep(0.02)
    thread = threading.Thread(target=look_slowly)
    thread.start()
    thread.join()
    others[0].join()

    assert [False, False] == answers
