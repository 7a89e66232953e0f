"""The rest of the family of sync jobs: what the other tests of resources do not show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.wire import WireServer, answer
from truto_async import AsyncTruto, InvalidArgumentError, NotFoundError, ResponseDecodeError
from truto_async.testing import FakeTruto
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.wire import Wire

JOB = "job"
ENTITIES = ["sync_job_cron_triggers", "sync_job_templates", "webhooks"]
NEW: dict[str, dict[str, Any]] = {
    "sync_job_cron_triggers": {"sync_job_id": JOB, "cron_expression": "0 6 * * *"},
    "sync_job_templates": {"label": "Contacts", "default_runtime_version": 4},
    "webhooks": {"target_url": "https://app.example/hook"},
}
CHANGE: dict[str, dict[str, Any]] = {
    "sync_job_cron_triggers": {"cron_expression": "0 7 * * *"},
    "sync_job_templates": {"label": "Companies"},
    "webhooks": {"is_active": False},
}


@pytest.fixture
def fake() -> Iterator[FakeTruto]:
    """Give a server with a job."""
    with FakeTruto([{"id": JOB}]) as fake:
        yield fake


@pytest.fixture
def truto(fake: FakeTruto) -> Iterator[Truto]:
    """Give a client."""
    with Truto(fake.token, base_url=fake.url, retry=None) as truto:
        yield truto


@pytest.mark.parametrize("name", ENTITIES)
def test_life_of_an_object(truto: Truto, name: str) -> None:
    """Made, fetched, listed, changed, copied and deleted."""
    resource: Any = getattr(truto, name)
    made = resource.create(**NEW[name])
    changed = resource.update(made.id, **CHANGE[name])

    assert changed == resource.get(made.id)
    assert [changed] == resource.list().to_list()
    for field, value in CHANGE[name].items():
        assert value == getattr(changed, field) != getattr(made, field)
    copy = resource.create(changed)
    assert copy.id != changed.id
    assert changed.to_dict().keys() <= copy.to_dict().keys()
    assert resource.update(changed).id == changed.id
    resource.delete(made.id)
    with pytest.raises(NotFoundError):
        resource.get(made.id)


@pytest.mark.parametrize("name", ENTITIES)
def test_nothing_wrong_is_sent(truto: Truto, fake: FakeTruto, name: str) -> None:
    """Unknown, misfitting and missing fields are refused before."""
    resource: Any = getattr(truto, name)
    for call in (
        resource.create,
        lambda: resource.create(**NEW[name], nonsense=1),
        lambda: resource.create("not an object"),
        lambda: resource.create(**{**NEW[name], next(iter(NEW[name])): 5}),
        lambda: resource.update("id"),
        lambda: resource.update("", **CHANGE[name]),
    ):
        with pytest.raises(InvalidArgumentError):
            call()
    assert [] == fake.requests


def test_what_excludes_each_other(truto: Truto) -> None:
    """A cron trigger has five parts, and a webhook or daemons."""
    new = NEW["sync_job_cron_triggers"]
    with pytest.raises(InvalidArgumentError, match="five parts"):
        truto.sync_job_cron_triggers.create(**{**new, "cron_expression": "daily"})
    with pytest.raises(InvalidArgumentError, match="exclude"):
        truto.sync_job_cron_triggers.create(**new, webhook_id="w", daemon_group_key="d")


def test_lists_are_filtered(truto: Truto, fake: FakeTruto) -> None:
    """The filters go into the query."""
    truto.webhooks.create(**NEW["webhooks"])
    inactive = truto.webhooks.create(**NEW["webhooks"], is_active=False)

    assert [inactive.id] == [webhook.id for webhook in truto.webhooks.list(is_active=False)]
    assert ["false"] == fake.requests[-1].query["is_active"]
    run = truto.sync_job_runs.start(JOB)
    [outcome] = truto.sync_job_runs.get_many([run.id])
    assert run.id == outcome.unwrap().id


def test_get_another_object() -> None:
    """An answer that is another object's is none."""

    async def script(wire: Wire) -> None:
        while True:
            await wire.request()
            await wire.send(answer(b'{"id": "another"}'))

    with WireServer(script) as server, Truto("t", base_url=server.url) as truto:
        with pytest.raises(ResponseDecodeError, match="asked for 'id', got 'another'"):
            truto.webhooks.get("id")
        with pytest.raises(ResponseDecodeError, match="success"):
            truto.webhooks.test("id")


def test_state_that_is_not_there(truto: Truto, fake: FakeTruto) -> None:
    """The key is checked, and the namespace; reprs show both."""
    state = truto.sync_job_run_state.state("account 1")

    assert "State('account 1')" == repr(state)
    assert "base_url=" in repr(truto.sync_job_run_state)
    with pytest.raises(NotFoundError):
        state.get("nothing")
    for wrong in ("", " ", "."):
        with pytest.raises(InvalidArgumentError):
            state.get(wrong)
    with pytest.raises(InvalidArgumentError):
        truto.sync_job_run_state.state("")
    fake.fail(200, body={"key": "another", "value": 1})
    with pytest.raises(ResponseDecodeError, match="asked for 'key', got 'another'"):
        state.get("key")


