"""The rate limit that is shared through Redis, on a real server."""

from __future__ import annotations

import asyncio
import itertools
import math
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import redis_server
from tests.conftest import open_sockets, run_here, run_script, wait_until
from truto_async import (
    APITimeoutError,
    AsyncTruto,
    AuthenticationError,
    ClientClosedError,
    InvalidArgumentError,
    RateLimit,
    RateLimiter,
    RateLimiterUnavailableError,
)
from truto_async.redis import RedisRateLimit
from truto_async.testing import SEED_JOBS, FakeTruto, no_waiting
from truto_sync import Truto
from truto_sync import redis as blocking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import MakeClient
    from tests.redis_server import RedisServer

JOB_ID = SEED_JOBS[3]["id"]
PER, LONG = 0.5, 2.0
OLD = 5.0  # seconds after which a server is old enough to grant at once


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = redis_server.start(tmp_path_factory.mktemp("redis"), age=OLD)
    yield server
    server.stop()


@pytest.fixture(name="make")
def _make(server: RedisServer) -> Iterator[Callable[..., RedisRateLimit]]:
    """Make limits of the same name, each of which is a process of its own as far as Redis can tell."""
    made: list[RedisRateLimit] = []
    names = itertools.count()
    name = f"test-{time.monotonic_ns()}-{next(names)}"

    def make(limit: int = 20, per: float = PER, **options: Any) -> RedisRateLimit:
        common: dict[str, Any] = {"url": server.url, "name": name, "timeout": 0.5}
        made.append(RedisRateLimit.from_url(limit=limit, per=per, **common | options))
        return made[-1]

    yield make
    for limit in made:
        limit.close()


async def take(limit: RateLimiter, times: list[float], *, seconds: float = 0.0) -> None:
    """Use a slot, and note when."""
    assert await limit.acquire() is None
    times.append(time.monotonic())
    await asyncio.sleep(seconds)
    limit.release()


def assert_kept(times: list[float], limit: int, per: float = PER) -> None:
    """Look at any window."""
    times.sort()
    assert all(later - earlier >= per for earlier, later in zip(times, times[limit:], strict=False))


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"limit": 0}, "limit"),
        ({"per": 0}, "per"),
        ({"per_account": 0}, "per_account"),
        ({"timeout": 0}, "timeout"),
        ({"local_share": 1.5}, "local_share"),
        ({"lease": 1.0}, "lease must be longer than per / 2 \\+ timeout, 7 s"),
        ({"on_unavailable": "wait"}, "'raise' or 'local'"),
        ({"name": "a b"}, "name"),
        ({"name": "{a}"}, "name"),
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"name": b"fleet"}, "name"),
        ({"limit": 10**400}, "limit must be at most"),
        ({"per_account": 10**400}, "per_account must be at most"),
        ({"per": 10**400}, "per must be at most"),
        ({"timeout": 1e300}, "timeout must be at most"),
        ({"lease": 1e300}, "lease must be at most"),
        ({"per": 1e-9}, "per must be at least 0.001"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], what: str) -> None:
    """They are refused before anything is opened."""
    with pytest.raises(InvalidArgumentError, match=what):
        RedisRateLimit.from_url("redis://127.0.0.1", **options)


@pytest.mark.parametrize("url", ["http://redis.example", "redis.example:6379", "redis://secret@[", 7, b"redis://x"])
def test_urls_that_are_none_of_redis(url: Any) -> None:
    """They are refused, and not shown: there may be a password in them."""
    with pytest.raises(InvalidArgumentError, match=r"redis://redis\.example:6379/0") as caught:
        RedisRateLimit.from_url(url)

    assert "secret" not in str(caught.value)


