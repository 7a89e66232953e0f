"""Making, changing and deleting sync jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import (
    AmbiguousOutcomeError,
    ArgSpec,
    ArgsSchema,
    BadRequestError,
    InvalidArgumentError,
    NotFoundError,
    RequestNode,
    ResponseDecodeError,
    SyncJob,
    TransformNode,
)
from truto_async.testing import SEED_JOBS

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

JOB_ID = SEED_JOBS[0]["id"]


def sent(fake: FakeTruto) -> Any:
    """Give the body that the server saw last."""
    return json.loads(fake.requests[-1].body)


def test_create(truto: Any, fake_truto: FakeTruto) -> None:
    """Fields are sent as given, models as their JSON, and runtime 4 where nobody says otherwise."""
    job = truto.sync_jobs.create(
        label="New",
        integration_name="zendesk",
        args_schema=ArgsSchema(properties={"a": ArgSpec(type="string")}),
        resources=[RequestNode(name="r", resource="x", method="list"), {"type": "spool", "name": "s"}],
        mutex_key=None,
    )

    assert {
        "default_runtime_version": 4,
        "label": "New",
        "integration_name": "zendesk",
        "args_schema": {"a": {"type": "string"}},
        "resources": [
            {"name": "r", "type": "request", "resource": "x", "method": "list"},
            {"type": "spool", "name": "s"},
        ],
        "mutex_key": None,
    } == sent(fake_truto)
    assert job == truto.sync_jobs.get(job.id)
    assert ("New", 4) == (job.label, job.default_runtime_version)
    assert 2 == truto.sync_jobs.create(default_runtime_version=2).default_runtime_version


def test_create_from_a_job(truto: Any, fake_truto: FakeTruto) -> None:
    """A whole job is sent without what the server owns; single fields win; its own runtime stays."""
    job = truto.sync_jobs.create(SyncJob.from_dict(SEED_JOBS[2]), label="Copy")

    assert {"id", "environment_id", "created_at", "updated_at"}.isdisjoint(sent(fake_truto))
    assert ("Copy", 2) == (job.label, job.default_runtime_version)
    assert SEED_JOBS[2]["resources"] == sent(fake_truto)["resources"]
    assert SEED_JOBS[2]["id"] != job.id


def test_update(truto: Any, fake_truto: FakeTruto) -> None:
    """Only what is given is sent; None is null."""
    job = truto.sync_jobs.update(JOB_ID, label=None, resources=[TransformNode(name="t")])

    assert ("PATCH", f"/sync-job/{JOB_ID}") == (fake_truto.requests[-1].method, fake_truto.requests[-1].path)
    assert {"label": None, "resources": [{"name": "t", "type": "transform"}]} == sent(fake_truto)
    assert (None, "zendesk") == (job.label, job.integration_name)


def test_update_a_whole_job(truto: Any, fake_truto: FakeTruto) -> None:
    """A job is sent to its own id."""
    truto.sync_jobs.update(SyncJob(id=JOB_ID, label="L", extra={"odd": 1}), state_key="s")

    assert {"label": "L", "odd": 1, "state_key": "s"} == sent(fake_truto)


def test_delete(truto: Any, fake_truto: FakeTruto) -> None:
    """A deleted job is gone."""
    assert truto.sync_jobs.delete(JOB_ID) is None
    for call in (truto.sync_jobs.get, truto.sync_jobs.delete):
        with pytest.raises(NotFoundError):
            call(JOB_ID)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "nothing would change"),
        ({"lable": "x"}, "'lable'"),
        ({"id": "x"}, "'id'"),
        ({"label": 5}, r"\$\.label"),
        ({"default_runtime_version": "4"}, r"\$\.default_runtime_version"),
        ({"resources": [{"name": 5}]}, r"\$\.resources\[0\]\.name"),
        ({"resources": {"name": "x"}}, r"\$\.resources"),
        ({"args_schema": [1]}, r"\$\.args_schema"),
        ({"label": "\ud800", "mutex_key": object()}, r"\$\.mutex_key"),
    ],
)
def test_wrong_fields(truto: Any, fake_truto: FakeTruto, fields: dict[str, Any], reason: str) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(InvalidArgumentError, match=reason):
        truto.sync_jobs.update(JOB_ID, **fields)
    if fields:
        with pytest.raises(InvalidArgumentError, match=reason):
            truto.sync_jobs.create(**fields)

    assert [] == fake_truto.requests


def test_bad_ids(truto: Any, fake_truto: FakeTruto) -> None:
    """As for get; an exported file without an id cannot be updated."""
    with pytest.raises(InvalidArgumentError, match="id"):
        truto.sync_jobs.delete("")
    for job in ("..", SyncJob(id="")):
        with pytest.raises(InvalidArgumentError, match="id"):
            truto.sync_jobs.update(job, label="x")

    assert [] == fake_truto.requests


def test_lost_writes(truto: Any, fake_truto: FakeTruto) -> None:
    """A write whose answer got lost is not sent again."""
    fake_truto.fail(drop=True, times=2)

    with pytest.raises(AmbiguousOutcomeError):
        truto.sync_jobs.create(label="x")
    with pytest.raises(AmbiguousOutcomeError):
        truto.sync_jobs.update(JOB_ID, label="x")

    assert 2 == len(fake_truto.requests)


def test_what_the_fake_refuses(truto: Any, fake_truto: FakeTruto) -> None:
    """As the server would."""
    for method, path in (("POST", "/sync-job"), ("PATCH", f"/sync-job/{JOB_ID}")):
        for body in (None, [1]):
            with pytest.raises(BadRequestError, match="400 Bad Request"):
                truto.request(method, path, json=body)
    for query in ({"limit": "x"}, {"next_cursor": "///"}):
        with pytest.raises(BadRequestError, match="400 Bad Request"):
            truto.request("GET", "/sync-job", query=query)


def test_values_without_an_end(truto: Any, fake_truto: FakeTruto) -> None:
    """What contains itself is refused."""
    endless: dict[str, Any] = {}
    endless["d"] = endless
    circle: list[Any] = []
    circle.append(circle)

    for resources in ([endless], circle):
        with pytest.raises(InvalidArgumentError):
            truto.sync_jobs.create(resources=resources)
    with pytest.raises(ResponseDecodeError, match="contains itself"):
        SyncJob.from_dict({"id": "x", "more": endless})


@pytest.mark.parametrize("job", [{"label": "x"}, "x", 5])
def test_jobs_that_are_none(truto: Any, job: Any) -> None:
    """A whole job is a SyncJob."""
    with pytest.raises(InvalidArgumentError, match="must be a SyncJob"):
        truto.sync_jobs.create(job)


def test_a_delete_on_a_stale_connection(truto: Any, fake_truto: FakeTruto) -> None:
    """Sent again unseen, and then not found, it was carried out."""

    def lose_the_answer() -> None:
        del fake_truto.jobs[JOB_ID]

    truto.sync_jobs.get(JOB_ID)
    fake_truto.fail(drop=True)
    lose_the_answer()

    assert truto.sync_jobs.delete(JOB_ID) is None
    assert ["GET", "DELETE", "DELETE"] == [request.method for request in fake_truto.requests]