def test_any_other_kind(truto: Truto, fake: FakeTruto) -> None:
    """The generic door takes and gives dicts."""
    accounts = truto.resource("integrated-account")
    made = accounts.create({"tenant_id": "t"})

    assert "GenericResource('/integrated-account')" == repr(accounts)
    assert [made] == accounts.list(query={"tenant_id": "t"}).to_list()
    assert [] == accounts.list(query={"tenant_id": "other"}, limit=10, max_items=5).to_list()
    assert "u" == accounts.update(made["id"], {"tenant_id": "u"})["tenant_id"] == accounts.get(made["id"])["tenant_id"]
    assert {"id": made["id"]} == accounts.delete(made["id"])
    endless: dict[str, Any] = {}
    endless["self"] = endless
    for wrong in (endless, ["a"], {"when": object()}):
        with pytest.raises(InvalidArgumentError):
            accounts.create(wrong)  # type: ignore[arg-type]
    fake.fail(200, body=["no object"])
    with pytest.raises(ResponseDecodeError):
        accounts.get("x")


def test_batch_requests_need_an_entry(truto: Truto) -> None:
    """An empty batch is a mistake."""
    with pytest.raises(InvalidArgumentError, match="at least one"):
        truto.batch_requests.create(integrated_account_id="a", resources=[])


NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.mark.parametrize("nested_logs", [False, True])
def test_a_span_of_several_months(*, nested_logs: bool) -> None:
    """It is fetched window by window, the newest first; each entry comes once, and a cursor goes on where it stopped."""
    with FakeTruto(nested_logs=nested_logs) as fake, Truto(fake.token, base_url=fake.url) as truto:
        for days in range(0, 100, 2):
            moment = NOW - timedelta(days=days, hours=1)
            fake.logs.append({"log_type": "mcp", "timestamp": moment.isoformat(), "tool_name": f"{days}", "odd": {"a": 1}})
        span: dict[str, Any] = {"created_after": NOW - timedelta(days=90), "created_before": NOW}
        entries = truto.logs.mcp(**span, limit=7).to_list()

        assert [f"{days}" for days in range(0, 90, 2)] == [entry.tool_name for entry in entries]
        assert len({request.query["created_at[lt]"][0] for request in fake.requests}) >= 3
        pages = list(truto.logs.mcp(**span, limit=7).pages())
        rest = truto.logs.mcp(**span, limit=7, cursor=pages[3].next_cursor).to_list()
        assert entries == [entry for page in pages[:4] for entry in page.items] + rest
        document = entries[0].to_dict()
        assert type(entries[0]).from_dict(document) == entries[0]
        assert {"a": 1} == (document["metadata"] if nested_logs else document)["odd"]
        for cursor in ("nonsense", "2026-13-01/x"):
            with pytest.raises(InvalidArgumentError, match="cursor"):
                truto.logs.mcp(**span, cursor=cursor).to_list()


def test_every_log_has_its_filters(truto: Truto, fake: FakeTruto) -> None:
    """They are sent as `log_type_filter`; a span that is none is refused."""
    logs: Any = truto.logs
    for name, filters in {
        "unified_proxy_api": {"request_type": "proxy", "integration": "zendesk"},
        "rapid_bridge": {"sync_job_id": "j", "sync_job_run_event": "failed"},
        "webhook": {"webhook_id": "w", "event": "test"},
        "sync_job_cron_trigger": {"environment_id": "e"},
        "mcp": {"tool_name": "t"},
    }.items():
        assert [] == getattr(logs, name)(**filters).to_list()
        query = fake.requests[-1].query
        assert [name] == query["log_type"]
        assert {f"log_type_filter[{key}]": [value] for key, value in filters.items()}.items() <= query.items()
    assert "Logs(base_url=" in repr(logs)
    with pytest.raises(InvalidArgumentError, match="at most 100"):
        logs.webhook(limit=101)
    for after, before in ((NOW, NOW - timedelta(days=1)), (datetime(2026, 1, 1), None), ("yesterday", None)):  # noqa: DTZ001
        with pytest.raises(InvalidArgumentError):
            logs.webhook(created_after=after, created_before=before)


def test_an_entry_that_does_not_fit(truto: Truto, fake: FakeTruto) -> None:
    """A field of another type than documented is kept aside, and written back."""
    entry = {"timestamp": NOW.isoformat(), "num_records": "many", "webhook_status": 200, "logs": ["a", {"b": 1}]}
    fake.logs.append({"log_type": "rapid_bridge", **entry})
    [read] = truto.logs.rapid_bridge().to_list()

    assert (None, "many") == (read.num_records, read.extra["num_records"])
    assert entry == read.to_dict()


async def test_asynchronous(fake: FakeTruto) -> None:
    """The same without blocking."""
    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        made = await truto.webhooks.create(**NEW["webhooks"])
        assert [made.id] == [webhook.id async for webhook in truto.webhooks.list()]
        await truto.sync_job_run_state.state("s").set("k", 1)
        assert [1] == [entry.value async for entry in truto.sync_job_run_state.state("s").items()]
