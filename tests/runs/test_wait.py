"""Waiting for the end of runs."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import run_script, wait_until
from tests.wire import Wire, WireServer, answer
from truto_async import (
    APIConnectionError,
    AsyncTruto,
    AuthenticationError,
    ClientClosedError,
    InvalidArgumentError,
    NotFoundError,
    ResponseDecodeError,
    RunFailedError,
    RunTimeoutError,
    SyncJobRun,
)
from truto_async.testing import FakeTruto, RunStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeClient

JOB = {"id": "job", "resources": []}


@pytest.fixture
def fake_truto() -> Iterator[FakeTruto]:
    """Give a server with a small job."""
    with FakeTruto([JOB]) as fake:
        yield fake


def gets(fake: FakeTruto) -> int:
    """Count the looks at single runs."""
    return sum(request.method == "GET" and len(request.segments) == 2 for request in fake.requests)


@pytest.mark.parametrize("by_id", [True, False])
def test_the_end_of_a_run(truto: Any, fake_truto: FakeTruto, by_id: bool) -> None:  # noqa: FBT001  # of the table
    """The finished run comes back, whether the caller has the run or only its id; a limited run is waited for."""
    fake_truto.plan_run(RunStep("created", 0.1), RunStep("rate_limited", 0.1), RunStep("running", 0.1), RunStep("completed"))
    run = truto.sync_job_runs.start("job")

    ended = truto.sync_job_runs.wait(run.id if by_id else run, poll=0.05)
    assert (run.id, "completed", True) == (ended.id, ended.status, ended.finished_at is not None)
    assert 3 <= gets(fake_truto) <= 6


def test_a_run_that_has_ended_already(truto: Any, fake_truto: FakeTruto) -> None:
    """There is nothing to ask."""
    fake_truto.plan_run(RunStep("completed"))
    run = truto.sync_job_runs.wait(truto.sync_job_runs.start("job"))
    seen = len(fake_truto.requests)

    assert run is truto.sync_job_runs.wait(run)
    assert seen == len(fake_truto.requests)


def test_a_stopped_run(truto: Any, fake_truto: FakeTruto) -> None:
    """Somebody decided that: it comes back, and does not raise."""
    fake_truto.plan_run(RunStep("running", 0.1), RunStep("stopped"))

    assert "stopped" == truto.sync_job_runs.wait(truto.sync_job_runs.start("job"), poll=0.05).status


def test_an_unknown_status_is_no_end(truto: Any, fake_truto: FakeTruto) -> None:
    """It may be a new one."""
    fake_truto.plan_run(RunStep("paused", 0.3), RunStep("completed"))

    assert "completed" == truto.sync_job_runs.wait(truto.sync_job_runs.start("job"), poll=0.05).status


def test_a_failed_run(truto: Any, fake_truto: FakeTruto) -> None:
    """The error has the entries of the log that explain it, and the kind of the failure."""
    fake_truto.plan_run(RunStep("running", 0.05), RunStep("failed"))
    fine = {"timestamp": "2026-01-01T00:00:00Z", "logs": ["Fetched 5 records"]}
    later = {"timestamp": "2026-01-02T00:00:00Z"}
    failure = {"status": 401, "resource": "ticketing/tickets", "logs": ["The token has expired"]}
    fake_truto.fail(200, body={"result": [{**later, **failure}], "next_cursor": "c"}, path="/log")
    fake_truto.fail(200, body={"result": [fine], "next_cursor": None}, path="/log")
    run = truto.sync_job_runs.start("job")

    with pytest.raises(RunFailedError) as caught:
        truto.sync_job_runs.wait(run, poll=0.05)
    error = caught.value
    query = fake_truto.requests[-2].query
    assert (["rapid_bridge"], [run.id]) == (query["log_type"], query["log_type_filter[sync_job_run_id]"])
    assert f"run {run.id} of the job job has failed: authentication: The token has expired" == str(error)
    assert (run.id, "failed", "authentication") == (error.run.id, error.run.status, error.reason)
    assert ["ticketing/tickets"] == [entry.resource for entry in error.logs]


def test_a_failed_run_whose_log_cannot_be_read(truto: Any, fake_truto: FakeTruto) -> None:
    """It has failed all the same."""
    fake_truto.plan_run(RunStep("failed"))
    fake_truto.fail(403, path="/log")

    with pytest.raises(RunFailedError) as caught:
        truto.sync_job_runs.wait(truto.sync_job_runs.start("job"), poll=0.05)
    assert ("unknown", []) == (caught.value.reason, caught.value.logs)
    assert "could not be read: 403" in caught.value.__notes__[0]


def test_a_timeout(truto: Any, fake_truto: FakeTruto) -> None:
    """The error has the run as it was seen last; the run goes on."""
    fake_truto.plan_run(RunStep("running"))
    run = truto.sync_job_runs.start("job")

    with pytest.raises(
        RunTimeoutError, match=rf"run {run.id} has not finished within 0.2 s: its status is 'running'"
    ) as caught:
        truto.sync_job_runs.wait(run.id, timeout=0.2, poll=0.05)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.run is not None
    assert "running" == caught.value.run.status == fake_truto.runs[run.id]["status"]


def test_a_timeout_that_stops_the_run(truto: Any, fake_truto: FakeTruto) -> None:
    """The error has the run as it was stopped."""
    fake_truto.plan_run(RunStep("running"))
    run = truto.sync_job_runs.start("job")

    with pytest.raises(RunTimeoutError, match=r"it was stopped$") as caught:
        truto.sync_job_runs.wait(run, timeout=0.2, on_timeout="stop", poll=0.05)
    assert caught.value.run is not None
    assert "stopped" == caught.value.run.status == fake_truto.runs[run.id]["status"]


def test_a_run_that_ends_before_it_is_stopped(truto: Any, fake_truto: FakeTruto) -> None:
    """It is too late to stop it, so this is its end."""
    fake_truto.plan_run(RunStep("running", 0.2), RunStep("completed"))
    run = truto.sync_job_runs.start("job")

    assert "completed" == truto.sync_job_runs.wait(run, timeout=0.4, on_timeout="stop", poll=10).status


def test_a_run_that_cannot_be_stopped(truto: Any, fake_truto: FakeTruto) -> None:
    """The timeout is told all the same."""
    fake_truto.plan_run(RunStep("running"))
    run = truto.sync_job_runs.start("job")
    fake_truto.fail(path=f"/sync-job-run/{run.id}")
    fake_truto.fail(403, path=f"/sync-job-run/{run.id}")

    with pytest.raises(RunTimeoutError) as caught:
        truto.sync_job_runs.wait(run, timeout=0.2, on_timeout="stop", poll=10)
    assert "could not be stopped: 403" in caught.value.__notes__[0]


def test_a_run_that_was_never_seen(make_client: MakeClient) -> None:
    """There is a cause, and no run."""
    client = make_client("t", base_url="http://127.0.0.1:1")

    with pytest.raises(RunTimeoutError, match="its status is not known") as caught:
        client.sync_job_runs.wait("r", timeout=0.2, poll=0.05)
    assert caught.value.run is None
    assert isinstance(caught.value.__cause__, APIConnectionError)


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429, "headers": {"Retry-After": "0"}}, {"body": "<"}])
def test_polls_that_fail(truto: Any, fake_truto: FakeTruto, fault: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """They say nothing about the run, and are repeated."""
    fake_truto.plan_run(RunStep("completed"))
    run = truto.sync_job_runs.start("job")
    fake_truto.fail(**fault)

    assert "completed" == truto.sync_job_runs.wait(run.id).status
    assert 2 == gets(fake_truto)
    assert "could not look at 1 of the runs that are followed, will look again: " in caplog.text


@pytest.mark.parametrize(("status", "error"), [(404, NotFoundError), (401, AuthenticationError)])
def test_polls_that_cannot_succeed(truto: Any, fake_truto: FakeTruto, status: int, error: type[Exception]) -> None:
    """They are raised."""
    run = truto.sync_job_runs.start("job")
    fake_truto.fail(status)

    with pytest.raises(error):
        truto.sync_job_runs.wait(run)


def test_an_account_that_must_be_authorised(truto: Any, fake_truto: FakeTruto) -> None:
    """A 401 of the connected product is no reason to give up others' runs, but this one."""
    run = truto.sync_job_runs.start("job")
    fake_truto.fail(401, body={"statusCode": 401, "truto_is_remote_error": True})

    with pytest.raises(AuthenticationError):
        truto.sync_job_runs.wait(run)


