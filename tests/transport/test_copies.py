"""Copies of clients: of all that a process gets in pickles, one is made; and copies by `copy` share what they have."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from cloudpickle import cloudpickle  # type: ignore[import-untyped]  # it has no types

from tests.conftest import run_script
from tests.transport.test_processes import FORK
from truto_async import AsyncTruto, ClientClosedError, Hooks, InvalidArgumentError, RateLimit, RetryPolicy
from truto_async._transport.copies import MOST
from truto_sync import Truto

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

CLIENTS = pytest.mark.parametrize("cls", [AsyncTruto, Truto])
OPTIONS: list[dict[str, Any]] = [
    {},
    {"timeout": 7},
    {"timeout": None, "deadline": 9.0},
    {"retry": None},
    {"retry": RetryPolicy(statuses=[500, 503])},
    {"rate_limit": None},
    {"rate_limit": RateLimit(7, per=10.0)},
    {"rate_limit": RateLimit(7, per=10.0, per_account=None)},
    {"max_connections": 5},
    {"proxy": "http://user:password@proxy.example:3128"},
    {"proxy": "http://user:another@proxy.example:3128"},
    {"hooks": Hooks(on_retry=print)},
    {"base_url": "https://other.example"},
]


def transport_of(client: Any) -> Any:
    """Return what the copies of a client of either package share."""
    return getattr(client, "_target", client)._transport._shared


def fetch(client: Any, job_id: str) -> Any:
    """Fetch a job with a client of either package."""
    found = client.sync_jobs.get(job_id)
    return asyncio.run(found) if isinstance(client, AsyncTruto) else found


def fetch_many(client: Any, ids: Any) -> None:
    """Fetch jobs with a client of either package."""

    async def walk() -> None:
        async for _ in client.sync_jobs.get_many(ids):
            pass

    if isinstance(client, AsyncTruto):
        asyncio.run(walk())
    else:
        list(client.sync_jobs.get_many(ids))


def enter(client: Any) -> None:
    """Begin a block of a client of either package."""
    if isinstance(client, AsyncTruto):
        asyncio.run(client.__aenter__())
    else:
        client.__enter__()


def close(client: Any) -> None:
    """Close a client of either package."""
    closing = client.close()
    if isinstance(client, AsyncTruto):
        asyncio.run(closing)


@CLIENTS
@pytest.mark.usefixtures("truto_env")
def test_one_client_for_the_same_settings(cls: type[Truto], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the settings are, equal ones give one client; other ones, another token or another class give another."""
    pickles = [pickle.dumps(cls(**options)) for options in OPTIONS]
    clients = [pickle.loads(pickled) for pickled in pickles]

    assert len(OPTIONS) == len(set(map(id, clients)))
    assert all(client is pickle.loads(pickled) for client, pickled in zip(clients, pickles, strict=True))
    assert clients[0] is pickle.loads(pickle.dumps(cls(), protocol=2))
    assert clients[0] is not pickle.loads(cloudpickle.dumps(type("Mine", (cls,), {})()))
    monkeypatch.setenv("TRUTO_API_TOKEN", "another-token")
    assert clients[0] is not pickle.loads(pickles[0])


def test_connections_of_a_process(truto_env: FakeTruto) -> None:
    """A worker process makes one client, however many tasks it gets, and closes it at its end."""
    done = run_script(
        f"""
import multiprocessing, threading
from concurrent.futures import ProcessPoolExecutor
from tests.conftest import open_sockets
from truto_sync import RateLimit, Truto

if __name__ == "__main__":
    truto = Truto(rate_limit=RateLimit(100, per=10.0))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        before = pool.submit(open_sockets).result(), pool.submit(threading.active_count).result()
        for _ in range(20):
            pool.submit(truto.request, "GET", "/sync-job/{next(iter(truto_env.jobs))}").result()
        after = pool.submit(open_sockets).result(), pool.submit(threading.active_count).result()
    print(after[1] - before[1], after[0] - before[0] < 10)
"""
    )

    assert ("1 True\n", "") == (done.stdout, done.stderr)
    assert 20 == len(truto_env.requests)


