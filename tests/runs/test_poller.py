"""Following many runs at once."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import wait_until
from truto_async import APIStatusError, AsyncTruto, AuthenticationError, NotFoundError, RunTimeoutError
from truto_async._runs.pace import Pace, is_cheaper_to_list
from truto_async.testing import FakeTruto, RunStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from truto_async import SyncJobRun
    from truto_async.testing import RecordedRequest

JOB = {"id": "job", "resources": []}


@pytest.fixture
def fake_truto() -> Iterator[FakeTruto]:
    """Give a server with a small job."""
    with FakeTruto([JOB]) as fake:
        yield fake


def most_in_a_second(requests: Sequence[RecordedRequest]) -> int:
    """Count the requests of the busiest second."""
    times = [request.time for request in requests]
    return max((sum(begin <= moment < begin + 1 for moment in times) for begin in times), default=0)


def kinds(requests: Sequence[RecordedRequest]) -> Counter[str]:
    """Count lists and looks at single runs."""
    return Counter("list" if len(request.segments) == 1 else "get" for request in requests)


async def follow(fake: FakeTruto, truto: AsyncTruto, lives: Sequence[float]) -> tuple[list[float], list[RecordedRequest]]:
    """Start runs that live for some seconds, and follow them all.

    Returns the seconds from each end, by the server's clock, until it was seen, and the requests that this took.
    """
    for seconds in lives:
        fake.plan_run(RunStep("running", seconds), RunStep("completed"))
    runs = await asyncio.gather(*(truto.sync_job_runs.start("job") for _ in lives))
    before = len(fake.requests)

    async def wait(run: SyncJobRun) -> float:
        ended = await truto.sync_job_runs.wait(run)
        assert ended.finished_at is not None
        return (datetime.now(UTC) - ended.finished_at).total_seconds()

    return list(await asyncio.gather(*map(wait, runs))), fake.requests[before:]


async def test_many_runs(fake_truto: FakeTruto) -> None:
    """They are listed, with few requests, and each end is seen soon; `tests.soak` does the same with 1,000 for minutes."""
    chance = random.Random(3)
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=None) as truto:
        delays, requests = await follow(fake_truto, truto, [chance.uniform(0.5, 3) for _ in range(300)])
        assert {asyncio.current_task()} == asyncio.all_tasks()

    assert max(delays) < 5
    assert most_in_a_second(requests) < 10
    assert len(requests) < 60
    assert {"list": 1} == kinds(requests[:1])  # only the last few runs are fetched one by one


async def test_few_runs(fake_truto: FakeTruto) -> None:
    """They are fetched one by one."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        _, requests = await follow(fake_truto, truto, [0.3] * 5)

    assert {"get": 10} == kinds(requests)


async def test_runs_behind_many_others(fake_truto: FakeTruto) -> None:
    """Where the list would be long, what is missing is fetched one by one; a wrong id among them harms nobody."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, rate_limit=None) as truto:
        runs = truto.sync_job_runs
        fake_truto.plan_run(RunStep("running", 1.0), RunStep("completed"), times=6)
        old = await asyncio.gather(*(runs.start("job") for _ in range(6)))
        await asyncio.gather(*(runs.start("job") for _ in range(800)))
        before = len(fake_truto.requests)
        wrong = asyncio.create_task(runs.wait("wrong"))
        ended = await asyncio.gather(*map(runs.wait, old))
        with pytest.raises(NotFoundError):
            await wrong

    assert ["completed"] * 6 == [run.status for run in ended]
    first = [request.query.get("next_cursor") for request in fake_truto.requests[before : before + 7]]
    assert 7 == len(first)
    assert first[0] is None
    assert all(first[1:])  # no page is read twice
    assert 7 == kinds(fake_truto.requests[before:])["list"]


async def test_a_list_that_ends(fake_truto: FakeTruto) -> None:
    """What is not on it is fetched."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        waits = await asyncio.gather(*(truto.sync_job_runs.wait(f"wrong-{n}") for n in range(8)), return_exceptions=True)

    assert [NotFoundError] * 8 == [type(error) for error in waits]
    assert {"list": 1, "get": 8} == kinds(fake_truto.requests)


@pytest.mark.parametrize(
    "fault", [{"status": 403}, {"status": 200, "body": "<html>"}, {"status": 200, "body": {"result": {}}}]
)
async def test_lists_that_are_refused(fake_truto: FakeTruto, fault: dict[str, Any]) -> None:
    """Perhaps the runs can be fetched."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        runs = [await truto.sync_job_runs.start("job") for _ in range(7)]
        await asyncio.sleep(0.1)
        fake_truto.fail(**fault)
        before = len(fake_truto.requests)
        ended = await asyncio.gather(*map(truto.sync_job_runs.wait, runs))

    assert {"completed"} == {run.status for run in ended}
    assert {"list": 1, "get": 7} == kinds(fake_truto.requests[before:])


async def test_lists_that_fail(fake_truto: FakeTruto, caplog: pytest.LogCaptureFixture) -> None:
    """They are repeated, later."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        runs = [await truto.sync_job_runs.start("job") for _ in range(7)]
        await asyncio.sleep(0.1)
        fake_truto.fail(503)
        before = len(fake_truto.requests)
        ended = await asyncio.gather(*map(truto.sync_job_runs.wait, runs))

    assert {"completed"} == {run.status for run in ended}
    assert {"list": 2} == kinds(fake_truto.requests[before:])
    assert "could not look at 7 of the runs" in caplog.text