async def test_answers_that_stay_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """What something in between may do for a while, a server does for ever: five times are enough."""
    monkeypatch.setattr("truto_async._runs.pace.FIRST_POLL", 0.01)

    async def script(wire: Wire) -> None:
        while True:
            await wire.request()
            await wire.send(answer(b'{"id": "r", "args": 5}'))

    with WireServer(script) as server:
        async with AsyncTruto("t", base_url=server.url) as truto:
            with pytest.raises(ResponseDecodeError, match=r"\$\.args"):
                await truto.sync_job_runs.wait("r", poll=0.01)
        assert 5 == len(server.heads)


@pytest.mark.parametrize(
    ("argument", "options"),
    [
        ("", {}),
        ("..", {}),
        (5, {}),
        ("r", {"timeout": 0}),
        ("r", {"timeout": "1"}),
        ("r", {"poll": -1}),
        ("r", {"poll": True}),
        ("r", {"on_timeout": "cancel"}),
    ],
)
def test_bad_arguments(truto: Any, fake_truto: FakeTruto, argument: Any, options: dict[str, Any]) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(InvalidArgumentError):
        truto.sync_job_runs.wait(argument, **options)
    assert [] == fake_truto.requests


async def test_nothing_is_left(fake_truto: FakeTruto) -> None:
    """However a wait ends, no task is left, and one that is cancelled leaves the others."""
    fake_truto.plan_run(RunStep("running", 0.4), RunStep("completed"))
    fake_truto.plan_run(RunStep("running"), times=10)
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        runs = truto.sync_job_runs
        first, second = await runs.start("job"), await runs.start("job")
        waits = [asyncio.create_task(runs.wait(run, poll=0.05)) for run in (first, first, second)]
        await wait_until(lambda: gets(fake_truto) >= 2)
        waits[0].cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await waits[0]
        assert f"The run {first.id} goes on." in caught.value.__notes__[0]
        assert "completed" == (await waits[1]).status
        waits[2].cancel()
        await asyncio.wait([waits[2]])
        assert {asyncio.current_task()} == asyncio.all_tasks()

        assert "completed" == (await runs.wait(first)).status
        assert {asyncio.current_task()} == asyncio.all_tasks()
        with pytest.raises(RunTimeoutError):
            await runs.wait(second, timeout=0.1)
        assert {asyncio.current_task()} == asyncio.all_tasks()
        assert {} == runs._following._pollers


