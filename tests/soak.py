"""What takes minutes: `python -W error -m tests.soak [name ...]`. Prints what it measures; fails where a promise breaks."""

from __future__ import annotations

import asyncio
import gc
import random
import resource
import subprocess
import sys
import threading
import time
import zlib
from bisect import bisect_left
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import open_sockets
from tests.wire import Wire, WireServer, answer
from truto_async import (
    AsyncTruto,
    InternalServerError,
    RateLimit,
    ResponseTooLargeError,
    RetryPolicy,
    SyncJobRun,
    TrutoError,
)
from truto_async.testing import SEED_JOBS, FakeTruto, RunStep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


def check(claim: str, *, holds: bool) -> None:
    """Print a claim, and stop where it does not hold."""
    print(("ok    " if holds else "BROKEN"), claim, flush=True)
    if not holds:
        sys.exit(1)


def resident() -> float:
    """Give the resident memory in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def echo(wire: Wire) -> None:
    """Answer each request with a job of the id that was asked for."""
    while True:
        head = await wire.request()
        job_id = head.split(b" ", 2)[1].rpartition(b"/")[2]
        wire.writer.write(answer(b'{"id": "%s"}' % job_id))


async def rate_limit(clients: int = 1) -> None:
    """1,500 gets at once against a server that counts."""
    asyncio.get_running_loop().set_debug(
        False
    )  # `-X dev` has asyncio record the stack of each task, which takes seconds here
    limit = RateLimit(500, per=10.0)
    with FakeTruto([{"id": "x"}]) as fake:
        fake.limit(500, per=10.0)
        truto = [AsyncTruto(fake.token, base_url=fake.url, rate_limit=limit) for _ in range(clients)]
        await asyncio.gather(*(client.sync_jobs.get("x") for client in truto))
        fake.requests.clear()
        fake.limit(500, per=10.0)
        await asyncio.sleep(10.1)
        began, spent = time.monotonic(), time.thread_time()
        await asyncio.gather(*(truto[number % clients].sync_jobs.get("x") for number in range(1500)))
        took = time.monotonic() - began
        for client in truto:
            await client.close()
        check(f"{clients} clients: 1,500 gets took {took:.2f} s", holds=20 <= took <= 20.6)
        check(f"the server saw {len(fake.requests)} requests, so none was refused", holds=len(fake.requests) == 1500)
        print(f"      all of it cost {time.thread_time() - spent:.2f} s of CPU in this thread")
    cost = await _waiting_cost()
    check(f"1,500 waits for a slot cost {cost:.3f} s of CPU", holds=cost < 0.5)


async def _waiting_cost() -> float:
    """Measure what the waiting alone costs: the same queue without requests."""
    limit = RateLimit(500, per=1.0)

    async def one() -> None:
        async with limit:
            pass

    spent = time.thread_time()
    await asyncio.gather(*(one() for _ in range(1500)))
    return time.thread_time() - spent


async def used_up() -> None:
    """Another process uses up the limit; four clients run into it."""
    with FakeTruto([{"id": "x"}]) as fake:
        fake.limit(500, per=10.0)
        async with AsyncTruto(fake.token, base_url=fake.url, rate_limit=None) as other:
            await asyncio.gather(*(other.sync_jobs.get("x") for _ in range(500)))
        fake.requests.clear()
        clients = [AsyncTruto(fake.token, base_url=fake.url) for _ in range(4)]

        async def worker(truto: AsyncTruto) -> int:
            return len([(await truto.sync_jobs.get("x")).id for _ in range(20)])

        began = time.monotonic()
        done = await asyncio.gather(*map(worker, clients))
        early = sum(request.time < fake.requests[0].time + 9.9 for request in fake.requests)
        for client in clients:
            await client.close()
        check(f"all {sum(done)} calls succeeded, after {time.monotonic() - began:.1f} s", holds=sum(done) == 80)
        check(f"the server saw {early} requests of 4 clients before the pause ended", holds=early <= 4)


async def outage() -> None:
    """30 seconds of 503 under 64 callers."""
    down = True
    made = 0

    async def script(wire: Wire) -> None:
        while True:
            await wire.request()
            wire.writer.write(answer(b'{"id": "x"}', "503 Down" if down else "200 OK"))

    with WireServer(script) as server:
        async with AsyncTruto("t", base_url=server.url, rate_limit=None) as truto:

            async def caller(until: float) -> float | None:
                nonlocal made
                while time.monotonic() < until:
                    made += 1
                    try:
                        await truto.sync_jobs.get("x")
                    except InternalServerError:
                        await asyncio.sleep(0.1)
                    else:
                        return time.monotonic()
                return None

            callers = [asyncio.create_task(caller(time.monotonic() + 60)) for _ in range(64)]
            await asyncio.sleep(30)
            seen, calls = len(server.heads), made
            down, ended = False, time.monotonic()
            served = [moment - ended for moment in await asyncio.gather(*callers) if moment is not None]
    check(f"the server saw {seen} requests for {calls} calls: {seen / calls:.3f} a call", holds=seen < 1.2 * calls)
    check(f"all 64 callers were served within {max(served):.2f} s of its end", holds=len(served) == 64 and max(served) < 2)


async def faults(count: int = 20_000, share: float = 0.05, bound: float | None = 1.06) -> None:
    """Many gets by 100 workers while the server fails at random."""
    chance = random.Random(7)

    async def script(wire: Wire) -> None:
        while True:
            head = await wire.request()
            body = b'{"id": "%s"}' % head.split(b" ", 2)[1].rpartition(b"/")[2]
            fault = chance.randrange(5) if chance.random() < share else None
            if fault == 0:
                return
            if fault == 1:
                wire.writer.write(answer(body)[:-3])
                return
            wire.writer.write(
                answer(b"{}", "500 No")
                if fault == 2
                else answer(b"{}", "429 No", "Retry-After: 0")
                if fault == 3
                else b"junk\r\n\r\n"
                if fault == 4
                else answer(body)
            )
            if fault == 4:
                return

    with WireServer(script) as server:
        retry = RetryPolicy(base=0.01)
        ids = iter(range(count))
        wrong = errors = 0
        truto = AsyncTruto("t", base_url=server.url, rate_limit=None, retry=retry)

        async def worker() -> None:
            nonlocal wrong, errors
            for number in ids:
                try:
                    wrong += (await truto.sync_jobs.get(f"job-{number}")).id != f"job-{number}"
                except TrutoError:
                    errors += 1

        await asyncio.get_running_loop().getaddrinfo("localhost", 1)  # starts asyncio's own thread for names
        gc.collect()
        before, memory = (open_sockets(), threading.active_count()), resident()
        began = time.monotonic()
        await asyncio.gather(*(worker() for _ in range(100)))
        took = time.monotonic() - began
        await truto.close()
        await asyncio.sleep(0.3)
        ratio = len(server.heads) / count
        gc.collect()
        after = (open_sockets(), threading.active_count())
        server.heads.clear()
        grown = resident() - memory
        print(f"      {count:,} gets with {share:.0%} faults in {took:.0f} s, {errors} errors")
        check(f"no job was another's ({wrong})", holds=wrong == 0)
        check(f"{ratio:.4f} requests a job", holds=bound is None or ratio <= bound)
        check(f"sockets and threads {before} -> {after}", holds=before == after)
        check(f"tasks left: {len(asyncio.all_tasks()) - 1}", holds=len(asyncio.all_tasks()) == 1)
        check(f"resident memory grew by {grown:.1f} MB (the server's in this process included)", holds=grown < 60)


async def bombs() -> None:
    """A gigabyte in a megabyte, in good and bad answers."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"".join([*(packer.compress(b"\0" * 2**20) for _ in range(2**10)), packer.flush()])
    for status, error_class in (("200 OK", ResponseTooLargeError), ("500 No", InternalServerError)):

        async def script(wire: Wire, status: str = status) -> None:
            await wire.request()
            wire.writer.write(answer(piece, status, "Content-Encoding: gzip"))
            await wire.writer.drain()

        with WireServer(script) as server:
            async with AsyncTruto("t", base_url=server.url, retry=None) as truto:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                try:
                    await truto.sync_jobs.get("x")
                except TrutoError as error:
                    kind = type(error)
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
        check(f"a bomb of 1 GiB in {status}: {kind.__name__}, {peak:.0f} MB", holds=kind is error_class and peak < 200)


