"""A tracker hands out the end of each run at least once, whatever happens to its process."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from truto_async import (
    AmbiguousOutcomeError,
    AsyncRunTracker,
    AsyncTruto,
    AuthenticationError,
    BadRequestError,
    ClientClosedError,
    InvalidArgumentError,
    RunEnd,
    RunRecord,
    SQLiteRunStore,
)
from truto_async.testing import FakeTruto, RunStep, no_waiting
from truto_async.webhooks import WebhookEvent
from truto_sync import RunTracker, Truto

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

LONG = (RunStep("running", 60), RunStep("completed"))


@pytest.fixture
def fake() -> Iterator[FakeTruto]:
    """Give a server with a job."""
    with FakeTruto([{"id": "job"}]) as fake:
        yield fake


@pytest.fixture
async def truto(fake: FakeTruto) -> AsyncIterator[AsyncTruto]:
    """Give a client."""
    async with AsyncTruto(fake.token, base_url=fake.url, retry=None) as truto:
        yield truto


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a store."""
    return tmp_path / "runs.db"


def delivery(event: str, run: dict[str, Any]) -> WebhookEvent:
    """Make the event of a delivery."""
    return WebhookEvent.from_dict({"id": "e", "event": f"sync_job_run:{event}", "payload": run})


async def collect(tracker: AsyncRunTracker) -> list[RunEnd]:
    """Handle all ends until nothing is followed."""
    return [end async for end in tracker.ends(until_idle=True)]