async def test_closing_the_client(fake_truto: FakeTruto) -> None:
    """It ends all waits, whatever the poller is doing; each has an error of its own."""
    fake_truto.plan_run(RunStep("running"), times=3)
    for delay in (0, 30):
        truto = AsyncTruto(fake_truto.token, base_url=fake_truto.url)
        started = [await truto.sync_job_runs.start("job") for _ in range(3)]
        seen = gets(fake_truto)
        if delay:
            fake_truto.fail(delay=delay, times=3)
        waits = [asyncio.create_task(truto.with_options(timeout=5).sync_job_runs.wait(run)) for run in started]
        await wait_until(lambda seen=seen: gets(fake_truto) == seen + 3)  # type: ignore[misc]  # mypy sees no types of defaults
        await asyncio.sleep(0.05)
        await truto.close()
        errors = await asyncio.gather(*waits, return_exceptions=True)
        assert [ClientClosedError] * 3 == [type(error) for error in errors]
        assert 3 == len({id(error) for error in errors})
        with pytest.raises(ClientClosedError):
            await truto.sync_job_runs.wait(started[0])
        assert {asyncio.current_task()} == asyncio.all_tasks()


async def test_a_bug_does_not_hang(fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the poller ends the waits."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        run = await truto.sync_job_runs.start("job")
        monkeypatch.setattr("truto_async._runs.poller.is_cheaper_to_list", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await truto.sync_job_runs.wait(run)


async def test_one_after_the_other_while_the_poller_ends(fake_truto: FakeTruto) -> None:
    """One that comes while the last one leaves is looked after by a new poller."""
    fake_truto.plan_run(RunStep("running", 0.3), RunStep("completed"))
    fake_truto.plan_run(RunStep("running", 0.3), RunStep("completed"))
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        runs = truto.sync_job_runs
        first, second = await runs.start("job"), await runs.start("job")
        wait = asyncio.create_task(runs.wait(first, poll=0.05))
        await wait_until(lambda: gets(fake_truto) > 0)
        wait.cancel()
        await asyncio.sleep(0)  # its end is under way
        assert "completed" == (await runs.wait(second, poll=0.05)).status
        await asyncio.wait([wait])


async def test_a_wait_hurries_a_run_that_is_followed(fake_truto: FakeTruto) -> None:
    """Somebody who comes later does not wait for the slow polls of one who came before."""
    fake_truto.plan_run(RunStep("running", 0.3), RunStep("completed"))
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        run = await truto.sync_job_runs.start("job")
        slow = asyncio.create_task(truto.sync_job_runs.wait(run, poll=12))
        await wait_until(lambda: gets(fake_truto) == 1)
        began = time.monotonic()
        assert "completed" == (await truto.sync_job_runs.wait(run, poll=0.05)).status
        assert "completed" == (await slow).status
        assert time.monotonic() - began < 2


def test_ctrl_c() -> None:
    """It passes through, and says that the run goes on."""
    done = run_script(
        """
import os, signal, threading, time
from truto_async.testing import FakeTruto, RunStep
from truto_sync import Truto

with FakeTruto([{"id": "job"}]) as fake, Truto(fake.token, base_url=fake.url) as truto:
    fake.plan_run(RunStep("running"), times=3)

    def interrupt(seen):
        while len(fake.requests) <= seen: time.sleep(0.01)
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    def watch(run):
        for event in truto.sync_job_runs.watch(run): pass

    for follow in (truto.sync_job_runs.wait, watch):
        run = truto.sync_job_runs.start("job")
        threading.Thread(target=interrupt, args=[len(fake.requests)]).start()
        try:
            follow(run)
        except KeyboardInterrupt as interruption:
            (note,) = interruption.__notes__
            print(note.replace(run.id, "ID"))
        print(truto.sync_job_runs.stop(run.id).status)
"""
    )
    note = "The run ID goes on. Take it up again with sync_job_runs.wait('ID'), or stop it with sync_job_runs.stop('ID')."

    assert ([note, "stopped"] * 2, "") == (done.stdout.splitlines(), done.stderr)


def test_two_clients_by_options_share_a_poller(truto: Any, fake_truto: FakeTruto) -> None:
    """And what it keeps goes with the client."""
    other = truto.with_options(timeout=3)
    one, same = (client.sync_job_runs for client in (truto, other))
    targets = [getattr(resource, "_target", resource) for resource in (one, same)]

    assert getattr(targets[0], "_following") is getattr(targets[1], "_following")  # noqa: B009  # of an object of any kind


def test_pickles() -> None:
    """The errors go through, with what they know."""
    import pickle  # noqa: PLC0415  # here only

    run = SyncJobRun(id="r", status="failed")
    for error in (RunFailedError("x", run=run, logs=[]), RunTimeoutError("y", run=run)):
        copied = pickle.loads(pickle.dumps(error))
        assert (str(error), run) == (str(copied), copied.run)