async def batch() -> None:
    """10,000 ids, runs of equal ones among them, 1 % missing, 1 % failing once."""
    chance = random.Random(5)
    known = {f"job-{number}" for number in range(7000)}
    ids = [f"job-{number}" for number in range(7000)] + [f"missing-{number}" for number in range(100)]
    chance.shuffle(ids)
    for place in range(0, 2900, 10):
        ids[place * 2 : place * 2] = [ids[place * 2]] * 10
    with FakeTruto({"id": job_id, "resources": SEED_JOBS[0]["resources"]} for job_id in known) as fake:
        for _ in range(100):
            fake.fail(500)
        async with AsyncTruto(fake.token, base_url=fake.url, rate_limit=None, retry=RetryPolicy(base=0.001)) as truto:
            async for _ in truto.sync_jobs.get_many(ids[:200]):
                pass
            seen = len(fake.requests)
            gc.collect()
            memory, came = resident(), Counter[str]()
            async for outcome in truto.sync_jobs.get_many(ids):
                came[outcome.id] += 1
                if (outcome.error is None) != (outcome.id in known):
                    sys.exit(f"wrong outcome: {outcome}")
            grown = resident() - memory
            cost = len(fake.requests) - seen
    check(f"{len(ids):,} ids, {sum(came.values()):,} outcomes", holds=came == Counter(ids))
    check(f"{cost:,} requests: equal ids in flight shared theirs", holds=cost < len(ids) - 2000)
    print(f"      resident memory grew by {grown:.1f} MB, the server's records included")