async def test_a_token_that_is_not_valid_any_more(fake_truto: FakeTruto) -> None:
    """It is not for others either: all waits end at once, each with an error of its own."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        runs = [await truto.sync_job_runs.start("job") for _ in range(20)]
        fake_truto.token = "another"
        before = len(fake_truto.requests)
        errors = await asyncio.gather(*map(truto.sync_job_runs.wait, runs), return_exceptions=True)

    assert 20 == len({id(error) for error in errors})
    assert {AuthenticationError} == {type(error) for error in errors}
    assert all(isinstance(error, APIStatusError) and error.status == 401 for error in errors)
    assert 1 == len(fake_truto.requests) - before


async def test_rows_that_cannot_be_read(fake_truto: FakeTruto) -> None:
    """Others' are not looked at; one of ours is fetched by itself."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        runs = [await truto.sync_job_runs.start("job") for _ in range(7)]
        await asyncio.sleep(0.1)
        rows = [dict(fake_truto.runs[run.id]) for run in runs]
        rows[3]["args"] = 5
        fake_truto.fail(200, body={"result": [None, {}, {"id": 5}, {"id": "another", "args": 5}, *rows, rows[0]]})
        before = len(fake_truto.requests)
        ended = await asyncio.gather(*map(truto.sync_job_runs.wait, runs))

    assert [run.id for run in runs] == [run.id for run in ended]
    assert {"list": 1, "get": 1} == kinds(fake_truto.requests[before:])


@pytest.mark.parametrize(("fault", "again"), [({}, True), ({"status": 404}, True), ({}, False), ({"status": 404}, False)])
async def test_left_while_a_look_is_under_way(fake_truto: FakeTruto, fault: dict[str, Any], again: bool) -> None:  # noqa: FBT001  # of the table
    """What comes of a look for one who has left is not lost on, and does not harm, one who came since."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        fake_truto.plan_run(RunStep("completed"))
        fake_truto.plan_run(RunStep("running"))
        ended, other = await truto.sync_job_runs.start("job"), await truto.sync_job_runs.start("job")
        keeps_it_busy = asyncio.create_task(truto.sync_job_runs.wait(other))
        await wait_until(lambda: kinds(fake_truto.requests)["get"] == 1)
        fake_truto.fail(delay=0.5, path=f"/sync-job-run/{ended.id}", **fault)
        first = asyncio.create_task(truto.sync_job_runs.wait(ended.id))
        await wait_until(lambda: kinds(fake_truto.requests)["get"] == 2)
        first.cancel()
        await asyncio.wait([first])
        if again:
            assert "completed" == (await truto.sync_job_runs.wait(ended.id, timeout=5)).status
        else:
            await asyncio.sleep(0.7)
            assert not keeps_it_busy.done()
        keeps_it_busy.cancel()
        await asyncio.wait([keeps_it_busy])


async def test_two_loops() -> None:
    """A client that is used in two event loops has a poller in each; both share the limit."""
    with FakeTruto([JOB]) as fake:
        fake.plan_run(RunStep("running", 0.3), RunStep("completed"), times=2)
        truto = AsyncTruto(fake.token, base_url=fake.url)

        async def one() -> str | None:
            return (await truto.sync_job_runs.wait(await truto.sync_job_runs.start("job"), poll=0.05)).status

        there = asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(one()))
        assert ("completed", "completed") == (await one(), await there)
        assert {} == truto.sync_job_runs._following._pollers
        await truto.close()


def test_a_loop_that_was_closed_under_a_wait() -> None:
    """Its poller is forgotten."""
    with FakeTruto([JOB]) as fake:
        fake.plan_run(RunStep("running"))
        truto = AsyncTruto(fake.token, base_url=fake.url)
        loop = asyncio.new_event_loop()
        run = loop.run_until_complete(truto.sync_job_runs.start("job"))
        following = truto.sync_job_runs._following
        wait = loop.create_task(truto.sync_job_runs.wait(run))
        loop.run_until_complete(asyncio.sleep(0.2))
        assert [loop] == list(following._pollers)

        async def later() -> None:
            following._forget_closed_loops()
            assert [loop] == list(following._pollers)
            for task in asyncio.all_tasks(loop):
                task.cancel()

        asyncio.run(later())
        loop.run_until_complete(asyncio.wait([wait]))
        following._pollers[loop] = following._pollers.get(loop, object())  # type: ignore[arg-type]  # as one that was left
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

        async def again() -> None:
            with pytest.raises(RunTimeoutError):
                await truto.sync_job_runs.wait(run, timeout=0.1)
            await truto.close()

        asyncio.run(again())
        assert {} == following._pollers


def test_pace() -> None:
    """At once, then soon, then less and less often, but always within 10 seconds."""
    pace, moments = Pace(1.0, 0.0), [0.0]
    while moments[-1] < 100:
        pace.succeeded(moments[-1])
        moments.append(pace.due)
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]

    assert [1.0, 1.5, 2.25] == gaps[:3]
    assert sorted(gaps) == gaps
    assert 10 == gaps[-1]
    pace.succeeded(200, at_least=20)
    assert 220 == pace.due
    pace.hurry(0.5, 201)
    assert 201 == pace.due
    pace.succeeded(201)
    assert 201.5 == pace.due
    assert [1, 2] == [pace.failed(202), pace.failed(203)]
    assert 204.5 == pace.due
    pace.succeeded(210)
    assert 1 == pace.failed(211)
    slow = Pace(100, 0)
    slow.succeeded(0)
    assert 10 == slow.due


def test_listing_where_it_is_cheaper() -> None:
    """A few runs are always fetched; otherwise what takes fewer requests is done."""
    assert [False, True, False, True] == [is_cheaper_to_list(*case) for case in [(5, 1), (6, 1), (10, 10), (11, 10)]]
