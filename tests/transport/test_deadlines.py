"""Timeouts and deadlines: nothing takes longer than it was given, and no wait is begun that would."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from truto_async import (
    AmbiguousOutcomeError,
    APIConnectionError,
    APITimeoutError,
    AsyncTruto,
    ClientClosedError,
    InternalServerError,
    InvalidArgumentError,
    RateLimit,
    RateLimitError,
    RetryPolicy,
)
from truto_async.testing import SEED_JOBS, FakeTruto

if TYPE_CHECKING:
    from tests.conftest import MakeClient

JOB_ID = SEED_JOBS[0]["id"]


@pytest.fixture
def patient(make_client: MakeClient, fake_truto: FakeTruto) -> Any:
    """Give a client with the defaults."""
    return make_client(fake_truto.token, base_url=fake_truto.url)


def test_a_deadline_ends_an_attempt(patient: Any, fake_truto: FakeTruto) -> None:
    """The deadline bounds the attempt that is under way."""
    fake_truto.fail(delay=30, times=5)
    began = time.monotonic()

    with pytest.raises(APITimeoutError):
        patient.with_options(deadline=0.3).sync_jobs.get(JOB_ID)

    assert 0.3 <= time.monotonic() - began < 10


@pytest.mark.parametrize(("status", "error_class"), [(429, RateLimitError), (503, InternalServerError)])
def test_no_wait_for_the_next_attempt(
    patient: Any, fake_truto: FakeTruto, status: int, error_class: type[Exception]
) -> None:
    """A wait that the server wants and the deadline forbids is not begun; the error says what it would have been for."""
    fake_truto.fail(status, headers={"Retry-After": "20"})
    began = time.monotonic()

    with pytest.raises(error_class, match=r"deadline of 5 s leaves no time to wait 20 s for the next attempt"):
        patient.with_options(deadline=5).sync_jobs.get(JOB_ID)

    assert time.monotonic() - began < 5
    assert 1 == len(fake_truto.requests)


def test_no_wait_for_the_rate_limit(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """The same for a slot of the rate limit."""
    limit = RateLimit(1, per=30.0)
    truto = make_client(fake_truto.token, base_url=fake_truto.url, rate_limit=limit)
    truto.sync_jobs.get(JOB_ID)
    began = time.monotonic()

    with pytest.raises(APITimeoutError, match="for a free slot of the rate limit") as caught:
        truto.with_options(deadline=2).sync_jobs.get(JOB_ID)

    assert 0 == caught.value.attempts
    assert time.monotonic() - began < 2


async def test_a_limit_that_does_not_wait_without_a_deadline(fake_truto: FakeTruto) -> None:
    """A limit of one's own that returns True, as a semaphore does, gets an error that says what is wrong."""

    class Wrong(RateLimit):
        def try_acquire(self) -> bool:
            return False

        async def acquire(self, deadline: float | None = None) -> Any:
            return True

    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=Wrong(1, per=1.0)) as truto:
        with pytest.raises(InvalidArgumentError, match=r"acquire\(\) without a deadline must return None, not True"):
            await truto.sync_jobs.get(JOB_ID)


def test_the_last_error_is_kept(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """Where an attempt has failed already and the next has to wait too long, its error is the one that counts."""
    limit = RateLimit(1, per=30.0)
    retry = RetryPolicy(base=0.001)
    truto = make_client(fake_truto.token, base_url=fake_truto.url, rate_limit=limit, retry=retry, deadline=5)
    fake_truto.fail(500)

    with pytest.raises(InternalServerError, match="for a free slot of the rate limit") as caught:
        truto.sync_jobs.get(JOB_ID)

    assert 1 == caught.value.attempts


async def test_no_wait_for_a_connection(fake_truto: FakeTruto) -> None:
    """The same for a free connection, which cannot be foreseen: the wait ends at the deadline."""
    fake_truto.fail(delay=2)
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, max_connections=1) as truto:
        slow = asyncio.create_task(truto.sync_jobs.get(JOB_ID))
        await asyncio.sleep(0.1)
        hurried = truto.with_options(deadline=0.3)
        began = time.monotonic()

        with pytest.raises(APITimeoutError, match="free connection"):
            await hurried.sync_jobs.get(JOB_ID)

        assert time.monotonic() - began < 1.8
        assert JOB_ID == (await slow).id
        assert JOB_ID == (await hurried.sync_jobs.get(JOB_ID)).id


