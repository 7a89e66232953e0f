"""The models of runs, triggers, templates, state, webhooks, batches and logs: what comes in is what goes out."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import documents, json_values, log_entries, without_nulls
from truto_async import (
    ApiLog,
    CronTriggerLog,
    McpLog,
    RapidBridgeLog,
    RequestNode,
    ResponseDecodeError,
    SyncJobRun,
    Webhook,
    WebhookLog,
    models,
)

LOGS = [ApiLog, CronTriggerLog, McpLog, RapidBridgeLog, WebhookLog]


@pytest.mark.parametrize("name", documents)
@given(data=st.data())
def test_any_document_round_trips(name: str, data: st.DataObject) -> None:
    """Whatever an object holds, it comes back, but that null and missing fields are the same."""
    model: type[models.Model] = getattr(models, name)
    document = data.draw(documents[name])
    original = copy.deepcopy(document)

    made = model.from_dict(document)

    assert without_nulls(made, document) == made.to_dict()
    assert made == model.from_dict(made.to_dict()) == model.from_json(made.to_json())
    assert made == pickle.loads(pickle.dumps(made)) == copy.deepcopy(made)
    assert original == document


@pytest.mark.parametrize("name", documents)
@given(value=json_values)
def test_any_json_decodes_or_says_where_not(name: str, value: Any) -> None:
    """Any JSON is an object, or raises ResponseDecodeError with a path, and nothing else."""
    model: type[models.Model] = getattr(models, name)
    try:
        made = model.from_dict(value)
    except ResponseDecodeError as error:
        assert error.path.startswith("$")
    else:
        assert made == model.from_dict(made.to_dict())


def known(model: type[models.Model], document: dict[str, Any]) -> dict[str, Any]:
    """Leave out the null fields that a log entry knows."""
    names = {field.metadata.get("wire_name", field.name) for field in attrs.fields(model)} - {"extra", "wire_times", None}
    return {name: value for name, value in document.items() if value is not None or name not in names}


@pytest.mark.parametrize("model", LOGS)
@given(document=log_entries)
def test_any_log_entry_round_trips(model: type[Any], document: dict[str, Any]) -> None:
    """In either form, with values of any type, an entry is read and comes back in its own form."""
    original = copy.deepcopy(document)

    entry = model.from_dict(document)

    expected = known(model, document)
    metadata = document.get("metadata")
    if isinstance(metadata, dict):
        head = {name: document[name] for name in ("_id", "timestamp") if document.get(name) is not None}
        rest = {name: value for name, value in document.items() if name not in ("_id", "timestamp", "metadata")}
        hidden = {name: value for name, value in metadata.items() if name in ("_id", "timestamp")}
        expected = head | rest | {"metadata": known(model, metadata) | hidden}
    assert expected == entry.to_dict()
    assert isinstance(metadata, dict) is entry.has_metadata
    assert entry == model.from_dict(entry.to_dict()) == model.from_json(entry.to_json())
    assert entry == pickle.loads(pickle.dumps(entry)) == copy.deepcopy(entry)
    assert original == document


@pytest.mark.parametrize("model", LOGS)
@pytest.mark.parametrize("value", [None, [], "x", 5])
def test_log_entries_are_objects(model: type[Any], value: Any) -> None:
    """Anything else is refused."""
    with pytest.raises(ResponseDecodeError, match=r"expected an object.*\$"):
        model.from_json(json.dumps(value))


def test_both_forms_of_a_log_entry() -> None:
    """The fields are found in the same place, whatever the form."""
    fields = {"sync_job_run_id": "r", "status": "failed", "fetch_duration": 1.5, "num_records": 3, "logs": ["no", {"a": 1}]}
    flat = RapidBridgeLog.from_dict({"timestamp": "2026-04-01 10:00:00", **fields})
    nested = RapidBridgeLog.from_dict(
        {"_id": "e", "timestamp": "2026-04-01T10:00:00.000Z", "metadata": {**fields, "odd": 1}}
    )

    for entry in (flat, nested):
        assert datetime(2026, 4, 1, 10, tzinfo=UTC) == entry.timestamp
        assert ("r", "failed", 1.5, 3) == (entry.sync_job_run_id, entry.status, entry.fetch_duration, entry.num_records)
        assert ["no", {"a": 1}] == entry.logs
    assert (None, {}) == (flat.entry_id, flat.extra)
    assert ("e", {"metadata": {"odd": 1}}) == (nested.entry_id, nested.extra)
    changed = attrs.evolve(nested, status="completed").to_dict()
    assert ("completed", 1) == (changed["metadata"]["status"], changed["metadata"]["odd"])


def test_a_value_that_does_not_fit_a_log() -> None:
    """It is kept as unknown, and the other fields are read."""
    entry = ApiLog.from_dict({"timestamp": "later", "duration": "12 ms", "status": 200, "method": None})

    assert (None, None, 200) == (entry.timestamp, entry.duration, entry.status)
    assert {"timestamp": "later", "duration": "12 ms"} == entry.extra


@pytest.mark.parametrize(
    ("status", "finished"),
    [
        ("created", False),
        ("running", False),
        ("rate_limited", False),
        ("completed", True),
        ("failed", True),
        ("stopped", True),
        ("dancing", False),
        (None, False),
    ],
)
def test_finished_runs(status: str | None, *, finished: bool) -> None:
    """A status that nobody knows is not an end."""
    assert finished is SyncJobRun(id="r", status=status).is_finished


def test_a_run() -> None:
    """Times, steps and counters are typed; two states of one run have one hash."""
    run = SyncJobRun.from_dict(
        {
            "id": "r",
            "status": "running",
            "resources": [{"resource": "users", "method": "list", "name": "u", "type": "request"}],
            "resource_stats": {"users": {"list": {"fetched": 3}}},
            "started_at": "2026-04-01 10:00:00",
            "finished_at": None,
        }
    )

    assert [RequestNode(name="u", resource="users", method="list")] == run.resources
    assert (datetime(2026, 4, 1, 10, tzinfo=UTC), None) == (run.started_at, run.finished_at)
    assert {"users": {"list": {"fetched": 3}}} == run.resource_stats
    assert hash(run) == hash(attrs.evolve(run, status="completed"))


def test_the_secret_of_a_webhook_is_not_shown() -> None:
    """Its repr may end up in a log."""
    webhook = Webhook(id="w", secret="hush")

    assert "hush" not in repr(webhook)
    assert "hush" == webhook.to_dict()["secret"]
