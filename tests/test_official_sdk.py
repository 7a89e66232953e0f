"""The table in docs/official-sdk.md: each call sends the request that it stands next to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

import truto_sync

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

DOCUMENT = Path(__file__).parent.parent / "docs" / "official-sdk.md"
ROWS = re.findall(r"^\| `(\S+)` \| `([A-Z]+) (\S+)` \| `(.+)` \|$", DOCUMENT.read_text(), re.MULTILINE)

FIELDS = {"resource": "users", "name": "A"}
NAMES = {
    "id": "a/b c",
    "fields": FIELDS,
    "query": {"integrated_account_id": "acc"},
    "model": "crm",
    "resource": "contacts",
    "method": "merge",
    "token": "mcp-token",
    "path": "deep/path",
}


def answer(call: str) -> Any:
    """Give a response that suits the call."""
    if "batch_requests" in call:
        return {"result": {}, "errors": {}}
    if ".list(" in call or "logs." in call:
        return {"result": [], "next_cursor": None}
    return {"id": NAMES["id"], "success": True}


def test_the_table_is_whole() -> None:
    """Every method of the official SDK has a row, each with another name."""
    [stated] = re.findall(r"0\.1\.6 has (\d+) methods", DOCUMENT.read_text())

    assert int(stated) == len(ROWS) == len({name for name, *_ in ROWS})


@pytest.mark.parametrize(("name", "method", "path", "call"), ROWS, ids=[row[0] for row in ROWS])
def test_row(fake_truto: FakeTruto, name: str, method: str, path: str, call: str) -> None:
    """The call is made, and the server sees the request of the row, with the fields and the query that were given."""
    names = NAMES if 'f"' not in call or name.startswith(("unified_api", "proxy_api")) else {**NAMES, "id": "a-b"}
    fake_truto.fail(200, body=answer(call))
    with truto_sync.Truto(fake_truto.token, base_url=fake_truto.url) as truto:
        result = eval(call, {"truto": truto, **names})
        if isinstance(result, truto_sync.Pager):
            assert [] == result.to_list()

    [request] = fake_truto.requests
    expected = re.sub(r"\{(\w+)\}", lambda match: quote(str(names[match[1]]), safe="/" if match[1] == "path" else ""), path)
    assert (method, expected) == (request.method, request.path)
    if "fields" in call:
        assert json.dumps(FIELDS) in json.dumps(json.loads(request.body))
    if "query=query" in call:
        assert ["acc"] == request.query["integrated_account_id"]
