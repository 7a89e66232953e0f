"""What the fake server knows of each noun, as a client sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from truto_async import BadRequestError, NotFoundError

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto


def test_any_noun(truto: Any, fake_truto: FakeTruto) -> None:
    """Nouns without a module have a list that is filtered by any field, get, create, update and delete."""
    fake_truto.records["gadget"] = {"one": {"id": "one", "active": True, "size": 3, "owner": None}}
    made = truto.request("POST", "/gadget", json={"id": "mine", "active": False, "size": 4, "owner": "x"})

    assert made == fake_truto.records["gadget"][made["id"]] == truto.request("GET", f"/gadget/{made['id']}")
    assert made["id"] != "mine"
    for query, ids in (
        ({}, ["one", made["id"]]),
        ({"active": True}, ["one"]),
        ({"size": 4}, [made["id"]]),
        ({"owner": ""}, ["one"]),
        ({"owner": "x", "active": True}, []),
    ):
        assert ids == [item["id"] for item in truto.request("GET", "/gadget", query=query)["result"]]
    assert 5 == truto.request("PATCH", "/gadget/one", json={"size": 5})["size"]
    assert {"id": "one"} == truto.request("DELETE", "/gadget/one")
    with pytest.raises(NotFoundError, match="Gadget not found"):
        truto.request("DELETE", "/gadget/one")
    with pytest.raises(NotFoundError, match="Cannot GET"):
        truto.request("GET", "/widget/one")


def test_limits_of_lists(truto: Any) -> None:
    """A page has one document at least."""
    with pytest.raises(BadRequestError, match="limit"):
        truto.request("GET", "/integrated-account", query={"limit": 0})
