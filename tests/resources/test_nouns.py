"""Cron triggers, templates, webhooks, state and batch requests, from both packages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from truto_async import (
    AmbiguousOutcomeError,
    BatchResult,
    InvalidArgumentError,
    NotFoundError,
    RequestNode,
    ResponseDecodeError,
    StateEntry,
    SyncJobCronTrigger,
    SyncJobTemplate,
    Webhook,
    models,
)
from truto_async.testing import SEED_JOBS

if TYPE_CHECKING:
    from collections.abc import Callable

    from truto_async.testing import FakeTruto

JOB_ID = SEED_JOBS[0]["id"]
NOUNS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "sync_job_cron_triggers": (
        "/sync-job-cron-trigger",
        {"sync_job_id": JOB_ID, "cron_expression": "0 6 * * *", "args": {"a": 1}},
        {"cron_expression": "0 7 * * *"},
    ),
    "sync_job_templates": (
        "/sync-job-template",
        {"label": "Users", "resources": [RequestNode(name="u", resource="users", method="list")], "sharing": "ask"},
        {"label": "All users"},
    ),
    "webhooks": (
        "/webhook",
        {"target_url": "https://app.example/hook", "event_types": ["sync_job_run:completed"]},
        {"is_active": False},
    ),
}
"""For each noun its path, the fields of a new object, and a change."""


def sent(fake: FakeTruto) -> tuple[str, str, Any]:
    """Give the method, path and body that the server saw last."""
    request = fake.requests[-1]
    return request.method, request.path, json.loads(request.body) if request.body else None


@pytest.mark.parametrize("noun", NOUNS)
def test_life_of_an_object(truto: Any, fake_truto: FakeTruto, noun: str) -> None:
    """It is created, fetched, listed, changed and deleted, and each request is the documented one."""
    resource, (path, fields, change) = getattr(truto, noun), NOUNS[noun]

    made = resource.create(**fields)
    plain = {name: [item.to_dict() for item in value] if name == "resources" else value for name, value in fields.items()}
    method, where, body = sent(fake_truto)
    assert ("POST", path) == (method, where)
    assert plain.items() <= body.items()
    assert plain.items() <= made.to_dict().items()

    fetched = resource.get(made.id)
    assert attrs.evolve(made, secret=None) == fetched if isinstance(made, Webhook) else made == fetched
    assert [fetched] == list(resource.list()) == resource.list(limit=1).to_list()

    changed = resource.update(made.id, **change)
    assert ("PATCH", f"{path}/{made.id}", change) == sent(fake_truto)
    assert attrs.evolve(fetched, **change, updated_at=changed.updated_at) == changed

    assert resource.delete(made.id) is None
    assert ("DELETE", f"{path}/{made.id}", None) == sent(fake_truto)
    for call in (resource.get, resource.delete):
        with pytest.raises(NotFoundError):
            call(made.id)


@pytest.mark.parametrize("noun", NOUNS)
def test_whole_objects(truto: Any, fake_truto: FakeTruto, noun: str) -> None:
    """A copy leaves out what the server owns; a whole object is sent to its own id; single fields win."""
    resource, (path, fields, change) = getattr(truto, noun), NOUNS[noun]
    made = resource.create(**fields)

    copy = resource.create(attrs.evolve(made, extra={"odd": 1}), **change)
    body = sent(fake_truto)[2]
    assert {"id", "environment_id", "created_at", "updated_at", "secret", "team_id"}.isdisjoint(body)
    assert {"odd": 1, **change}.items() <= body.items()
    assert made.id != copy.id

    resource.update(made, **change)
    method, where, body = sent(fake_truto)
    assert ("PATCH", f"{path}/{made.id}") == (method, where)
    assert change.items() <= body.items()
    assert {"id", "environment_id", "created_at", "updated_at", "secret", "sync_job_id", "args"}.isdisjoint(body)


@pytest.mark.parametrize(
    ("noun", "fields", "reason"),
    [
        ("sync_job_cron_triggers", {"cron_expression": "0 6 * * *"}, "sync_job_id is missing"),
        ("sync_job_cron_triggers", {"sync_job_id": JOB_ID}, "cron_expression is missing"),
        ("sync_job_cron_triggers", {"sync_job_id": JOB_ID, "cron_expression": "0 6 * *"}, "five parts"),
        ("sync_job_templates", {"resources": []}, "label is missing"),
        ("sync_job_templates", {"label": "x", "resources": [{"name": 5}]}, r"\$\.resources\[0\]\.name"),
        ("sync_job_templates", {"label": "x", "team_id": "t"}, "'team_id'"),
        ("webhooks", {}, "target_url is missing"),
        ("webhooks", {"target_url": None}, "target_url is missing"),
        ("webhooks", {"target_url": "https://a.example", "is_active": "yes"}, r"\$\.is_active"),
        ("webhooks", {"target_url": "https://a.example", "event_types": "test"}, r"\$\.event_types"),
    ],
)
def test_new_objects_that_make_no_sense(
    truto: Any, fake_truto: FakeTruto, noun: str, fields: dict[str, Any], reason: str
) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(InvalidArgumentError, match=reason):
        getattr(truto, noun).create(**fields)

    assert [] == fake_truto.requests


@pytest.mark.parametrize(
    ("noun", "fields", "reason"),
    [
        ("sync_job_cron_triggers", {}, "nothing would change"),
        ("sync_job_cron_triggers", {"sync_job_id": JOB_ID}, "'sync_job_id'"),
        ("sync_job_cron_triggers", {"cron_expression": None}, "five parts"),
        ("sync_job_cron_triggers", {"webhook_id": "w", "daemon_group_key": "d"}, "exclude each other"),
        ("sync_job_templates", {"lable": "x"}, "'lable'"),
        ("webhooks", {"secret": "x"}, "'secret'"),
    ],
)
def test_changes_that_make_no_sense(
    truto: Any, fake_truto: FakeTruto, noun: str, fields: dict[str, Any], reason: str
) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(InvalidArgumentError, match=reason):
        getattr(truto, noun).update("x", **fields)

    assert [] == fake_truto.requests


@pytest.mark.parametrize("noun", NOUNS)
def test_objects_of_another_kind(truto: Any, fake_truto: FakeTruto, noun: str) -> None:
    """A dict or another model is not taken for a whole object."""
    for call in (getattr(truto, noun).create, getattr(truto, noun).update):
        for other in ({"label": "x"}, models.StateEntry(key="k"), 5):
            with pytest.raises(InvalidArgumentError, match="must be a"):
                call(other)

    assert [] == fake_truto.requests


def test_filters(truto: Any, fake_truto: FakeTruto) -> None:
    """Each filter goes to the server by its own name; what is not asked for is not sent."""
    calls: list[tuple[Any, dict[str, Any]]] = [
        (truto.sync_job_cron_triggers, {"sync_job_id": "j", "integrated_account_id": "a"}),
        (truto.sync_job_templates, {"id": "t", "integration_name": "zendesk", "team_id": "m", "label": "L"}),
        (truto.webhooks, {"environment_id": "e"}),
        (truto.sync_job_runs, {"sync_job_id": "j", "integrated_account_id": "a", "status": "failed", "sort": "-created_at"}),
    ]
    for resource, filters in calls:
        assert [] == resource.list(**filters).to_list()
        assert {**filters, "limit": "50"} == {name: value[0] for name, value in fake_truto.requests[-1].query.items()}
    assert [] == truto.webhooks.list(is_active=False).to_list()
    assert ["false"] == fake_truto.requests[-1].query["is_active"]


def test_scheduling(truto: Any, fake_truto: FakeTruto) -> None:
    """A trigger is put into force by its id, with no body."""
    trigger = truto.sync_job_cron_triggers.create(sync_job_id=JOB_ID, cron_expression="0 6 * * *", webhook_id=None)

    assert truto.sync_job_cron_triggers.schedule(trigger.id) is None
    assert ("POST", f"/sync-job-cron-trigger/{trigger.id}/schedule", None) == sent(fake_truto)
    assert {trigger.id: "0 6 * * *"} == fake_truto.scheduled
    with pytest.raises(NotFoundError):
        truto.sync_job_cron_triggers.schedule("another")
    with pytest.raises(InvalidArgumentError, match="id"):
        truto.sync_job_cron_triggers.schedule("")


def test_testing_a_webhook(truto: Any, fake_truto: FakeTruto) -> None:
    """The id is sent in the body."""
    fake_truto.fail(200, body={"success": True})

    assert truto.webhooks.test("w") is None
    assert ("POST", "/webhook/test", {"id": "w"}) == sent(fake_truto)
    with pytest.raises(InvalidArgumentError, match="id"):
        truto.webhooks.test("..")


@pytest.mark.parametrize(("body", "succeeds"), [({"success": False}, False), ({}, False), ([], False), (b"", True)])
def test_orders_that_did_not_succeed(truto: Any, fake_truto: FakeTruto, body: Any, *, succeeds: bool) -> None:
    """The server must say that it succeeded, if it says anything."""
    fake_truto.fail(200, body=body, times=2)

    for order in (truto.webhooks.test, truto.sync_job_cron_triggers.schedule):
        if succeeds:
            order("x")
        else:
            with pytest.raises(ResponseDecodeError) as caught:
                order("x")
            assert "$.success" == caught.value.path


def test_the_secret_comes_once(truto: Any) -> None:
    """Only a new webhook has it."""
    webhook = truto.webhooks.create(target_url="https://app.example/hook")

    assert webhook.secret
    assert truto.webhooks.get(webhook.id).secret is None


def test_state(truto: Any, fake_truto: FakeTruto) -> None:
    """Entries are set, read, listed and deleted in their own namespace, whatever their keys and values."""
    one, other = truto.sync_job_run_state.state("acc/1"), truto.sync_job_run_state.state("acc 2")

    values: list[Any] = ["2026-04-01", 5, None, {"cursor": ["a", {"b": 1}]}, [], False]
    for value in values:
        entry = one.set("last seen/é", value)
        assert isinstance(entry, StateEntry)
        assert ("last seen/é", value) == (entry.key, entry.value)
        assert ("POST", "/sync-job-run-state", {"key": "last seen/é", "value": value}) == sent(fake_truto)
        assert entry == one.get("last seen/é")
        assert "/sync-job-run-state/last%20seen%2F%C3%A9" == fake_truto.requests[-1].path
    one.set("b", 1)

    assert ["last seen/é", "b"] == [entry.key for entry in one.items()]
    assert {"acc/1"} == {request.query["state_key"][0] for request in fake_truto.requests}
    assert [] == other.items().to_list()
    assert False is one.delete("last seen/é").value
    with pytest.raises(NotFoundError):
        one.get("last seen/é")
    with pytest.raises(NotFoundError):
        other.delete("b")
    assert 1 == one.items().first().value


def test_a_cursor_in_the_state(truto: Any, fake_truto: FakeTruto) -> None:
    """It is followed, though no page of the API's documentation has one."""
    fake_truto.fail(200, body={"result": [{"key": "a"}], "next_cursor": "more"})
    fake_truto.fail(200, body={"result": [{"key": "b"}]})

    assert ["a", "b"] == [entry.key for entry in truto.sync_job_run_state.state("s").items().to_list()]
    assert {"state_key": ["s"], "next_cursor": ["more"]} == fake_truto.requests[-1].query


