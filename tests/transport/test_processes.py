"""Forks, other processes, pickles."""

from __future__ import annotations

import pickle
import ssl
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_script
from tests.test_life import FAKE
from truto_async import AsyncTruto, RateLimit, RetryPolicy
from truto_sync import Truto

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

FORK = (
    FAKE
    + """
import os, sys, time, warnings
warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)

def in_child(work):
    pid = os.fork()
    if not pid:
        try:
            work()
            sys.stdout.flush()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
"""
)


def test_fork_of_an_async_client() -> None:
    """Child and parent go on with one client, each with connections of its own."""
    done = run_script(
        FORK
        + """
truto = AsyncTruto(fake.token, base_url=fake.url)

async def main():
    async def get():
        return (await truto.sync_jobs.get(ids[0])).id == ids[0]
    print(await get(), flush=True)
    in_child(lambda: print(asyncio.run(get())))
    print(await get())
    await truto.close()

asyncio.run(main())
"""
    )

    assert ("True\nTrue\nTrue\n", "") == (done.stdout, done.stderr)


def test_fork_of_a_blocking_client() -> None:
    """The same for a blocking client, from two threads in the child, with the parent's locks held."""
    done = run_script(
        FORK
        + """
truto = Truto(fake.token, base_url=fake.url)
print(truto.sync_jobs.get(ids[0]).id == ids[0], flush=True)
limit = truto._target._transport.settings.rate_limit

def child():
    got = []
    threads = [threading.Thread(target=lambda: got.append(truto.sync_jobs.get(ids[0]).id)) for _ in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(got == [ids[0]] * 2)
    truto.close()

with truto._portal._lock, limit._lock, truto._target._transport._shared.budget._lock:
    in_child(child)
print(truto.sync_jobs.get(ids[0]).id == ids[0])
truto.close()
"""
    )

    assert ("True\nTrue\nTrue\n", "") == (done.stdout, done.stderr)


def test_fork_while_calls_are_under_way() -> None:
    """What is under way in the parent is not the child's to wait for, nor counts against its limit."""
    done = run_script(
        FORK
        + """
from truto_async import RateLimit
truto = Truto(fake.token, base_url=fake.url, rate_limit=RateLimit(1, per=0.3))
fake.fail(delay=1)
threads = [threading.Thread(target=truto.sync_jobs.get, args=[ids[0]]) for _ in range(3)]
for thread in threads: thread.start()
while not fake.requests: time.sleep(0.01)
in_child(lambda: print(truto.sync_jobs.get(ids[0]).id == ids[0]))
for thread in threads: thread.join()
truto.close()
"""
    )

    assert ("True\n", "") == (done.stdout, done.stderr)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(truto_env: FakeTruto, method: str) -> None:
    """A client travels to a worker as its settings, and the job comes back."""
    done = run_script(
        f"""
import multiprocessing, operator, os, warnings
warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
from concurrent.futures import ProcessPoolExecutor
from truto_sync import NotFoundError, Truto

if __name__ == "__main__":
    truto = Truto(timeout=7)
    assert truto.sync_jobs.get({next(iter(truto_env.jobs))!r}).label
    with ProcessPoolExecutor(2, multiprocessing.get_context({method!r})) as pool:
        job = truto.sync_jobs.get({next(iter(truto_env.jobs))!r})
        jobs = list(pool.map(operator.attrgetter("id"), [job, job]))
        future = pool.submit(truto.request, "GET", "/sync-job/unknown")
        error = future.exception()
    print(len(jobs), type(error).__name__, error.status, error.attempts)
    truto.close()
"""
    )

    assert ("2 NotFoundError 404 1\n", "") == (done.stdout, done.stderr)


@pytest.mark.parametrize("cls", [AsyncTruto, Truto])
def test_pickled_clients(truto_env: FakeTruto, monkeypatch: pytest.MonkeyPatch, cls: type[Truto]) -> None:
    """A pickle holds the settings; the token comes from the environment of whoever loads it."""
    limit = RateLimit(9, per=2.0)
    client = cls(
        "other-token", timeout=7, deadline=9, retry=RetryPolicy(attempts=2), rate_limit=limit, proxy="http://u:p@x:1"
    )
    data = pickle.dumps(client)
    twin = pickle.loads(data)
    settings = getattr(twin, "_target", twin)._transport.settings

    assert b"other-token" not in data
    assert truto_env.token in settings.token.authorization
    assert (7, 9, 2, "RateLimit(9, per=2.0)") == (
        settings.timeout,
        settings.deadline,
        settings.retry.attempts,
        repr(settings.rate_limit),
    )
    assert (truto_env.url, "http://x:1") == (settings.base_url, str(settings.proxy.url).rstrip("/"))


def test_clients_that_cannot_be_pickled(truto_env: FakeTruto) -> None:
    """What belongs to one process is refused by name."""
    with pytest.raises(TypeError, match="ssl="):
        pickle.dumps(Truto(ssl=ssl.create_default_context()))