def test_the_url_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no URL, the environment has it, or the error says how to set it."""
    monkeypatch.delenv("TRUTO_REDIS_URL", raising=False)
    with pytest.raises(InvalidArgumentError, match="TRUTO_REDIS_URL"):
        RedisRateLimit.from_url()
    monkeypatch.setenv("TRUTO_REDIS_URL", "redis://user:secret@redis.example:7000/3")

    limit = RedisRateLimit.from_url(name="x")

    assert "RedisRateLimit(500, per=10.0, name='x', url='redis://redis.example:7000/3')" == repr(limit)
    assert b"secret" not in pickle.dumps(limit)


def test_without_the_library() -> None:
    """The error names what to install."""
    script = """
        import sys
        sys.modules["redis"] = None
        from truto_async.redis import RedisRateLimit
        try:
            RedisRateLimit.from_url("redis://127.0.0.1")
        except ModuleNotFoundError as error:
            print(error)
    """

    assert "RedisRateLimit needs redis-py: pip install 'truto-async[redis]'\n" == run_script(script).stdout


def test_both_are_rate_limiters(make: Callable[..., RedisRateLimit]) -> None:
    """What a client asks of a limit is a protocol, which a class of one's own can have as well."""
    assert RedisRateLimit is blocking.RedisRateLimit
    assert isinstance(make(), RateLimiter)
    assert isinstance(RateLimit(1, per=1.0), RateLimiter)
    for wrong in (RateLimit, RedisRateLimit, 7, "500"):
        with pytest.raises(InvalidArgumentError, match="rate_limit must be a RateLimiter, or None"):
            AsyncTruto("t", rate_limit=wrong)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError, match="from_url"):
        RedisRateLimit("redis://127.0.0.1", limit=500)


async def test_several_processes_keep_one_limit(make: Callable[..., RedisRateLimit], server: RedisServer) -> None:
    """Together they are never over it, and use most of it; every key expires."""
    limits = [make() for _ in range(4)]
    times: list[float] = []
    began = time.monotonic()

    await asyncio.gather(*(take(limit, times) for limit in limits for _ in range(30)))

    assert 120 == len(times)
    assert_kept(times, 20)
    assert 5 * PER <= times[-1] - began < 10 * PER
    with server.client() as client:
        keys = list(client.scan_iter(f"*{limits[0].name}*"))
        assert keys
        assert all(client.ttl(key) > 0 for key in keys)


async def test_first_come_first_served_in_a_process(make: Callable[..., RedisRateLimit]) -> None:
    """Within a process, slots go to who has waited longest."""
    limit, order = make(), list[int]()

    async def work(number: int) -> None:
        async with limit:
            order.append(number)

    await asyncio.gather(*map(work, range(60)))

    assert list(range(60)) == order


async def test_few_round_trips(make: Callable[..., RedisRateLimit]) -> None:
    """Under load there are at most 0.2 for each request; when idle one, before the request."""
    limit, times = make(), list[float]()

    await asyncio.gather(*(take(limit, times) for _ in range(100)))

    assert limit._link.calls <= 20
    await asyncio.sleep(2 * PER)
    before = limit._link.calls
    for _ in range(4):
        await take(limit, times)
        await asyncio.sleep(PER / 4)
    assert limit._link.calls - before <= 6


async def test_unused_slots_are_given_back(make: Callable[..., RedisRateLimit]) -> None:
    """What a process took and does not need, another one gets soon."""
    greedy, other = make(), make()
    tasks = [asyncio.create_task(greedy.acquire()) for _ in range(20)]
    await tasks[0]
    for task in tasks[1:]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    times: list[float] = []

    await asyncio.wait_for(asyncio.gather(*(take(other, times) for _ in range(10))), 3 * PER)

    assert 10 == len(times)


async def test_a_slot_counts_until_its_answer(make: Callable[..., RedisRateLimit]) -> None:
    """The window slides with the answers, in another process, too."""
    one, other = make(limit=1), make(limit=1)
    await one.acquire()
    waiting = asyncio.create_task(other.acquire())
    await asyncio.sleep(2 * PER)
    assert not waiting.done()
    answered = time.monotonic()
    one.release()

    assert await asyncio.wait_for(waiting, 5) is None
    assert time.monotonic() - answered >= PER


async def test_an_unsent_request_does_not_count(make: Callable[..., RedisRateLimit]) -> None:
    """Who waits for its slot gets it at once."""
    limit = make(limit=1, per=LONG)
    await limit.acquire()
    waiting = asyncio.create_task(limit.acquire())
    await asyncio.sleep(0.1)
    limit.release(counted=False)

    assert await asyncio.wait_for(waiting, 2) is None


async def test_deadlines(make: Callable[..., RedisRateLimit]) -> None:
    """A wait that would outlive the deadline is not begun, where Redis can foresee it, and else ends at the deadline."""
    limit = make(limit=2, per=LONG)
    for _ in range(2):
        await limit.acquire()
        limit.release()
    began = time.monotonic()

    assert 1.0 < (await limit.acquire(began + 1) or 0) <= LONG
    assert time.monotonic() - began < 1.0
    assert await limit.acquire(time.monotonic() - 1) is not None

    limit = make(limit=1, per=LONG, name="in-flight")
    await limit.acquire()
    began = time.monotonic()
    assert 0 < (await limit.acquire(began + 0.4) or 0)
    assert 0.3 < time.monotonic() - began < LONG


