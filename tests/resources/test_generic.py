"""`truto.resource(path)`: any other kind of object, as plain dicts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import id_of
from truto_async import InvalidArgumentError, NotFoundError, ResponseDecodeError

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto


def test_life_of_an_object(truto: Any, fake_truto: FakeTruto) -> None:
    """It is created, fetched, listed, changed and deleted; unknown fields and nulls are kept."""
    accounts = truto.resource("integrated-account")

    made = accounts.create({"tenant_id": "acme", "context": {"region": "eu"}, "odd": None})
    assert {"tenant_id": "acme", "context": {"region": "eu"}, "odd": None} == json.loads(fake_truto.requests[-1].body)
    assert None is made["odd"]
    assert made == accounts.get(made["id"]) == accounts.list().first()
    assert [made] == list(accounts.list(query={"tenant_id": "acme"}))
    assert [] == accounts.list(query={"tenant_id": "other"}).to_list()
    changed = accounts.update(made["id"], {"context": {"region": "us"}})
    assert ("acme", {"region": "us"}) == (changed["tenant_id"], changed["context"])
    assert {"id": made["id"]} == accounts.delete(made["id"])
    with pytest.raises(NotFoundError):
        accounts.get(made["id"])


def test_pages(truto: Any, fake_truto: FakeTruto) -> None:
    """Lists have pages, bounds and cursors like any other."""
    fake_truto.records["alarm"] = {str(number): {"id": str(number)} for number in range(7)}
    alarms = truto.resource("/alarm")

    assert [str(number) for number in range(7)] == [alarm["id"] for alarm in alarms.list(limit=3)]
    assert ["3", "3", "3"] == [request.query["limit"][0] for request in fake_truto.requests]
    assert ["0", "1"] == [alarm["id"] for alarm in alarms.list(max_items=2).to_list()]


def test_queries(truto: Any, fake_truto: FakeTruto) -> None:
    """Each operation takes a query; the account of a unified resource counts for its own rate limit."""
    fake_truto.fail(200, body={"id": "a b"}, times=4)
    contacts, query = truto.resource("unified/crm/contacts"), {"integrated_account_id": "acc", "remote": {"x": [1]}}

    contacts.get("a/b", query=query)
    contacts.create({}, query=query)
    contacts.update("a/b", {"name": "n"}, query=query)
    contacts.delete("a/b", query=query)

    assert [
        ("GET", "/unified/crm/contacts/a%2Fb"),
        ("POST", "/unified/crm/contacts"),
        ("PATCH", "/unified/crm/contacts/a%2Fb"),
        ("DELETE", "/unified/crm/contacts/a%2Fb"),
    ] == [(request.method, request.path) for request in fake_truto.requests]
    for request in fake_truto.requests:
        assert {"integrated_account_id": ["acc"], "remote[x][]": ["1"]} == request.query


def test_me(truto: Any, fake_truto: FakeTruto) -> None:
    """The object may have another id than the one asked for."""
    fake_truto.fail(200, body={"id": "the-account"})

    assert {"id": "the-account"} == truto.resource("integrated-account").get("me")


@pytest.mark.parametrize("path", ["", "/", "a//b", "../x", "a?b=c", "https://api.truto.one/x", None, 5, "a\nb"])
def test_paths_that_make_no_sense(truto: Any, path: Any) -> None:
    """They are refused at once."""
    with pytest.raises(InvalidArgumentError, match="path"):
        truto.resource(path)


@pytest.mark.parametrize("fields", [None, [1], "x", {"a": object()}, {"a": float("nan")}], ids=id_of)
def test_fields_that_make_no_sense(truto: Any, fake_truto: FakeTruto, fields: Any) -> None:
    """They are refused before anything is sent."""
    endless: dict[str, Any] = {}
    endless["d"] = endless
    alarms = truto.resource("alarm")
    for document in (fields, endless):
        with pytest.raises(InvalidArgumentError):
            alarms.create(document)
        with pytest.raises(InvalidArgumentError):
            alarms.update("x", document)

    assert [] == fake_truto.requests


@pytest.mark.parametrize("body", [[1], "text", 5, None])
def test_responses_that_are_no_objects(truto: Any, fake_truto: FakeTruto, body: Any) -> None:
    """An object is expected wherever there is one."""
    fake_truto.fail(200, body=json.dumps(body), times=2)
    alarms = truto.resource("alarm")

    for call in (alarms.get, alarms.delete):
        with pytest.raises(ResponseDecodeError, match="expected an object"):
            call("x")


def test_reprs(truto: Any) -> None:
    """They say what it is."""
    assert "GenericResource('/alarm')" in repr(truto.resource("alarm"))
    assert "State('acc')" in repr(truto.sync_job_run_state.state("acc"))
    assert "SyncJobRunState(base_url=" in repr(truto.sync_job_run_state)
    assert "Logs(base_url=" in repr(truto.logs)
