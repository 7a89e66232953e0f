"""Watching runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import (
    AsyncTruto,
    InvalidArgumentError,
    NotFoundError,
    RunFinished,
    RunProgress,
    RunRateLimited,
    RunStalled,
    RunStatusChanged,
)
from truto_async.testing import FakeTruto, RunStep
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.conftest import MakeClient

JOB = {"id": "job", "resources": [{"name": "tickets", "type": "request", "resource": "ticketing/tickets", "method": "list"}]}


@pytest.fixture
def fake_truto() -> Iterator[FakeTruto]:
    """Give a server with a small job."""
    with FakeTruto([JOB]) as fake:
        yield fake


def walk(client: Any, run: Any, **options: Any) -> Sequence[Any]:
    """Walk over the events of a run with a client of either package."""
    events = client.sync_job_runs.watch(run, **options)
    if isinstance(client, Truto):
        return list(events)

    async def collect() -> list[Any]:
        return [event async for event in events]

    walked: list[Any] = client._runner.run(collect())
    return walked


def test_a_life(truto: Any, fake_truto: FakeTruto) -> None:
    """Status, progress, limits and the end, in their order."""

    def counters(count: int) -> dict[str, Any]:
        return {"tickets": {"list": {"fetched": count, "persisted": 0}}}

    fake_truto.plan_run(
        RunStep("created", 0.15),
        RunStep("running", 0.25, stats=counters(10)),
        RunStep("running", 0.4, stats=counters(25)),
        RunStep("rate_limited", 0.7),
        RunStep("running", 1.2),
        RunStep("failed", stats=counters(30)),
    )
    entry = {"timestamp": datetime.now(UTC).isoformat(), "retry_after": 30}
    fake_truto.fail(200, body={"result": [{"num_records": 5}, entry]}, path="/log")
    run = truto.sync_job_runs.start("job")
    events = walk(truto, run, poll=0.03)
    shown = [
        (event.previous, event.status)
        if isinstance(event, RunStatusChanged)
        else (event.node, event.method, dict(event.counters), dict(event.deltas))
        if isinstance(event, RunProgress)
        else type(event)
        for event in events
    ]

    assert [
        (None, "created"),
        ("created", "running"),
        ("tickets", "list", {"fetched": 10, "persisted": 0}, {"fetched": 10}),
        ("tickets", "list", {"fetched": 25, "persisted": 0}, {"fetched": 15}),
        ("running", "rate_limited"),
        RunRateLimited,
        ("rate_limited", "running"),
        ("running", "failed"),
        ("tickets", "list", {"fetched": 30, "persisted": 0}, {"fetched": 5}),
        RunFinished,
    ] == shown
    assert {run.id} == {event.run.id for event in events}
    (until,) = [event.until for event in events if isinstance(event, RunRateLimited)]
    assert until is not None
    assert 25 < (until - datetime.now(UTC)).total_seconds() < 30


def test_a_run_that_has_ended_already(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """Another process takes it up from its id, and sees its end."""
    fake_truto.plan_run(RunStep("completed"))
    run = make_client(fake_truto.token, base_url=fake_truto.url).sync_job_runs.start("job")

    events = walk(make_client(fake_truto.token, base_url=fake_truto.url), run.id)
    assert [RunStatusChanged, RunProgress, RunFinished] == [type(event) for event in events]
    assert "completed" == events[-1].run.status


def test_a_limit_of_unknown_length(truto: Any, fake_truto: FakeTruto) -> None:
    """Where the log cannot be read, nobody knows."""
    fake_truto.plan_run(RunStep("rate_limited", 0.2), RunStep("stopped"))
    fake_truto.fail(500, path="/log")

    (event,) = [
        event for event in walk(truto, truto.sync_job_runs.start("job"), poll=0.05) if isinstance(event, RunRateLimited)
    ]
    assert event.until is None


def test_a_stall(truto: Any, fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told once."""
    monkeypatch.setattr("truto_async._runs.history.STALLED_AFTER", 0.2)
    fake_truto.plan_run(RunStep("created", 0.8), RunStep("completed"))

    events = walk(truto, truto.sync_job_runs.start("job"), poll=0.03)
    (stall,) = [event for event in events if isinstance(event, RunStalled)]
    assert 0.2 <= stall.seconds < 0.8


def test_no_such_run(truto: Any) -> None:
    """The error comes while walking; that of a bad argument at once."""
    with pytest.raises(NotFoundError):
        walk(truto, "none")
    with pytest.raises(InvalidArgumentError):
        truto.sync_job_runs.watch("")
    with pytest.raises(InvalidArgumentError):
        truto.sync_job_runs.watch("x", poll=0)


async def test_leaving_the_loop(fake_truto: FakeTruto) -> None:
    """The watch ends, the run does not, and no task is left."""
    fake_truto.plan_run(RunStep("running"))
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        run = await truto.sync_job_runs.start("job")
        watch = truto.sync_job_runs.watch(run, poll=0.05)
        async for event in watch:
            assert isinstance(event, RunStatusChanged)
            break
        await watch.aclose()
        assert {asyncio.current_task()} == asyncio.all_tasks()
        assert "running" == fake_truto.runs[run.id]["status"]