async def streamed_memory() -> None:
    """Memory of a long batch, with the server in another process."""
    script = (
        "import sys, time; from truto_async.testing import FakeTruto, SEED_JOBS\n"
        "jobs = [{**SEED_JOBS[0], 'id': f'job-{n}'} for n in range(10000)]\n"
        "with FakeTruto(jobs) as fake: print(fake.url, flush=True); sys.stdin.read()"
    )
    server = subprocess.Popen(  # noqa: ASYNC220  # nothing else runs yet
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    async with AsyncTruto("fake-truto-token", base_url=url, rate_limit=None) as truto:
        ids = [f"job-{number}" for number in range(10_000)]
        async for _ in truto.sync_jobs.get_many(ids[:500]):
            pass
        gc.collect()
        memory = resident()
        async for _ in truto.sync_jobs.get_many(ids, concurrency=32):
            pass
        grown = resident() - memory
        check(f"10,000 jobs streamed: resident memory grew by {grown:.1f} MB", holds=grown < 15)
        longest = await _longest_stall(truto)
        check(f"10,000 jobs listed by the fifty: longest stall {longest * 1000:.1f} ms", holds=longest < 0.01)
    server.communicate()


async def _longest_stall(truto: AsyncTruto) -> float:
    """Walk over a list beside a ticker of 1 ms."""
    stalls: list[float] = []

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append(time.perf_counter() - began - 0.001)

    ticker = asyncio.create_task(tick())
    gc.collect()
    gc.freeze()
    async for _ in truto.sync_jobs.list():
        pass
    ticker.cancel()
    return max(stalls)


async def long_list() -> None:
    """A million small jobs over many pages."""

    async def script(wire: Wire) -> None:
        page = 0
        while True:
            await wire.request()
            page += 1
            rows = b",".join(b'{"id": "%d-%d"}' % (page, number) for number in range(1000))
            cursor = b'"%d"' % page if page < 1000 else b"null"
            wire.writer.write(answer(b'{"result": [%s], "next_cursor": %s}' % (rows, cursor)))

    with WireServer(script) as server:
        async with AsyncTruto("t", base_url=server.url, rate_limit=None) as truto:
            count, early = 0, 0.0
            async for _ in truto.sync_jobs.list(limit=1000):
                count += 1
                if count == 50_000:
                    early = resident()
            grown = resident() - early
    check(f"{count:,} jobs listed; after the first 50,000 memory grew by {grown:.1f} MB", holds=grown < 5)


async def follow(count: int = 1000) -> None:
    """1,000 runs followed at once, for minutes, with other runs going on."""
    chance = random.Random(11)
    with FakeTruto([{"id": "job"}, {"id": "other"}]) as fake:
        for _ in range(count):
            fake.plan_run(RunStep("running", chance.uniform(5, 120)), RunStep("completed"))
        async with AsyncTruto(fake.token, base_url=fake.url, rate_limit=None) as truto:
            runs = [run async for run in _started(truto, count)]
            late: list[float] = []
            seen = len(fake.requests)

            async def wait(run: SyncJobRun) -> None:
                ended = await truto.sync_job_runs.wait(run)
                late.append((datetime.now(UTC) - (ended.finished_at or datetime.min.replace(tzinfo=UTC))).total_seconds())

            spent = time.thread_time()
            waits = [asyncio.create_task(wait(run)) for run in runs]
            others = 0
            while not all(task.done() for task in waits):
                others += 1
                await truto.request("POST", "/sync-job-run", json={"sync_job_id": "other"})
                await asyncio.sleep(0.2)
            await asyncio.gather(*waits)
            times = [request.time for request in fake.requests[seen:] if request.method == "GET"]
            took, spent = times[-1] - times[0], time.thread_time() - spent
        busiest = max(bisect_left(times, begin + 1) - place for place, begin in enumerate(times))
    print(f"      {others} other runs were started meanwhile; the client cost {spent:.1f} s of CPU")
    check(f"all {len(late)} ends were seen, the last {max(late):.1f} s after it happened", holds=max(late) < 15)
    check(f"{len(times)} requests in {took:.0f} s: {len(times) / took:.1f} a second", holds=len(late) == count)
    check(f"the busiest second had {busiest}", holds=busiest < 10)


async def _started(truto: AsyncTruto, count: int) -> AsyncIterator[SyncJobRun]:
    for _ in range(count):
        yield await truto.sync_job_runs.start("job")


async def lost_starts(count: int = 100) -> None:
    """The answers to starts are lost, many of them at once, while others start runs of the same job."""
    with FakeTruto([{"id": "job"}]) as fake:
        fake.plan_run(RunStep("running", 1.0), RunStep("completed"), times=10 * count)
        async with (
            AsyncTruto(
                fake.token, base_url=fake.url, rate_limit=None, retry=RetryPolicy(attempts=20, budget=10_000)
            ) as ours,
            AsyncTruto(fake.token, base_url=fake.url, rate_limit=None) as theirs,
        ):

            async def start(number: int) -> SyncJobRun:
                await asyncio.sleep(random.uniform(0, 5))
                return await ours.sync_job_runs.start("job", args={"number": number % 10})

            async def disturb() -> None:
                for number in range(count):
                    disturbing.append(await theirs.sync_job_runs.start("job", args={"number": 100 + number}))
                    fake.fail(drop=True, path="/sync-job-run")
                    await asyncio.sleep(0.05)

            disturbing: list[SyncJobRun] = []
            got = (await asyncio.gather(disturb(), *map(start, range(5 * count))))[1:]
        posts = sum(request.method == "POST" for request in fake.requests)
        ids = {run.id for run in got if run is not None}
        check(f"{len(got)} starts got {len(ids)} runs of their own", holds=len(ids) == len(got))
        check(
            "each has the arguments that it asked for",
            holds=all(run is not None and run.args == {"number": number % 10} for number, run in enumerate(got)),
        )
        check(f"{posts} starts were sent, {len(fake.runs)} carried out", holds=posts == len(fake.runs) == 6 * count)
        check("no run is nobody's", holds=ids | {run.id for run in disturbing} == fake.runs.keys())


SOAKS: dict[str, Callable[[], Awaitable[None]]] = {
    "bombs": bombs,
    "rate_limit": rate_limit,
    "shared_rate_limit": lambda: rate_limit(clients=4),
    "used_up": used_up,
    "outage": outage,
    "faults": faults,
    "batch": batch,
    "streamed_memory": streamed_memory,
    "long_list": long_list,
    "follow": follow,
    "lost_starts": lost_starts,
    "many_faults": lambda: faults(10_000, 1 / 3, None),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or SOAKS:
        print(f"{name}:", flush=True)
        asyncio.run(SOAKS[name]())  # type: ignore[arg-type]  # each is a coroutine function