def test_another_entry_than_the_one_asked_for(truto: Any, fake_truto: FakeTruto) -> None:
    """A response that was meant for somebody else is refused."""
    fake_truto.fail(200, body={"key": "b", "value": 1})

    with pytest.raises(ResponseDecodeError, match="asked for 'a', got 'b'"):
        truto.sync_job_run_state.state("s").get("a")


def test_deletes_whose_answer_is_lost(make_client: Any, fake_truto: FakeTruto) -> None:
    """They were carried out: an entry, a record and a run are gone or stopped, though nothing says what they were."""
    truto = make_client(fake_truto.token, base_url=fake_truto.url)
    state, accounts = truto.sync_job_run_state.state("s"), truto.resource("integrated-account")
    state.set("k", 1)
    account = accounts.create({})
    for call, argument in ((state.delete, "k"), (accounts.delete, account["id"])):
        fake_truto.fail(drop=True)
        assert call(argument) is None
    run = truto.sync_job_runs.start(JOB_ID, args={"integrated_account_id": "acc", "webhook_id": "w"})
    fake_truto.fail(200, body=b"", carried_out=True)

    stopped = truto.sync_job_runs.stop(run.id)
    assert (run.id, "stopped") == (stopped.id, stopped.status)


@pytest.mark.parametrize("key", ["", " ", None, 5])
def test_namespaces_that_make_no_sense(truto: Any, key: Any) -> None:
    """They are refused at once."""
    with pytest.raises(InvalidArgumentError, match="state_key"):
        truto.sync_job_run_state.state(key)