@CLIENTS
def test_a_closed_client_is_replaced(truto_env: FakeTruto, cls: type[Truto]) -> None:
    """Who closes it closes it for all who have it; the next copy is a new one."""
    job_id = next(iter(truto_env.jobs))
    pickled = pickle.dumps(cls())
    first, same = pickle.loads(pickled), pickle.loads(pickled)
    assert job_id == fetch(first, job_id).id == fetch(same, job_id).id
    close(first)
    with pytest.raises(ClientClosedError):
        fetch(same, job_id)
    second = pickle.loads(pickled)

    assert first is same is not second is pickle.loads(pickled)
    assert job_id == fetch(second, job_id).id
    close(second)


@CLIENTS
def test_no_token(truto_env: FakeTruto, cls: type[Truto], monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without a token can pass a client on; each call with it says what is missing, and so does a batch, once."""
    job_id = next(iter(truto_env.jobs))
    monkeypatch.delenv("TRUTO_API_TOKEN")
    client = pickle.loads(pickle.dumps(cls("t", timeout=7).with_options(deadline=9.0)))
    passed_on = pickle.dumps(client)

    for _ in range(2):
        with pytest.raises(InvalidArgumentError, match=r"no API token: .*TRUTO_API_TOKEN"):
            fetch(client, job_id)
    with pytest.raises(InvalidArgumentError, match="no API token"):
        fetch_many(client, iter([job_id]))
    with pytest.raises(InvalidArgumentError, match="no API token"):
        enter(client)
    close(client)
    assert not truto_env.requests
    monkeypatch.setenv("TRUTO_API_TOKEN", truto_env.token)
    client = pickle.loads(passed_on)
    settings = getattr(client, "_target", client)._transport.settings
    assert (7, 9.0, job_id) == (settings.timeout, settings.deadline, fetch(client, job_id).id)
    close(client)


@CLIENTS
def test_settings_that_cannot_be_compared(truto_env: FakeTruto, cls: type[Truto]) -> None:
    """Functions without a name are new ones in each copy, and so is the client; what has no hash does no harm."""

    class Count(list[object]):
        """A hook that cannot be hashed."""

        __call__ = list.append

    for hook in (lambda _: None, Count()):
        pickled = cloudpickle.dumps(cls(hooks=Hooks(on_request=hook)))
        first, second = cloudpickle.loads(pickled), cloudpickle.loads(pickled)

        assert first is not second
        assert next(iter(truto_env.jobs)) == fetch(first, next(iter(truto_env.jobs))).id
        close(first)
        close(second)


def test_few_are_kept(truto_env: FakeTruto) -> None:
    """The one that was not asked for the longest goes, and its thread with it; so a worker cannot fill up."""
    job_id = next(iter(truto_env.jobs))
    pickles = [pickle.dumps(Truto(timeout=1000.0 + number)) for number in range(MOST + 1)]
    before = threading.active_count()
    first = pickle.loads(pickles[0])
    fetch(pickle.loads(pickles[1]), job_id)
    for pickled in (*pickles[2:MOST], pickles[0]):
        pickle.loads(pickled)
    assert before + 1 == threading.active_count()
    pickle.loads(pickles[MOST])
    gc.collect()

    assert before == threading.active_count()
    assert first is pickle.loads(pickles[0])


def test_threads(truto_env: FakeTruto) -> None:
    """Threads that unpickle at once get one client, with one loop."""
    job_id = next(iter(truto_env.jobs))
    pickled = pickle.dumps(Truto())
    barrier = threading.Barrier(8)

    def get(_: int) -> Truto:
        barrier.wait()
        client: Truto = pickle.loads(pickled)
        assert job_id == client.sync_jobs.get(job_id).id
        return client

    with ThreadPoolExecutor(8) as pool:
        clients = set(pool.map(get, range(8)))

    (client,) = clients
    client.close()


@CLIENTS
def test_copies_with_other_options(truto_env: FakeTruto, cls: type[Truto]) -> None:
    """They share connections, limit and budget in the other process as well, and closing either closes both."""
    job_id = next(iter(truto_env.jobs))
    truto = cls(max_connections=3)
    patient = truto.with_options(timeout=60.0, deadline=90.0)
    strict = patient.with_options(retry=None, timeout=30.0)
    copies: Any = pickle.loads(pickle.dumps([strict, truto, patient, truto.with_options(timeout=30.0)]))

    assert 1 == len({id(transport_of(client)) for client in copies})
    assert transport_of(truto) is not transport_of(copies[0])
    settings = [getattr(client, "_target", client)._transport.settings for client in copies]
    assert [30.0, 30.0, 60.0, 30.0] == [one.timeout for one in settings]
    assert [90.0, None, 90.0, None] == [one.deadline for one in settings]
    assert [None, RetryPolicy(), RetryPolicy(), RetryPolicy()] == [one.retry for one in settings]
    assert job_id == fetch(copies[0], job_id).id
    close(copies[2])
    with pytest.raises(ClientClosedError):
        fetch(copies[1], job_id)
    again = pickle.loads(pickle.dumps(strict))
    assert job_id == fetch(again, job_id).id
    close(again)


@CLIENTS
@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_copies_in_the_same_process(fake_truto: FakeTruto, cls: type[Truto], make: Any) -> None:
    """A copy has the token and all the options, shares the connections, and is no client that others get from pickles."""

    class Mine(cls):  # type: ignore[misc,valid-type]  # either class
        """A client with an attribute of its own."""

    truto = Mine(fake_truto.token, base_url=fake_truto.url)
    truto.tenant = ["acme"]
    (twin,) = make([truto])

    assert (Mine, truto.tenant) == (type(twin), twin.tenant)
    assert transport_of(truto) is transport_of(twin)
    assert fetch(twin, next(iter(fake_truto.jobs))).id == next(iter(fake_truto.jobs))
    close(twin)
    with pytest.raises(ClientClosedError):
        fetch(truto, next(iter(fake_truto.jobs)))


KEPT = (
    FORK
    + """
import gc, os, pickle
os.environ["TRUTO_API_TOKEN"] = fake.token
"""
)


def test_nobody_closes_an_asynchronous_client() -> None:
    """Its connections end with their loops, and nobody is told to close what others use as well; at no time."""
    done = run_script(
        KEPT
        + """
pickles = [pickle.dumps(AsyncTruto(base_url=fake.url, timeout=5 + number)) for number in range(20)]

async def get(pickled):
    print((await pickle.loads(pickled).sync_jobs.get(ids[0])).id == ids[0])

for number in (0, 0, 1):
    asyncio.run(get(pickles[number]))
for pickled in pickles:
    pickle.loads(pickled)
gc.collect()

async def in_one_loop():
    for pickled in pickles:
        await get(pickled)
        gc.collect()

asyncio.run(in_one_loop())
"""
    )

    assert ("True\n" * 23, "") == (done.stdout, done.stderr)


def test_a_blocking_client_is_closed_at_exit() -> None:
    """Or when it is one too many, with a call of another thread under way in it."""
    done = run_script(
        KEPT
        + """
import time
pickles = [pickle.dumps(Truto(base_url=fake.url, timeout=5 + number)) for number in range(20)]
for pickled in pickles[:3]:
    print(pickle.loads(pickled).sync_jobs.get(ids[0]).id == ids[0])
fake.fail(delay=0.3)
thread = threading.Thread(target=lambda: print(pickle.loads(pickles[2]).sync_jobs.get(ids[0]).id == ids[0]))
thread.start()
while len(fake.requests) < 4: time.sleep(0.01)
for pickled in pickles[3:]:
    pickle.loads(pickled)
thread.join()
print(pickle.loads(pickles[-1]).sync_jobs.get(ids[0]).id == ids[0])
"""
    )

    assert ("True\n" * 5, "") == (done.stdout, done.stderr)


def test_fork_with_kept_clients() -> None:
    """The child goes on with the same client, on connections of its own, though a thread of the parent unpickles one."""
    done = run_script(
        KEPT
        + """
from truto_async._transport.copies import _kept
pickled = pickle.dumps(Truto(base_url=fake.url))
truto = pickle.loads(pickled)
print(truto.sync_jobs.get(ids[0]).id == ids[0], flush=True)
held, done = threading.Event(), threading.Event()

def hold():
    with _kept._lock:
        held.set()
        done.wait()

def child():
    same = pickle.loads(pickled)
    print(same is truto, same.sync_jobs.get(ids[0]).id == ids[0])
    same.close()

thread = threading.Thread(target=hold)
thread.start()
held.wait()
in_child(child)
done.set()
thread.join()
print(pickle.loads(pickled) is truto, truto.sync_jobs.get(ids[0]).id == ids[0])
"""
    )

    assert ("True\nTrue True\nTrue True\n", "") == (done.stdout, done.stderr)
