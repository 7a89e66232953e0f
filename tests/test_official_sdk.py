"""The table in docs/how-to/official-sdk.md: each call sends the request that it stands next to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import truto_sync
from truto_async.testing import FakeTruto

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).parent.parent / "docs" / "how-to" / "official-sdk.md"
ROWS = re.findall(r"^\| `(\S+)` \| `([A-Z]+) (\S+)` \| `(.+)` \|$", DOCUMENT.read_text(), re.MULTILINE)

ID = "a-b c/d"
FIELDS = {"resource": "users", "name": "A"}
NAMES = {
    "id": ID,
    "fields": FIELDS,
    "query": {"integrated_account_id": "acc"},
    "model": "crm",
    "resource": "contacts",
    "method": "merge",
    "token": "mcp-token",
    "path": "deep/path",
}
NOT_SERVED = re.compile(
    r"/(ping|category|link-token|mcp|custom|unified|proxy|[a-z-]+-webhook)\b"
    r"|/integrated-account/[a-z]|/(daemon-job-cron-trigger|datastore)/\{id\}/|/sandbox-"
)
"""The requests that the fake does not know, and answers as it is told."""


@pytest.fixture
def fake() -> Iterator[FakeTruto]:
    """Give a fake that has an object of every noun, all with the same id."""
    with FakeTruto([{"id": ID}]) as fake:
        fake.cron_triggers[ID] = {"id": ID, "sync_job_id": ID, "cron_expression": "0 6 * * *"}
        fake.webhooks[ID] = {"id": ID, "target_url": "https://app.example", "is_active": False}
        fake.runs[ID] = {"id": ID, "sync_job_id": ID, "status": "completed"}
        for documents in fake.records.values():
            documents[ID] = {"id": ID}
        yield fake


def test_the_table_is_whole() -> None:
    """Every method of the official SDK has a row, each with another name."""
    [stated] = re.findall(r"0\.1\.6 has (\d+) methods", DOCUMENT.read_text())

    assert int(stated) == len(ROWS) == len({name for name, *_ in ROWS})


@pytest.mark.parametrize(("name", "method", "path", "call"), ROWS, ids=[row[0] for row in ROWS])
def test_row(fake: FakeTruto, name: str, method: str, path: str, call: str) -> None:
    """The call succeeds, and the server sees the request of the row, with the fields and the query that were given."""
    names = NAMES | {"id": quote(ID, safe="")} if call.startswith('truto.request("POST", f') else NAMES
    if NOT_SERVED.match(path):
        fake.fail(200, body={"result": [], "next_cursor": None} if ".list(" in call else {"id": ID})
    with truto_sync.Truto(fake.token, base_url=fake.url) as truto:
        result = eval(call, {"truto": truto, **names})
        if isinstance(result, truto_sync.Pager):
            result.first()

    request = fake.requests[0]
    expected = re.sub(r"\{(\w+)\}", lambda match: quote(str(NAMES[match[1]]), safe="/" if match[1] == "path" else ""), path)
    assert (method, expected) == (request.method, request.path)
    assert 1 == len(fake.requests)
    if "fields" in call:
        assert json.dumps(FIELDS) in json.dumps(json.loads(request.body))
    if "query=query" in call:
        assert ["acc"] == request.query["integrated_account_id"]