def test_a_write_that_times_out(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """A write that was sent and not answered in time may have happened."""
    fake_truto.fail(delay=30)

    with pytest.raises(AmbiguousOutcomeError):
        make_client(fake_truto.token, base_url=fake_truto.url, timeout=0.2).request("POST", "/x", json={})


def test_a_write_that_does_not_connect_in_time(make_client: MakeClient) -> None:
    """A write that had no connection yet surely did not happen."""
    full = socket.create_server(("127.0.0.1", 0), backlog=1)
    fillers = []
    for _ in range(8):  # until the kernel answers no more
        filler = socket.socket()
        filler.setblocking(False)  # noqa: FBT003
        filler.connect_ex(full.getsockname())
        fillers.append(filler)
    truto = make_client("t", base_url=f"http://127.0.0.1:{full.getsockname()[1]}", timeout=0.3, retry=None)

    with pytest.raises(APITimeoutError):
        truto.request("POST", "/x", json={})
    for filler in [*fillers, full]:
        filler.close()


async def test_many_calls_keep_their_deadlines(fake_truto: FakeTruto) -> None:
    """Whatever goes wrong, no call ends much later than its deadline."""
    faults: list[dict[str, Any]] = [
        {"status": 500},
        {"status": 429},
        {"delay": 5.0},
        {"drop": True},
        {"status": 503, "delay": 0.2},
    ]
    for number in range(400):
        fake_truto.fail(**faults[number % len(faults)])
    late: list[float] = []

    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=RateLimit(200, per=1.0)) as truto:

        async def call(deadline: float) -> None:
            began = time.monotonic()
            with contextlib.suppress(APIConnectionError, RateLimitError, InternalServerError):
                await truto.with_options(deadline=deadline).sync_jobs.get(JOB_ID)
            late.append(time.monotonic() - began - deadline)

        await asyncio.gather(*(call(0.2 + 0.01 * (number % 100)) for number in range(200)))

    assert max(late) < 3.0  # and the answer that is delayed most takes five seconds


@pytest.mark.parametrize(
    "option", [{"deadline": 0}, {"deadline": -1}, {"timeout": "x"}, {"retry": 3}, {"nonsense": 1}], ids=str
)
def test_wrong_options(patient: Any, option: dict[str, Any]) -> None:
    """An option that cannot be right is refused by name."""
    [name] = option

    with pytest.raises(InvalidArgumentError, match=name):
        patient.with_options(**option)


def test_options_are_for_the_copy(patient: Any, fake_truto: FakeTruto) -> None:
    """The client that it was made from keeps its own; connections are shared."""
    copy = patient.with_options(retry=None, timeout=5, max_response_bytes=10)
    fake_truto.fail(500)

    with pytest.raises(InternalServerError):
        copy.sync_jobs.get(JOB_ID)
    assert JOB_ID == patient.sync_jobs.get(JOB_ID).id


@pytest.mark.parametrize("moment", ["in flight", "in backoff", "in the queue", "waiting for a place"])
async def test_cancellation(fake_truto: FakeTruto, moment: str) -> None:
    """A call can be cancelled at any moment; nothing is left, and the client works on."""
    limit = RateLimit(1, per=1.0) if moment == "in the queue" else None
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=limit, max_connections=1) as truto:
        if moment == "in flight":
            fake_truto.fail(delay=30)
        elif moment == "in backoff":
            fake_truto.fail(503, headers={"Retry-After": "30"})
        elif moment == "in the queue":
            await truto.sync_jobs.get(JOB_ID)
        blocker = None
        if moment == "waiting for a place":
            fake_truto.fail(delay=1)
            blocker = asyncio.create_task(truto.sync_jobs.get(JOB_ID))
            await asyncio.sleep(0.1)
        task = asyncio.create_task(truto.sync_jobs.get(JOB_ID))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if blocker is not None:
            await blocker

        assert 1 == len(asyncio.all_tasks())
        assert JOB_ID == (await truto.sync_jobs.get(JOB_ID)).id


def test_one_deadline_for_all(patient: Any, fake_truto: FakeTruto) -> None:
    """Asking again, since another job came, does not begin the time anew."""
    fake_truto.fail(body={"id": "another"}, delay=1.2, times=2)
    began = time.monotonic()

    with pytest.raises(APITimeoutError):
        patient.with_options(deadline=1.5).sync_jobs.get(JOB_ID)

    assert time.monotonic() - began < 2.4


async def test_closing_while_a_name_is_looked_up(fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing ends the call with the client's own error."""

    async def slow(*_: object, **__: object) -> None:
        await asyncio.sleep(30)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", slow)
    truto = AsyncTruto("t", base_url="http://localhost:1")
    call = asyncio.create_task(truto.sync_jobs.get("x"))
    await asyncio.sleep(0.1)
    await truto.close()

    with pytest.raises(ClientClosedError):
        await asyncio.wait_for(call, 5)


async def test_a_session_that_is_closed_while_a_call_waits(fake_truto: FakeTruto) -> None:
    """The owner may close it at any moment."""
    async with aiohttp.ClientSession() as session:
        limit = RateLimit(1, per=0.3)
        truto = AsyncTruto(fake_truto.token, base_url=fake_truto.url, session=session, rate_limit=limit)
        await truto.sync_jobs.get(JOB_ID)
        call = asyncio.create_task(truto.sync_jobs.get(JOB_ID))
        await asyncio.sleep(0.05)

    with pytest.raises(ClientClosedError):
        await call
