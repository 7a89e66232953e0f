"""Clients from their first call to their end, run as strictly as Python can: `-X dev -W error`."""

from __future__ import annotations

from tests.conftest import run_script

FAKE = """
import asyncio, logging, threading
logging.getLogger("asyncio").setLevel(logging.ERROR)  # slow steps, which dev mode logs, are the machine's
from truto_async import AsyncTruto, ClientClosedError
from truto_async.testing import FakeTruto
from truto_sync import Truto
fake = FakeTruto().__enter__()
ids = list(fake.jobs)
"""


def test_one_client_in_one_loop_after_another() -> None:
    """Two gets in one asyncio.run, and two in the next, on the same client: silence."""
    done = run_script(
        FAKE
        + """
truto = AsyncTruto(fake.token, base_url=fake.url)

async def two():
    return await asyncio.gather(*map(truto.sync_jobs.get, ids[:2]))

for _ in range(2):
    print(*(job.id for job in asyncio.run(two())))
asyncio.run(truto.close())
"""
    )
    ids = done.stdout.split()

    assert 4 == len(ids)
    assert ids[:2] == ids[2:]
    assert "" == done.stderr


def test_two_loops_at_once() -> None:
    """One client in two threads with a loop each; closing in one closes the other's connections, too."""
    done = run_script(
        FAKE
        + """
truto = AsyncTruto(fake.token, base_url=fake.url)
ready, closed = threading.Event(), threading.Event()

async def other():
    await truto.sync_jobs.get(ids[0])
    ready.set()
    await asyncio.to_thread(closed.wait)
    try:
        await truto.sync_jobs.get(ids[0])
    except ClientClosedError:
        print("closed")

async def main():
    await truto.sync_jobs.get(ids[1])
    await asyncio.to_thread(ready.wait)
    await truto.close()
    closed.set()

thread = threading.Thread(target=asyncio.run, args=[other()])
thread.start()
asyncio.run(main())
thread.join()
"""
    )

    assert ("closed\n", "") == (done.stdout, done.stderr)


def test_blocking_from_many_threads() -> None:
    """One blocking client, and one for each, from 16 threads at once."""
    done = run_script(
        FAKE
        + """
shared = Truto(fake.token, base_url=fake.url)
got = []

def work():
    with Truto(fake.token, base_url=fake.url) as own:
        got.append(own.sync_jobs.get(ids[0]).id == shared.sync_jobs.get(ids[0]).id)

threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(got), all(got), [t.name for t in threading.enumerate() if t.name == "truto_sync"])
shared.close()
print(sum(t.name == "truto_sync" for t in threading.enumerate()))
"""
    )

    assert ("16 True ['truto_sync']\n0\n", "") == (done.stdout, done.stderr)


def test_blocking_in_a_running_loop() -> None:
    """As in a notebook."""
    done = run_script(
        FAKE
        + """
async def cell():
    truto = Truto(fake.token, base_url=fake.url)
    print(truto.sync_jobs.get(ids[0]).id == ids[0])

asyncio.run(cell())
"""
    )

    assert ("True\n", "") == (done.stdout, done.stderr)


def test_blocking_client_never_closed() -> None:
    """A script that never closes its client ends, without a word; so does one that drops it."""
    done = run_script(
        FAKE
        + """
Truto(fake.token, base_url=fake.url).sync_jobs.get(ids[0])
print(sum(t.name == "truto_sync" for t in threading.enumerate()))
truto = Truto(fake.token, base_url=fake.url)
truto.sync_jobs.get(ids[0])
unused = Truto(fake.token, base_url=fake.url)
"""
    )

    assert ("0\n", "") == (done.stdout, done.stderr)


def test_async_client_never_closed() -> None:
    """A client that is dropped unclosed: one warning, ours, that says what to do."""
    done = run_script(
        FAKE
        + """
async def main():
    truto = AsyncTruto(fake.token, base_url=fake.url)
    await truto.sync_jobs.get(ids[0])

asyncio.run(main())
"""
    )

    assert 1 == done.stderr.count("Warning")
    assert "ResourceWarning: this AsyncTruto was never closed: use 'async with" in done.stderr
    assert "aiohttp" not in done.stderr