async def test_a_pause_is_for_all_processes(make: Callable[..., RedisRateLimit]) -> None:
    """It voids what they have, within half a second; and then slots come one at a time."""
    one, other = make(limit=10), make(limit=10)
    times: list[float] = []
    tasks = [asyncio.create_task(take(limit, times)) for limit in (one, other) for _ in range(20)]
    await asyncio.sleep(0.2)
    paused = time.monotonic()
    one.pause(1.5)

    await asyncio.gather(*tasks)

    later = [moment for moment in times if moment > paused + 0.5]
    assert 40 == len(times)
    assert min(later) >= paused + 1.5
    assert_kept(times, 10)
    assert sum(moment < min(later) + PER / 2 for moment in later) <= 7  # of the 10 of a period


@pytest.mark.parametrize("seconds", [100.0, math.inf])
async def test_a_long_pause_is_not_forgotten(
    make: Callable[..., RedisRateLimit], server: RedisServer, seconds: float
) -> None:
    """Redis keeps it until it ends, though nobody asks meanwhile."""
    limit = make(lease=1.0)
    async with limit:
        limit.pause(seconds)
    limit.close()

    with server.client() as client:
        assert client.ttl(f"{{truto:{limit.name}:-}}:state") > 99


async def test_a_pause_reaches_a_process_that_has_slots(make: Callable[..., RedisRateLimit]) -> None:
    """A process with slots in stock hears of a pause without a call of its own."""
    one, other = make(limit=100, per=LONG), make(limit=100, per=LONG)
    times: list[float] = []
    await asyncio.gather(*(take(other, times) for _ in range(20)))
    await asyncio.sleep(0.1)  # it expects more of the same
    await asyncio.gather(*(take(other, times) for _ in range(2)))
    assert other.try_acquire()
    other.release()
    one.pause(1.0)
    await asyncio.sleep(0.5)

    assert not other.try_acquire()


async def test_no_waiting(make: Callable[..., RedisRateLimit]) -> None:
    """Tests that skip waits skip pauses."""
    limit = make()
    with no_waiting() as waits:
        limit.pause(30.0)

    assert await asyncio.wait_for(limit.acquire(), 5) is None
    assert [30.0] == waits


async def test_limits_of_accounts(make: Callable[..., RedisRateLimit]) -> None:
    """Each connected account has a limit of its own, in all processes."""
    one, other = make(per=LONG, per_account=3), make(per=LONG, per_account=3)
    times: list[float] = []
    for limit in (one, other, one):
        account = limit.for_account("a")
        assert account is not None
        assert account.for_account("b") is None
        await take(account, times)
    second, fresh = other.for_account("a"), other.for_account("b")
    assert second is other.for_account("a")
    assert second is not None
    assert fresh is not None

    assert await second.acquire(time.monotonic() + 0.5) is not None
    assert await fresh.acquire() is None
    assert make(per_account=None).for_account("a") is None


async def test_accounts_are_forgotten(make: Callable[..., RedisRateLimit]) -> None:
    """The limits of accounts that are idle do not pile up."""
    limit = make(per=LONG)
    busy = limit.for_account("busy")
    assert busy is not None
    await busy.acquire()
    for number in range(2500):
        limit.for_account(str(number))

    assert len(limit._accounts) <= 1001
    assert limit.for_account("busy") is busy


def test_clients_of_both_packages(
    make_client: MakeClient, make: Callable[..., RedisRateLimit], fake_truto: FakeTruto
) -> None:
    """It goes wherever a RateLimit goes."""
    fake_truto.limit(20, per=PER)
    truto = make_client(fake_truto.token, base_url=fake_truto.url, rate_limit=make(), retry=None)

    for _ in range(45):
        assert JOB_ID == truto.sync_jobs.get(JOB_ID).id

    assert 45 == len(fake_truto.requests)


