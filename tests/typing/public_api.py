"""What type checkers must see of both packages. Checked, never run."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, assert_type

import attrs

import truto_async
import truto_sync
from truto_async import (
    APIStatusError,
    ArgSpec,
    ArgsSchema,
    AsyncPager,
    AsyncTruto,
    DestinationNode,
    Node,
    NotFoundError,
    Outcome,
    RapidBridgeLog,
    RequestNode,
    ResponseDecodeError,
    RunFailedError,
    RunFinished,
    RunProgress,
    RunRateLimited,
    RunStalled,
    RunStatusChanged,
    SyncJob,
    SyncJobRun,
    TrutoError,
)
from truto_async.testing import FakeTruto
from truto_sync import Pager, Truto

if TYPE_CHECKING:
    import aiohttp


async def asynchronous(session: aiohttp.ClientSession) -> None:
    """The asynchronous client."""
    AsyncTruto(session=session)
    async with AsyncTruto("token", timeout=5, ssl=ssl.create_default_context()) as truto:
        assert_type(truto, AsyncTruto)
        assert_type(await truto.sync_jobs.get("x"), SyncJob)
        assert_type(await truto.sync_jobs.get(id="x"), SyncJob)
        async for job in truto.sync_jobs.list(limit=5):
            assert_type(job, SyncJob)
        assert_type(truto.sync_jobs.list(), AsyncPager[SyncJob])
        assert_type(await truto.sync_jobs.list().to_list(), list[SyncJob])
        async for outcome in truto.sync_jobs.get_many(["x"], on_error="raise"):
            assert_type(outcome, Outcome[SyncJob])
            assert_type(outcome.unwrap(), SyncJob)
        assert_type(await truto.sync_jobs.create(label="x", resources=[{"name": "n"}]), SyncJob)
        await truto.request("GET", "/x", query={"a": 1, "b": {"gt": datetime.now().astimezone()}, "c": [1, "d"]})
        await truto.close()


def blocking() -> None:
    """The blocking client: the same types, without awaiting."""
    with Truto("token", base_url=None, timeout=None, max_connections=5) as truto:
        assert_type(truto, Truto)
        assert_type(truto.sync_jobs.get("x"), SyncJob)
        assert_type(truto.sync_jobs.get(id="x"), SyncJob)
        for job in truto.sync_jobs.list():
            assert_type(job, SyncJob)
        assert_type(truto.sync_jobs.list(max_items=3), Pager[SyncJob])
        assert_type(truto.sync_jobs.list().first(), SyncJob | None)
        for outcome in truto.sync_jobs.get_many({"x"}, ordered=True):
            assert_type(outcome, Outcome[SyncJob])
        assert_type(truto.sync_jobs.update("x", label=None), SyncJob)
        assert_type(truto.sync_jobs.delete("x"), None)
        assert_type(truto.with_options(deadline=5), Truto)
        truto.request("POST", "/x", json={"a": [1, None]})
        assert_type(truto.close(), None)


async def runs(truto: AsyncTruto, blocking: Truto) -> None:
    """Starting and following runs, in both packages."""
    run = await truto.sync_job_runs.start("x", args={"a": 1}, check_args=True)
    assert_type(run, SyncJobRun)
    assert_type(await truto.sync_job_runs.wait(run, timeout=5, on_timeout="stop"), SyncJobRun)
    async for event in truto.sync_job_runs.watch("x", poll=0.5):
        assert_type(event, RunStatusChanged | RunProgress | RunRateLimited | RunStalled | RunFinished)
    assert_type(blocking.sync_job_runs.wait("x", on_timeout="leave"), SyncJobRun)
    for event in blocking.sync_job_runs.watch(run):
        assert_type(event, RunStatusChanged | RunProgress | RunRateLimited | RunStalled | RunFinished)
        if isinstance(event, RunProgress):
            assert_type(event.deltas, Mapping[str, float])
    blocking.sync_job_runs.wait("x", on_timeout="no")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def mistakes(truto: Truto, job: SyncJob) -> None:
    """What must not pass."""
    Truto(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Truto(nonsense=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.sync_jobs.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.sync_jobs.get(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    truto.sync_jobs.list(nonsense=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.sync_jobs.create(lable="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.sync_jobs.update("x", label=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    truto.with_options(nonsense=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.sync_jobs.get_many(["x"], on_error="no")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    truto.request("GET", "/x", query={"a": object()})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    job.label = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    SyncJob(label="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def models(job: SyncJob) -> None:
    """The models' fields."""
    assert_type(job.id, str)
    assert_type(job.label, str | None)
    assert_type(job.created_at, datetime | None)
    assert_type(job.default_runtime_version, int | None)
    assert_type(job.args_schema, ArgsSchema | None)
    assert_type(job.resources, list[Node] | None)
    assert_type(job.to_dict(), dict[str, Any])
    assert_type(SyncJob.from_dict({"id": "x"}), SyncJob)
    assert_type(attrs.evolve(job, label="x"), SyncJob)
    if job.args_schema is not None:
        assert_type(job.args_schema.properties, dict[str, ArgSpec])
    for node in job.resources or []:
        assert_type(node.parents, tuple[str, ...])
        if isinstance(node, RequestNode):
            assert_type(node.query, dict[str, Any] | str | None)
        elif isinstance(node, DestinationNode):
            assert_type(node.resources_to_persist, list[str] | None)


def errors(error: TrutoError) -> None:
    """The errors' attributes."""
    if isinstance(error, NotFoundError):
        assert_type(error.status, int)
    if isinstance(error, APIStatusError):
        assert_type(error.retry_after, float | None)
        assert_type(error.is_remote, bool)
    if isinstance(error, RunFailedError):
        assert_type(error.run, SyncJobRun)
        assert_type(error.logs, list[RapidBridgeLog])
    if isinstance(error, ResponseDecodeError):
        assert_type(error.path, str)


async def fakes() -> None:
    """The fake server works in both kinds of block."""
    with FakeTruto() as one:
        assert_type(one, FakeTruto)
    async with FakeTruto() as other:
        assert_type(other.url, str)


def packages() -> None:
    """Names are seen through the packages, too, and unknown ones are not."""
    assert_type(truto_sync.SyncJob(id="x"), truto_async.SyncJob)
    _ = truto_sync.nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