async def test_start_and_track(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """Runs that were started here and elsewhere are followed to their ends, each handed out once."""
    elsewhere = [await truto.sync_job_runs.start("job") for _ in range(3)]
    finished = await truto.sync_job_runs.wait(elsewhere[2])
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        run = await tracker.start("job", args={"n": 1})
        await tracker.track(elsewhere[0])
        await tracker.track(elsewhere[1].id)
        await tracker.track(finished)
        await tracker.track(run)  # it is tracked already
        ends = await collect(tracker)

        assert fake.runs.keys() == {end.id for end in ends}
        assert [("completed", None, False)] * 4 == [(end.run and end.run.status, end.error, end.is_repeated) for end in ends]
        await tracker.track(run.id)  # it was handled
        assert [] == await collect(tracker)
        assert f"AsyncRunTracker(SQLiteRunStore('{path}'), following=0)" == repr(tracker)

    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        assert [] == await collect(tracker)


async def test_an_end_that_is_not_handled(truto: AsyncTruto, path: Path) -> None:
    """It is handed out again, by the same tracker and by the next; the id is the same."""
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        run = await tracker.start("job")
        for is_repeated in (False, True):
            ends = tracker.ends()
            end = await anext(ends)
            assert (run.id, is_repeated) == (end.id, end.is_repeated)
            await ends.aclose()

    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        [end] = await collect(tracker)
        assert (run.id, True, "completed") == (end.id, end.is_repeated, end.run and end.run.status)


async def test_taking_up(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """A tracker that was closed left its runs alone; the next one follows them."""
    fake.plan_run(RunStep("running", 0.5), RunStep("completed"))
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        run = await tracker.start("job")
        waiting = asyncio.create_task(anext(tracker.ends(), None))
        await asyncio.sleep(0.05)
    assert await waiting is None
    await tracker.close()

    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        await tracker.open()
        assert [run.id] == [end.id for end in await collect(tracker)]


async def test_deliveries(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """A delivery ends a run before the next poll does; other and repeated ones change nothing."""
    fake.plan_run(*LONG)
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        run = await tracker.start("job")
        document = run.to_dict()
        completed = delivery("completed", {**document, "status": "completed"})

        assert not await tracker.feed(delivery("started", {**document, "status": "running"}))
        assert not await tracker.feed(WebhookEvent.from_dict({"id": "e", "event": "record:created", "payload": {}}))
        assert not await tracker.feed(delivery("completed", {**document, "id": "another", "status": "completed"}))
        assert not await tracker.feed(delivery("completed", {"id": 5}))  # no run that can be read: the next poll will tell
        assert await tracker.feed(completed)
        assert not await tracker.feed(completed)
        assert [run.id] == [end.id for end in await collect(tracker)]
        assert not await tracker.feed(completed)
    assert "running" == fake.runs[run.id]["status"]


async def test_a_run_that_is_gone(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """It has an end as well, which says that nobody knows how it ended."""
    fake.plan_run(*LONG)
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        run = await tracker.start("job")
        await tracker.track("never-seen")
        del fake.runs[run.id]
        seen, unseen = sorted(await collect(tracker), key=lambda end: end.run is None)

        assert (run.id, "never-seen", None) == (seen.id, unseen.id, unseen.run)
        assert seen.run == run
        for end in (seen, unseen):
            assert end.error is not None
            assert end.id in str(end.error)


async def test_a_start_that_is_refused(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """Nothing is left of it in the store."""
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        fake.fail(400)
        with pytest.raises(BadRequestError):
            await tracker.start("job")
        with pytest.raises(InvalidArgumentError):
            await tracker.start("job", args={"x": float("nan")})
        with pytest.raises(InvalidArgumentError):
            await tracker.start("job", webhook_id="a", daemon_group_key="b")
        with pytest.raises(TypeError, match="nonsense"):
            await tracker.start("job", nonsense=1)  # type: ignore[call-arg]
        assert [] == await collect(tracker)
    with SQLite(path) as store:
        assert [] == store.unhandled()


class SQLite:
    """A store in a with block."""

    def __init__(self, path: Path) -> None:
        """Take the path."""
        self._path = path

    def __enter__(self) -> SQLiteRunStore:
        """Open it."""
        self._store = SQLiteRunStore(self._path)
        return self._store

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._store.close()


def cut_short(path: Path, *starts: tuple[str, dict[str, Any]], ago: float = 0.0) -> None:
    """Leave the records of starts that a crash cut short."""
    with SQLite(path) as store:
        for key, args in starts:
            request = {"sync_job_id": "job", "args": args, "integrated_account_id": None}
            store.save([RunRecord(key=key, state="starting", request=request, started=time.time() - ago)])


async def test_starts_that_were_cut_short(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """Their runs are found by job and arguments; it does not matter which of two equal starts gets which run."""
    cut_short(path, ("a", {"n": 1}), ("b", {"n": 2}), ("c", {"n": 2}), ("d", {"n": 3}))
    runs = {(await truto.sync_job_runs.start("job", args={"n": n})).id for n in (1, 2, 2)}
    other = await truto.sync_job_runs.start("job", args={"n": 4})
    with no_waiting():
        async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
            assert runs == {end.id for end in await collect(tracker)}
            assert other.id not in runs
            assert ["d"] == [record.key for record in tracker.unresolved]  # it was never sent
            await tracker.forget(tracker.unresolved[0])
            assert [] == tracker.unresolved
    with SQLite(path) as store:
        assert [] == store.unhandled()


async def test_a_start_that_cannot_be_told_from_others(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """Where more runs than starts fit, none is taken."""
    cut_short(path, ("a", {"n": 1}), ago=1)
    for _ in range(2):
        await truto.sync_job_runs.start("job", args={"n": 1})
    with no_waiting():
        async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
            assert [] == await collect(tracker)
            assert ["a"] == [record.key for record in tracker.unresolved]


async def test_looks_that_fail(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """A server in trouble is asked again; one that refuses the token is an error of the walk."""
    cut_short(path, ("a", {"n": 1}))
    run = await truto.sync_job_runs.start("job", args={"n": 1})
    fake.fail(503)
    with no_waiting():
        async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
            assert [run.id] == [end.id for end in await collect(tracker)]
    cut_short(path, ("b", {"n": 2}))
    fake.fail(401, times=9)
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        with pytest.raises(AuthenticationError):
            await collect(tracker)


async def test_an_answer_that_is_lost(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """The start finds its run by itself; if it cannot, it is unresolved, and found by the next tracker."""
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        fake.fail(drop=True)
        run = await tracker.start("job")
        assert {run.id} == fake.runs.keys() == {end.id for end in await collect(tracker)}
        fake.fail(drop=True)
        fake.fail(400)
        with pytest.raises(AmbiguousOutcomeError):
            await tracker.start("job", args={"n": 1})
        assert 1 == len(tracker.unresolved)
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        [end] = await collect(tracker)
        assert {run.id, end.id} == fake.runs.keys()


async def test_a_client_that_is_closed_during_a_start(fake: FakeTruto, path: Path) -> None:
    """The server may have started the run: the next tracker finds it."""
    async with AsyncTruto(fake.token, base_url=fake.url) as truto, AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        fake.fail(delay=0.5)
        start = asyncio.create_task(tracker.start("job"))
        while not fake.runs:  # noqa: ASYNC110  # the server is in another thread
            await asyncio.sleep(0.005)
        await truto.close()
        with pytest.raises(ClientClosedError):
            await start

    async with AsyncTruto(fake.token, base_url=fake.url) as truto, AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        assert fake.runs.keys() == {end.id for end in await collect(tracker)}


async def test_a_start_that_is_cancelled(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """Its run is looked for, since the server may have started it."""
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        fake.fail(delay=0.5)
        start = asyncio.create_task(tracker.start("job"))
        while not fake.runs:  # noqa: ASYNC110  # the server is in another thread
            await asyncio.sleep(0.005)
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        assert fake.runs.keys() == {end.id for end in await collect(tracker)}


async def test_deliveries_that_come_together(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """One of them ends the run; it does so, too, if the run cannot be polled any more."""
    fake.plan_run(*LONG, times=2)
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        runs = [await tracker.start("job", args={"n": n}) for n in (1, 2)]
        ended = [delivery("completed", {**run.to_dict(), "status": "completed"}) for run in runs]

        assert [True, False] == [*await asyncio.gather(tracker.feed(ended[0]), tracker.feed(ended[0]))]
        fake.fail(401, times=9)
        ends = tracker.ends()
        assert runs[0].id == (await anext(ends)).id
        with pytest.raises(AuthenticationError):
            await anext(ends)
        assert await tracker.feed(ended[1])
        assert [runs[1].id] == [end.id for end in await collect(tracker)]


async def test_closed_while_a_start_is_under_way(fake: FakeTruto, truto: AsyncTruto, path: Path) -> None:
    """The start says so, and the next tracker finds its run."""
    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        fake.fail(delay=0.3)
        start = asyncio.create_task(tracker.start("job"))
        while not fake.runs:  # noqa: ASYNC110  # the server is in another thread
            await asyncio.sleep(0.005)
    with pytest.raises(ClientClosedError):
        await start

    async with AsyncRunTracker(truto, SQLiteRunStore(path)) as tracker:
        assert fake.runs.keys() == {end.id for end in await collect(tracker)}


async def test_not_open(truto: AsyncTruto, path: Path) -> None:
    """Each method says so."""
    tracker = AsyncRunTracker(truto, SQLiteRunStore(path))
    for call in (
        tracker.start("job"),
        tracker.track("run"),
        tracker.feed(delivery("completed", {"id": "x"})),
        tracker.forget(RunRecord(key="k", state="running", started=0)),
    ):
        with pytest.raises(ClientClosedError, match="not open"):
            await call
    await tracker.open()
    await tracker.close()


def test_blocking(fake: FakeTruto, path: Path) -> None:
    """The blocking tracker does the same."""
    with Truto(fake.token, base_url=fake.url) as truto, RunTracker(truto, SQLiteRunStore(path)) as tracker:
        run = tracker.start("job")
        assert [run.id] == [end.id for end in tracker.ends(until_idle=True)]
        assert [] == tracker.unresolved
        assert "RunTracker(" in repr(tracker)


def test_the_store(path: Path, tmp_path: Path) -> None:
    """Records come back as they were; one process at a time; other files are refused, and say why."""
    record = RunRecord(key="k", run_id="r", state="ended", request={"a": [1]}, run={"id": "r"}, handed_out=2, started=1.5)
    with SQLite(path) as store:
        store.save([record, attrs.evolve(record, key="l", run_id="s", state="handled")])
        assert [record] == store.unhandled()
        assert record == store.find("r")
        assert store.find("unknown") is None
        assert (0, 1) == (store.prune(1.0), store.prune(2.0))
        with pytest.raises(InvalidArgumentError, match="locked"):
            SQLiteRunStore(path)
    store.close()
    other, text = tmp_path / "other.db", tmp_path / "text"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    text.write_text("no database at all" * 100)
    for wrong, problem in ((other, "another program"), (text, "not a database"), (tmp_path, "unable to open")):
        with pytest.raises(InvalidArgumentError, match=problem):
            SQLiteRunStore(wrong)


PROGRAM = """
    import asyncio, json, os, sys, time
    from truto_async import AsyncRunTracker, AsyncTruto, SQLiteRunStore

    _, token, url, path, handled = sys.argv

    async def main():
        store = SQLiteRunStore(path)
        async with AsyncTruto(token, base_url=url, rate_limit=None) as truto, AsyncRunTracker(truto, store) as tracker:
            async def start():
                (count,) = store._connection.execute("SELECT count(*) FROM runs").fetchone()
                for number in range(count, 200):
                    await tracker.start("job", args={"n": number % 40})

            starting = asyncio.create_task(start())
            is_last = False
            with open(handled, "a") as file:
                while not is_last:
                    is_last = starting.done()
                    async for end in tracker.ends(until_idle=True):
                        file.write(json.dumps([end.id, end.run.status, end.is_repeated]) + chr(10))
                        file.flush()
                        await asyncio.sleep(0.001)
                    await asyncio.sleep(0.01)
            await starting
        print("done")

    asyncio.run(main())
"""


def test_a_program_that_is_killed(tmp_path: Path) -> None:
    """200 runs, killed ten times at random moments: each end is handed out, and a repetition has the same id."""
    chance = random.Random(5)
    handled = tmp_path / "handled"
    handled.touch()
    with FakeTruto([{"id": "job"}]) as fake:
        for _ in range(400):
            fake.plan_run(RunStep("running", chance.uniform(0.1, 4.0)), RunStep("completed"))
        command = [
            sys.executable,
            "-c",
            textwrap.dedent(PROGRAM),
            fake.token,
            fake.url,
            str(tmp_path / "runs.db"),
            str(handled),
        ]
        for _ in range(10):
            with subprocess.Popen(command) as process:
                time.sleep(chance.uniform(0.3, 1.5))
                process.send_signal(signal.SIGKILL)
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=100)

        assert "done\n" == done.stdout
        ends = [json.loads(line) for line in handled.read_text().splitlines()]
        assert fake.runs.keys() == {run_id for run_id, _, _ in ends}
        assert len(fake.runs) <= 200
        assert {"completed"} == {status for _, status, _ in ends}
        firsts = [run_id for run_id, _, is_repeated in ends if not is_repeated]
        assert len(firsts) == len(set(firsts))