def test_async_client_never_closed_at_exit() -> None:
    """The same where the client lives as long as the interpreter, or longer than its loop."""
    done = run_script(
        FAKE
        + """
truto = AsyncTruto(fake.token, base_url=fake.url)
asyncio.run(truto.sync_jobs.get(ids[0]))
unused = AsyncTruto(fake.token, base_url=fake.url)
"""
    )

    assert 1 == done.stderr.count("Warning")
    assert "never closed" in done.stderr


def test_call_from_the_clients_own_loop() -> None:
    """A blocking call in the client's own event loop is refused: it would wait for itself."""
    run_script(
        FAKE
        + """
truto = Truto(fake.token, base_url=fake.url)

async def inside():
    try:
        truto.sync_jobs.get(ids[0])
    except RuntimeError as error:
        return str(error)

assert "truto_async" in truto._portal.run(inside)
"""
    )


def test_closing_while_calls_are_under_way() -> None:
    """Calls that wait for an answer end with ClientClosedError, from any thread; none waits for ever."""
    done = run_script(
        FAKE
        + """
import time
truto = Truto(fake.token, base_url=fake.url)
fake.fail(delay=30, times=4)
ended = []

def work():
    try:
        truto.sync_jobs.get(ids[0])
    except ClientClosedError as error:
        ended.append(str(error))

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
while len(fake.requests) < 4: time.sleep(0.01)
truto.close()
for thread in threads: thread.join()
print(len(ended), set(ended))
"""
    )

    assert done.stdout.startswith("4 {")
    assert "" == done.stderr


def test_exit_while_a_call_is_under_way() -> None:
    """The interpreter ends although a daemon thread waits for an answer."""
    done = run_script(
        FAKE
        + """
import time
truto = Truto(fake.token, base_url=fake.url)
fake.fail(delay=30)

def work():
    try:
        truto.sync_jobs.get(ids[0])
    except ClientClosedError:
        pass

threading.Thread(target=work, daemon=True).start()
while not fake.requests: time.sleep(0.01)
"""
    )

    assert "" == done.stderr


def test_ctrl_c() -> None:
    """Ctrl-C ends the waiting call and its request; the client works on."""
    done = run_script(
        FAKE
        + """
import os, signal, time
truto = Truto(fake.token, base_url=fake.url)
fake.fail(delay=30)

def interrupt():
    while not fake.requests: time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
began = time.monotonic()
try:
    truto.sync_jobs.get(ids[0])
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - began < 10)

async def left():
    return len(asyncio.all_tasks())

print(truto._portal.run(left), truto.sync_jobs.get(ids[0]).id == ids[0])
"""
    )

    assert ("interrupted True\n2 True\n", "") == (done.stdout, done.stderr)


def test_own_session() -> None:
    """A session that is handed in is used, gets the token by request, and stays open; another loop is refused."""
    done = run_script(
        FAKE
        + """
import aiohttp
from truto_async import InvalidArgumentError

async def main():
    async with aiohttp.ClientSession(headers={"X-Own": "yes"}) as session:
        async with AsyncTruto(fake.token, base_url=fake.url, session=session) as truto:
            await truto.sync_jobs.get(ids[0])
        print(session.closed, fake.requests[-1].headers["x-own"], list(session.headers))
        truto = AsyncTruto(fake.token, base_url=fake.url, session=session)
        await truto.sync_jobs.get(ids[0])
        def elsewhere():
            try:
                asyncio.run(truto.sync_jobs.get(ids[0]))
            except InvalidArgumentError as error:
                print(error)
        await asyncio.to_thread(elsewhere)
    try:
        Truto(fake.token, base_url=fake.url, session=session)
    except InvalidArgumentError as error:
        print(error)

asyncio.run(main())
"""
    )
    used, elsewhere, blocking = done.stdout.splitlines()

    assert "False yes ['X-Own']" == used
    assert "one event loop" in elsewhere
    assert "for AsyncTruto" in blocking
    assert "" == done.stderr


def test_a_loop_that_was_closed_under_the_client() -> None:
    """A loop that ended without its shutdown does not keep the client from working in the next."""
    done = run_script(
        FAKE
        + """
import gc, warnings
truto = AsyncTruto(fake.token, base_url=fake.url)
loop = asyncio.new_event_loop()
loop.run_until_complete(truto.sync_jobs.get(ids[0]))
loop.close()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    asyncio.run(truto.sync_jobs.get(ids[0]))
    asyncio.run(truto.close())
    del loop
    gc.collect()
"""
    )

    assert "never closed" not in done.stderr