def test_state_that_makes_no_sense(truto: Any, fake_truto: FakeTruto) -> None:
    """Bad keys and values that JSON does not have are refused before anything is sent."""
    state = truto.sync_job_run_state.state("s")
    calls: list[Callable[[], Any]] = [
        lambda: state.get(""),
        lambda: state.delete(".."),
        lambda: state.set("", 1),
        lambda: state.set("k", {1}),
    ]
    for call in calls:
        with pytest.raises(InvalidArgumentError):
            call()

    assert [] == fake_truto.requests


def test_batch_requests(truto: Any, fake_truto: FakeTruto) -> None:
    """Records and errors come by the resource or name of their entry."""
    fake_truto.batch_records |= {"ticketing/tickets": [{"id": "1"}], "users": "broken"}
    entries = [
        {"resource": "ticketing/tickets", "method": "list"},
        RequestNode(type=None, resource="users", method="list", persist=True),
    ]

    result = truto.batch_requests.create(integrated_account_id="acc", resources=entries, args={"a": 1})

    assert BatchResult(result={"ticketing/tickets": [{"id": "1"}]}, errors={"users": "broken"}) == result
    expected = [entries[0], {"resource": "users", "method": "list", "persist": True}]
    body = {"integrated_account_id": "acc", "resources": expected, "args": {"a": 1}}
    assert ("POST", "/batch-request", body) == sent(fake_truto)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"resources": []}, "at least one"),
        ({"resources": [{"resource": 5}]}, r"\$\.resources\[0\]\.resource"),
        ({"integrated_account_id": None}, r"\$\.integrated_account_id"),
        ({"args": [1]}, r"\$\.args"),
    ],
)
def test_batches_that_make_no_sense(truto: Any, fake_truto: FakeTruto, fields: dict[str, Any], reason: str) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(InvalidArgumentError, match=reason):
        truto.batch_requests.create(**{"integrated_account_id": "acc", "resources": [{"resource": "users"}], **fields})

    assert [] == fake_truto.requests


def test_lost_writes(truto: Any, fake_truto: FakeTruto) -> None:
    """What changes something is not sent twice."""
    fake_truto.fail(drop=True, times=4)

    calls: list[Callable[[], Any]] = [
        lambda: truto.webhooks.create(target_url="https://app.example"),
        lambda: truto.sync_job_cron_triggers.schedule("x"),
        lambda: truto.sync_job_run_state.state("s").set("k", 1),
        lambda: truto.batch_requests.create(integrated_account_id="a", resources=[{"resource": "users"}]),
    ]
    for call in calls:
        with pytest.raises(AmbiguousOutcomeError):
            call()

    assert 4 == len(fake_truto.requests)


def test_models_of_the_nouns(truto: Any) -> None:
    """Each resource gives its own model."""
    trigger = truto.sync_job_cron_triggers.create(sync_job_id=JOB_ID, cron_expression="0 6 * * *")
    template = truto.sync_job_templates.create(label="x")

    assert isinstance(trigger, SyncJobCronTrigger)
    assert isinstance(template, SyncJobTemplate)
    assert 4 == template.default_runtime_version
