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
    ApiLog,
    APIStatusError,
    ArgSpec,
    ArgsSchema,
    AsyncPager,
    AsyncTruto,
    BatchResult,
    CronTriggerLog,
    DestinationNode,
    McpLog,
    Node,
    NotFoundError,
    Outcome,
    RapidBridgeLog,
    RateLimit,
    RateLimiter,
    RequestNode,
    ResponseDecodeError,
    RunFailedError,
    RunFinished,
    RunProgress,
    RunRateLimited,
    RunStalled,
    RunStatusChanged,
    StateEntry,
    SyncJob,
    SyncJobCronTrigger,
    SyncJobRun,
    SyncJobTemplate,
    TrutoError,
    Webhook,
    WebhookLog,
)
from truto_async.pipeline import Argument, ArgumentFault, Plan, PlannedRequest
from truto_async.redis import RedisRateLimit
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


class OneAtATime:
    """A limit of a user's own."""

    def try_acquire(self) -> bool:
        """Return whether it was free."""
        return True

    async def acquire(self, deadline: float | None = None) -> float | None:
        """Wait for it."""

    def release(self, *, counted: bool = True) -> None:
        """Give it back."""

    def pause(self, seconds: float) -> None:
        """Wait for a while."""

    def for_account(self, account: str) -> None:
        """Know no accounts."""


async def limits() -> None:
    """What a client takes as a limit."""
    shared = RedisRateLimit.from_url("redis://127.0.0.1", name="x", per_account=None, on_unavailable="local")
    assert_type(shared, RedisRateLimit)
    for limit in (RateLimit(5, per=1.0), shared, OneAtATime()):
        as_protocol: RateLimiter = limit
        AsyncTruto("token", rate_limit=as_protocol)
        Truto("token", rate_limit=limit)
    assert_type(await shared.acquire(5.0), float | None)
    RedisRateLimit.from_url(on_unavailable="wait")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Truto("token", rate_limit=500)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


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


async def nouns(truto: AsyncTruto) -> None:
    """The other resources."""
    assert_type(await truto.sync_job_cron_triggers.create(sync_job_id="x", cron_expression="0 6 * * *"), SyncJobCronTrigger)
    assert_type(await truto.sync_job_cron_triggers.update("x", meta={"a": 1}), SyncJobCronTrigger)
    assert_type(await truto.sync_job_cron_triggers.schedule("x"), None)
    assert_type(await truto.sync_job_templates.list(team_id="t").to_list(), list[SyncJobTemplate])
    assert_type(await truto.webhooks.update("x", is_active=False), Webhook)
    assert_type(await truto.sync_job_run_state.state("s").set("k", {"a": [1]}), StateEntry)
    assert_type(await truto.sync_job_run_state.state("s").delete("k"), StateEntry | None)
    assert_type(truto.sync_job_run_state.state("s").items(), AsyncPager[StateEntry])
    assert_type(
        truto.logs.rapid_bridge(sync_job_run_id="r", created_after=datetime.now().astimezone()), AsyncPager[RapidBridgeLog]
    )
    assert_type(await truto.batch_requests.create(integrated_account_id="a", resources=[{"resource": "x"}]), BatchResult)
    assert_type(await truto.resource("alarm").get("x", query={"a": 1}), dict[str, Any])
    assert_type(truto.resource("alarm").list(), AsyncPager[dict[str, Any]])


def blocking_nouns(truto: Truto) -> None:
    """The other resources, blocking: the same types."""
    assert_type(truto.sync_job_cron_triggers.get("x"), SyncJobCronTrigger)
    assert_type(truto.sync_job_templates.create(label="x"), SyncJobTemplate)
    assert_type(truto.webhooks.list(is_active=True), Pager[Webhook])
    assert_type(truto.webhooks.test("x"), None)
    for entry in truto.sync_job_run_state.state("s").items():
        assert_type(entry, StateEntry)
    assert_type(truto.sync_job_run_state.state("s").get("k").value, Any)
    assert_type(truto.logs.unified_proxy_api(request_type="proxy").to_list(), list[ApiLog])
    assert_type(truto.logs.webhook(event="test").first(), WebhookLog | None)
    assert_type(truto.logs.sync_job_cron_trigger(), Pager[CronTriggerLog])
    assert_type(truto.logs.mcp(tool_name="x"), Pager[McpLog])
    assert_type(truto.batch_requests.create(integrated_account_id="a", resources=[]), BatchResult)
    assert_type(truto.resource("alarm").create({"a": 1}), dict[str, Any])
    assert_type(truto.resource("alarm").delete("x"), dict[str, Any] | None)


def mistakes_with_nouns(truto: Truto) -> None:
    """What must not pass."""
    truto.sync_job_cron_triggers.update("x", sync_job_id="y")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.webhooks.create(target_url=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    truto.webhooks.create(Webhook(id="x"), secret="y")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.logs.mcp(sync_job_id="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.sync_job_run_state.state(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    truto.resource("alarm").update("x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    truto.nonsense  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnusedExpression]


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
    assert_type(job.arguments, Mapping[str, Argument])
    assert_type(job.check_args({"a": 1}), tuple[ArgumentFault, ...])
    assert_type(job.plan({"a": 1}, {"b": 2}), Plan)
    assert_type(job.plan().requests, tuple[PlannedRequest, ...])
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
