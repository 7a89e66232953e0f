"""The other nouns of the fake server, as the resources of a client see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import BadRequestError, NotFoundError
from truto_async.testing import FakeTruto
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB = {"id": "job"}
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def fake(fake_truto: FakeTruto) -> FakeTruto:
    """Give the fake a job."""
    fake_truto.add(JOB)
    return fake_truto


@pytest.fixture
def truto(fake: FakeTruto) -> Iterator[Truto]:
    """Give a client."""
    with Truto(fake.token, base_url=fake.url) as truto:
        yield truto


def test_cron_triggers(truto: Truto, fake: FakeTruto) -> None:
    """They are checked, kept, and scheduled."""
    triggers = truto.sync_job_cron_triggers
    made = triggers.create(sync_job_id="job", cron_expression="0 6 * * *", args={"account": "a"})
    triggers.schedule(made.id)
    changed = triggers.update(made.id, cron_expression="0 7 * * *")

    assert {made.id: "0 6 * * *"} == fake.scheduled  # a change counts once it is scheduled again
    assert "0 7 * * *" == changed.cron_expression == fake.cron_triggers[made.id]["cron_expression"]
    assert [made.id] == [trigger.id for trigger in triggers.list(sync_job_id="job").to_list()]
    assert [] == triggers.list(integrated_account_id="another").to_list()
    for fields in ({"cron_expression": "daily"}, {"super_query": "moon"}):
        with pytest.raises(BadRequestError):
            truto.request("PATCH", f"/sync-job-cron-trigger/{made.id}", json=fields)
    with pytest.raises(NotFoundError, match="Sync job not found"):
        triggers.create(sync_job_id="unknown", cron_expression="0 6 * * *")
    triggers.delete(made.id)
    assert {} == fake.cron_triggers


def test_templates(truto: Truto, fake: FakeTruto) -> None:
    """They have the server's defaults and filters."""
    made = truto.sync_job_templates.create(label="Contacts", default_runtime_version=4)

    assert "deny" == made.sharing
    assert [made] == truto.sync_job_templates.list(label="Contacts").to_list()
    assert [] == truto.sync_job_templates.list(label="Tickets").to_list()
    with pytest.raises(BadRequestError, match="sharing"):
        truto.request("PATCH", f"/sync-job-template/{made.id}", json={"sharing": "perhaps"})
    assert [made.id] == list(fake.templates)


def test_state(truto: Truto, fake: FakeTruto) -> None:
    """Entries have a namespace, and keys that may hold anything."""
    state = truto.sync_job_run_state.state("account 1")
    first = state.set("last/seen", {"page": 3})
    second = state.set("last/seen", 5)

    assert ("last/seen", 5) == (second.key, state.get("last/seen").value)
    assert first.created_at == second.created_at
    assert ["last/seen"] == [entry.key for entry in state.items().to_list()]
    assert [] == truto.sync_job_run_state.state("account 2").items().to_list()
    changed = truto.request("PATCH", "/sync-job-run-state/last%2Fseen", query={"state_key": "account 1"}, json={"value": 6})
    assert 6 == changed["value"] == fake.state["account 1"]["last/seen"]["value"]
    deleted = state.delete("last/seen")
    assert deleted is not None
    assert 6 == deleted.value
    with pytest.raises(NotFoundError):
        state.get("last/seen")
    for json in ({"value": 1}, {"key": "x"}):
        with pytest.raises(BadRequestError, match="is required"):
            truto.request("POST", "/sync-job-run-state", query={"state_key": "a"}, json=json)
    with pytest.raises(BadRequestError, match="state_key"):
        truto.request("GET", "/sync-job-run-state")


@pytest.mark.parametrize("nested_logs", [False, True])
def test_logs(*, nested_logs: bool) -> None:
    """The log is filtered, the newest entries come first, and both shapes of an entry say the same."""
    with FakeTruto(nested_logs=nested_logs) as fake, Truto(fake.token, base_url=fake.url) as truto:
        for number in range(3):
            timestamp = (NOW + timedelta(hours=number)).isoformat()
            run = "one" if number < 2 else "other"
            fake.logs.append(
                {"log_type": "rapid_bridge", "timestamp": timestamp, "sync_job_run_id": run, "num_records": number}
            )
        fake.logs.append({"log_type": "webhook", "timestamp": NOW.isoformat(), "webhook_id": "w"})

        entries = truto.logs.rapid_bridge(sync_job_run_id="one").to_list()
        window = truto.logs.rapid_bridge(created_after=NOW, created_before=NOW + timedelta(hours=2)).to_list()

        assert [1, 0] == [entry.num_records for entry in entries]
        assert [1] == [entry.num_records for entry in window]
        assert ["w"] == [entry.webhook_id for entry in truto.logs.webhook().to_list()]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "log_type"),
        ({"log_type": "webhook", "limit": 101}, "limit"),
        ({"log_type": "webhook", "created_at": {"gt": "yesterday"}}, "ISO 8601"),
        ({"log_type": "webhook", "created_at": {"gt": NOW}}, "is required"),
        ({"log_type": "webhook", "created_at": {"gt": NOW, "lt": NOW + timedelta(days=32)}}, "one month"),
    ],
)
def test_queries_of_the_log_that_are_refused(truto: Truto, fake: FakeTruto, query: Any, message: str) -> None:
    """The log is strict about its window."""
    with pytest.raises(BadRequestError, match=message):
        truto.request("GET", "/log", query=query)


def test_batch_requests(truto: Truto, fake: FakeTruto) -> None:
    """They find what a test has put there, and only what is persisted."""
    fake.batch_records |= {"crm/contacts": [{"id": 1}], "users": [{"id": 2}], "crm/notes": {"message": "down"}}
    resources = [
        {"resource": "crm/contacts", "method": "list"},
        {"resource": "users", "method": "list"},
        {"resource": "crm/notes", "method": "list"},
        {"resource": "crm/deals", "method": "list"},
    ]
    result = truto.batch_requests.create(integrated_account_id="a", resources=resources)

    assert {"crm/contacts": [{"id": 1}], "crm/deals": []} == result.result
    assert {"crm/notes": {"message": "down"}} == result.errors
    with pytest.raises(BadRequestError, match="resources"):
        truto.request("POST", "/batch-request", json={"integrated_account_id": "a", "resources": []})