def test_one_object_in_threads_and_event_loops(make: Callable[..., RedisRateLimit], fake_truto: FakeTruto) -> None:
    """An asyncio program, blocking threads, and loops that come and go, with one limit."""
    fake_truto.limit(20, per=PER)
    limit = make()

    def blocking() -> None:
        with Truto(fake_truto.token, base_url=fake_truto.url, rate_limit=limit, retry=None) as truto:
            for _ in range(20):
                truto.sync_jobs.get(JOB_ID)

    async def asynchronous() -> None:
        async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=limit, retry=None) as truto:
            await asyncio.gather(*(truto.sync_jobs.get(JOB_ID) for _ in range(15)))

    threads = [threading.Thread(target=blocking) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        asyncio.run(asynchronous())
    for thread in threads:
        thread.join()

    assert 70 == len(fake_truto.requests)


def test_the_token_names_the_limit(
    make: Callable[..., RedisRateLimit], server: RedisServer, fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients with one token share a limit without a name; the token itself is never sent to Redis."""
    monkeypatch.setenv("TRUTO_API_TOKEN", fake_truto.token)
    limit = make(limit=1, per=LONG, name=None)
    with server.client() as client, client.monitor() as monitor:
        assert asyncio.run(limit.acquire()) is None  # outside of a client, it is the limit of the token in the environment
        assert not limit.try_acquire()
        with Truto(base_url=fake_truto.url, rate_limit=limit, deadline=0.5) as truto, pytest.raises(APITimeoutError):
            truto.sync_jobs.get(JOB_ID)
        with Truto("another", base_url=fake_truto.url, rate_limit=limit) as truto, pytest.raises(AuthenticationError):
            truto.sync_jobs.get(JOB_ID)
        limit.release()
        limit.close()
        client.echo("done")
        seen = list(itertools.takewhile(lambda text: text != "ECHO done", (c["command"] for c in monitor.listen())))

    names = [kept.name for kept in limit._by_token.values()]
    assert limit.name is None
    assert limit.for_account("a") is limit.for_account("a") is not None
    assert 2 == len(names)
    assert all(any(str(name) in command for command in seen) for name in names)
    assert not any(fake_truto.token in command for command in seen)


def test_the_token_where_it_is_unpickled_names_the_limit(
    make: Callable[..., RedisRateLimit], server: RedisServer, fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client in a pickle has the token of its new process, and that token's limit."""
    with Truto("of-the-maker", base_url=fake_truto.url, rate_limit=make(name=None)) as truto:
        pickled = pickle.dumps(truto)
    monkeypatch.setenv("TRUTO_API_TOKEN", fake_truto.token)

    with server.client() as client, pickle.loads(pickled) as copy:
        client.flushall()
        copy.sync_jobs.get(JOB_ID)
        limit = make(name=None)
        with Truto(base_url=fake_truto.url, rate_limit=limit) as truto:
            truto.sync_jobs.get(JOB_ID)
        limit.close()
        names = {key.decode().split(":")[2] for key in client.scan_iter()}

    assert 1 == len(names)


async def test_more_releases_than_slots(make: Callable[..., RedisRateLimit]) -> None:
    """One too many, such as in a child that was forked with a slot, gives nobody another slot."""
    limit = make(limit=1, per=LONG)
    async with limit:
        pass
    limit.release(counted=False)

    assert await limit.acquire(time.monotonic() + 0.5) is not None


def test_a_limit_without_a_name_or_a_token(make: Callable[..., RedisRateLimit], monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to give it a name."""
    monkeypatch.delenv("TRUTO_API_TOKEN", raising=False)

    with pytest.raises(InvalidArgumentError, match=r"name=.*client.*TRUTO_API_TOKEN"):
        make(name=None).try_acquire()


async def test_pickled_limits(make: Callable[..., RedisRateLimit], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process gets the same limit, and only one however many copies come; passwords stay at home."""
    limit = make(limit=7, per=LONG, per_account=3)
    pickled = pickle.dumps(limit)
    copy, again = pickle.loads(pickled), pickle.loads(pickled)

    assert copy is again is not limit
    assert repr(limit) == repr(copy)
    for number in range(7):
        assert await (limit, copy)[number % 2].acquire() is None
    assert await copy.acquire(time.monotonic() + 0.5) is not None
    copy.close()
    assert pickle.loads(pickled) is not copy
    for url in (
        "redis://:secret@127.0.0.1",
        "redis://u:secret@127.0.0.1",
        "unix:///s?password=secret",
        "rediss://h?ssl_password=secret",
    ):
        with pytest.raises(TypeError, match="TRUTO_REDIS_URL"):
            pickle.dumps(RedisRateLimit.from_url(url))


@pytest.mark.parametrize("url", ["redis://:12/secret@redis.example/0", "redis://user:12#secret@redis.example"])
def test_a_password_that_is_not_percent_encoded(url: str) -> None:
    """It is refused: what comes after the mark would be taken for something else, and shown."""
    with pytest.raises(InvalidArgumentError, match="percent-encoded") as caught:
        RedisRateLimit.from_url(url)

    assert "secret" not in str(caught.value)


def test_unpickled_in_many_threads_at_once(make: Callable[..., RedisRateLimit]) -> None:
    """They all get the same limit, also where the library is only now imported."""
    script = f"""
        import pickle, sys, threading
        from concurrent.futures import ThreadPoolExecutor
        sys.setswitchinterval(1e-5)
        import truto_async.redis
        start = threading.Barrier(4)
        def get(_):
            start.wait()
            return pickle.loads({pickle.dumps(make())!r})
        with ThreadPoolExecutor(4) as pool:
            print(len(set(pool.map(get, range(4)))))
    """

    assert "1\n" == run_script(script).stdout


async def test_pickled_limits_without_a_place(
    make: Callable[..., RedisRateLimit], monkeypatch: pytest.MonkeyPatch, fake_truto: FakeTruto
) -> None:
    """A process without a URL, or without redis-py, can pass a limit on; who asks it for a slot hears what is missing."""
    url = make()._options.read_url()
    monkeypatch.setenv("TRUTO_REDIS_URL", url)
    pickled = pickle.dumps(RedisRateLimit.from_url(name="fleet", per=LONG))
    monkeypatch.delenv("TRUTO_REDIS_URL")
    limit = pickle.loads(pickled)
    assert "RedisRateLimit(500, per=2.0, name='fleet', url=None)" == repr(limit)
    with pytest.raises(RateLimiterUnavailableError, match=r"no URL of Redis.*TRUTO_REDIS_URL"):
        limit.try_acquire()
    with pytest.raises(RateLimiterUnavailableError, match="no URL of Redis"):
        limit.for_account("a")
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=limit) as truto:
        batch = truto.sync_jobs.get_many([JOB_ID] * 9)
        with pytest.raises(RateLimiterUnavailableError, match="no URL of Redis"):
            [outcome async for outcome in batch]
    assert ([JOB_ID] * 9, []) == (batch.unfinished, fake_truto.requests)

    monkeypatch.setenv("TRUTO_REDIS_URL", url)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "redis", None)
        with pytest.raises(RateLimiterUnavailableError, match="needs redis-py: pip install"):
            await pickle.loads(pickled).acquire()
    again = pickle.loads(pickle.dumps(limit))
    assert await again.acquire() is None
    again.release(counted=False)
    again.close()
    limit.close()


async def test_a_closed_limit(make: Callable[..., RedisRateLimit]) -> None:
    """Who waits, or comes later, hears of it; slots that were not used are there for others, and nothing is left open."""
    before = threading.active_count(), open_sockets()
    one, other = make(limit=5, per=LONG), make(limit=5, per=LONG)
    for _ in range(5):
        await one.acquire()
    waiting = [asyncio.create_task(one.acquire()) for _ in range(3)]
    await asyncio.sleep(0.1)
    for _ in range(4):
        one.release(counted=False)
        await waiting[0]
        one.release(counted=False)
    one.close()
    one.close()

    for task in waiting[1:]:
        await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(ClientClosedError, match="rate limit is closed"):
        await one.acquire()
    one.pause(1.0)
    one.release()
    for _ in range(4):
        assert await other.acquire(time.monotonic() + 2) is None
    assert not one.try_acquire()
    other.close()
    make().close()
    make(name=None).close()
    assert before == (threading.active_count(), open_sockets())


async def test_closed_before_its_first_client(make: Callable[..., RedisRateLimit], monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit without a name stays closed for all tokens."""
    monkeypatch.setenv("TRUTO_API_TOKEN", "first")
    limit = make(name=None)
    assert await limit.acquire() is None
    limit.close()

    for token in ("first", "second"):
        monkeypatch.setenv("TRUTO_API_TOKEN", token)
        with pytest.raises(ClientClosedError, match="rate limit is closed"):
            await limit.acquire()


async def test_closed_in_its_own_thread(make: Callable[..., RedisRateLimit]) -> None:
    """As when it is garbage-collected there: it does not wait for itself."""
    limit = make()
    async with limit:
        thread = limit._link._thread
        assert thread is not None
        thread.call(limit.close)
        await wait_until(lambda: not thread._thread.is_alive())
    thread.call(print)  # to nobody


async def test_waiting_when_it_is_closed(make: Callable[..., RedisRateLimit]) -> None:
    """All who wait get the error."""
    limit = make(limit=1, per=LONG)
    await limit.acquire()
    waiting = [asyncio.create_task(limit.acquire()) for _ in range(3)]
    await asyncio.sleep(0.1)
    await asyncio.to_thread(limit.close)

    results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)

    assert [ClientClosedError] * 3 == [type(result) for result in results]


def test_nobody_has_to_close_it(server: RedisServer) -> None:
    """A program that just ends, or drops the limit, leaves no warning, and gives its slots back."""
    script = f"""
        import asyncio, gc, threading
        from truto_async.redis import RedisRateLimit

        def make():
            return RedisRateLimit.from_url("{server.url}", limit=3, per={LONG}, name="left", timeout=0.5)

        async def main():
            limit = make()
            for _ in range(3):
                await limit.acquire()
                limit.release(counted=False)
        asyncio.run(main())
        gc.collect()
        print(threading.active_count())
        limit = make()
        asyncio.run(limit.acquire())
        limit.release(counted=False)
        print(limit.try_acquire())
        limit.release(counted=False)
    """

    assert "1\nTrue\n" == run_script(script).stdout
    with server.client() as client:
        assert [] == client.hgetall("{truto:left:-}:workers") or client.hlen("{truto:left:-}:workers") == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_after_a_fork(server: RedisServer) -> None:
    """The child is a process of its own: it has none of the parent's slots, connections and waiters."""
    script = f"""
        import asyncio, os, time
        from truto_async.redis import RedisRateLimit

        limit = RedisRateLimit.from_url("{server.url}", limit=4, per={LONG}, name="forked", timeout=0.5)

        async def take(amount):
            for _ in range(amount):
                assert await limit.acquire(time.monotonic() + 2) is None
            return await limit.acquire(time.monotonic() + 0.3) is not None

        asyncio.run(limit.acquire())
        account = limit.for_account("a")
        child = os.fork()
        if child == 0:
            assert not limit.try_acquire()
            assert asyncio.run(take(3))
            limit.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        print(asyncio.run(take(0)))
        limit.release(counted=False)
        print(limit.try_acquire(), limit.try_acquire())
        limit.close()
    """

    assert "True\nTrue False\n" == run_script(script).stdout


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_child_processes_of_multiprocessing(server: RedisServer, tmp_path: Path, method: str) -> None:
    """They give their slots back at their end, though they end in a hurry."""
    script = f"""
        import asyncio, multiprocessing
        from truto_async.redis import RedisRateLimit

        async def use(limit):
            async with limit:
                pass

        def work(limit):
            asyncio.run(use(limit))

        if __name__ == "__main__":
            limit = RedisRateLimit.from_url("{server.url}", limit=3, per={LONG}, name="child", timeout=0.5)
            child = multiprocessing.get_context("{method}").Process(target=work, args=[limit])
            child.start()
            child.join()
            print(child.exitcode)
    """
    file = tmp_path / "script.py"
    file.write_text(textwrap.dedent(script))
    with server.client() as client:
        client.flushall()
        assert "0\n" == subprocess.check_output([sys.executable, "-W", "error", file], text=True, timeout=30)
        assert 0 == client.hlen("{truto:child:-}:workers")
        assert 1 == client.zcard("{truto:child:-}:window")


async def test_without_threads_left(make: Callable[..., RedisRateLimit], monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is one of the tree."""

    def start(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)

    with pytest.raises(RateLimiterUnavailableError, match="can't start new thread"):
        await make().acquire()


async def test_a_thread_in_which_another_loop_runs(
    make: Callable[..., RedisRateLimit], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is where gevent has made greenlets of threads: an error, and no wait for ever."""
    monkeypatch.setattr(threading.Thread, "start", run_here)

    with pytest.raises(RateLimiterUnavailableError, match="greenlets"):
        await make().acquire()


async def test_without_file_descriptors_left(make: Callable[..., RedisRateLimit], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where no event loop can be made."""

    def new_event_loop() -> None:
        raise OSError("Too many open files")

    monkeypatch.setattr(asyncio.events, "new_event_loop", new_event_loop)

    with pytest.raises(RateLimiterUnavailableError, match="Too many open files"):
        await make().acquire()