def test_closing_while_calls_wait() -> None:
    """Calls under way and calls that wait for a place end with ClientClosedError; closing twice at once is fine."""
    done = run_script(
        FAKE
        + """
fake.fail(delay=30)

async def main():
    truto = AsyncTruto(fake.token, base_url=fake.url, max_connections=1)
    calls = [asyncio.create_task(truto.sync_jobs.get(ids[0])) for _ in range(3)]
    while not fake.requests: await asyncio.sleep(0.01)
    await asyncio.gather(truto.close(), truto.close())
    print({type(error).__name__ for error in await asyncio.gather(*calls, return_exceptions=True)})

asyncio.run(main())
"""
    )

    assert ("{'ClientClosedError'}\n", "") == (done.stdout, done.stderr)


def test_a_session_that_its_owner_closed() -> None:
    """It is a closed client like any other."""
    done = run_script(
        FAKE
        + """
import aiohttp

async def main():
    async with aiohttp.ClientSession() as session:
        truto = AsyncTruto(fake.token, base_url=fake.url, session=session)
    try:
        await truto.sync_jobs.get(ids[0])
    except ClientClosedError as error:
        print(error)

asyncio.run(main())
"""
    )

    assert "session of this client is closed" in done.stdout


def test_sessions_do_not_pile_up() -> None:
    """What ended with its loop is let go."""
    done = run_script(
        FAKE
        + """
truto = AsyncTruto(fake.token, base_url=fake.url)
for _ in range(20):
    asyncio.run(truto.sync_jobs.get(ids[0]))
print(len(truto._transport._shared.pools._pools))
asyncio.run(truto.close())
"""
    )

    assert ("1\n", "") == (done.stdout, done.stderr)


def test_a_failed_call_keeps_nothing_alive() -> None:
    """A client is collected, and its thread ends, although an error of its is kept."""
    done = run_script(
        FAKE
        + """
import gc
from truto_async import NotFoundError
gc.disable()

def work():
    truto = Truto(fake.token, base_url=fake.url)
    try:
        truto.sync_jobs.get("unknown")
    except NotFoundError as error:
        return str(error)

work()
print(sum(thread.name == "truto_sync" for thread in threading.enumerate()))
"""
    )

    assert ("0\n", "") == (done.stdout, done.stderr)


def test_first_use_while_the_interpreter_ends() -> None:
    """In an atexit handler, too, the client works or says no; nothing hangs."""
    done = run_script(
        FAKE
        + """
import atexit
from truto_async import TrutoError
truto = Truto(fake.token, base_url=fake.url)

@atexit.register
def late():
    try:
        truto.sync_jobs.get(ids[0])
    except TrutoError:
        pass
"""
    )

    assert "Traceback" not in done.stderr


def test_a_task_that_was_cancelled_before_its_call() -> None:
    """The cancellation reaches the call, and is not taken for a lost connection."""
    done = run_script(
        FAKE
        + """
async def call(truto):
    asyncio.current_task().cancel()
    await truto.sync_jobs.get(ids[0])

async def main():
    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        await truto.sync_jobs.get(ids[0])
        task = asyncio.create_task(call(truto))
        await asyncio.wait([task])
        print(task.cancelled())

asyncio.run(main())
"""
    )

    assert ("True\n", "") == (done.stdout, done.stderr)


def test_one_of_two_closings_is_cancelled() -> None:
    """The other goes on."""
    done = run_script(
        FAKE
        + """
fake.fail(delay=30)

async def main():
    truto = AsyncTruto(fake.token, base_url=fake.url)
    call = asyncio.create_task(truto.sync_jobs.get(ids[0]))
    while not fake.requests: await asyncio.sleep(0.01)
    one, other = asyncio.create_task(truto.close()), asyncio.create_task(truto.close())
    await asyncio.sleep(0)
    one.cancel()
    print(await asyncio.gather(other, call, return_exceptions=True))

asyncio.run(main())
"""
    )

    assert done.stdout.startswith("[None, ClientClosedError(")
    assert "" == done.stderr
