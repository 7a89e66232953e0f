"""Lists: pages, cursors, failures on the way, and a free event loop."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import AsyncTruto, InternalServerError, InvalidArgumentError, ResponseDecodeError
from truto_async.testing import SEED_JOBS, FakeTruto
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = [{"id": f"job-{number}", "integration_name": "zendesk" if number % 2 else "hubspot"} for number in range(250)]
IDS = [job["id"] for job in MANY]


@pytest.fixture
def fake() -> Iterator[FakeTruto]:
    """Give a fake with many jobs."""
    with FakeTruto(MANY) as fake:
        yield fake


@pytest.fixture(params=["truto_async", "truto_sync"])
def walk(request: pytest.FixtureRequest, fake: FakeTruto) -> Any:
    """Give a function that walks a list in either package: `walk("pages", limit=5)`."""
    options: dict[str, Any] = {"base_url": fake.url, "retry": None}

    def blocking(how: str, **arguments: Any) -> Any:
        with Truto(fake.token, **options) as truto:
            pager = truto.sync_jobs.list(**arguments)
            if how == "items":
                return [list(pager), list(pager)][0]
            return list(pager.pages()) if how == "pages" else getattr(pager, how)()

    async def asynchronous(how: str, **arguments: Any) -> Any:
        async with AsyncTruto(fake.token, **options) as truto:
            pager = truto.sync_jobs.list(**arguments)
            if how == "items":
                return [[job async for job in pager], [job async for job in pager]][0]
            return [page async for page in pager.pages()] if how == "pages" else await getattr(pager, how)()

    return blocking if request.param == "truto_sync" else lambda how, **a: asyncio.run(asynchronous(how, **a))


def test_walking_over_all(walk: Any, fake: FakeTruto) -> None:
    """Every job comes once, in order; a second walk starts anew."""
    assert IDS == [job.id for job in walk("items")]
    assert 2 * 5 == len(fake.requests)
    assert {"50"} == {request.query["limit"][0] for request in fake.requests}


def test_pages(walk: Any) -> None:
    """Pages have their items, cursor and limit."""
    pages = walk("pages", limit=120)

    assert [120, 120, 10] == [len(page.items) for page in pages]
    assert [True, True, False] == [page.next_cursor is not None for page in pages]
    assert [120] * 3 == [page.limit for page in pages]


def test_filters_and_bounds(walk: Any, fake: FakeTruto) -> None:
    """Filters go to the server; no more is fetched than wanted; a walk can begin in the middle."""
    assert IDS[1::2] == [job.id for job in walk("to_list", integration_name="zendesk")]
    fake.requests.clear()
    assert IDS[:7] == [job.id for job in walk("to_list", max_items=7)]
    assert 1 == len(fake.requests)
    assert IDS[:150] == [job.id for job in walk("to_list", max_items=150, limit=60)]
    cursor = walk("pages", limit=200)[0].next_cursor
    assert IDS[200:] == [job.id for job in walk("to_list", cursor=cursor)]
    assert [] == walk("to_list", environment_id="another")


def test_first(walk: Any, fake: FakeTruto) -> None:
    """The first item costs one request for one item."""
    assert "job-0" == walk("first").id
    assert ["1"] == fake.requests[0].query["limit"]
    assert walk("first", integration_name="none") is None


@pytest.mark.parametrize("end", [{"next_cursor": None}, {"next_cursor": ""}, {}])
def test_ends_and_envelopes(walk: Any, fake: FakeTruto, end: dict[str, Any]) -> None:
    """Both names of the list, all ends, and an empty page in the middle."""
    fake.fail(200, body={"results": [{"id": "a"}], "next_cursor": "x", "limit": "odd"})
    fake.fail(200, body={"result": [], "next_cursor": "y"})
    fake.fail(200, body={"result": [{"id": "b"}], **end})

    assert ["a", "b"] == [job.id for job in walk("to_list")]
    assert ["x", "y"] == [request.query["next_cursor"][0] for request in fake.requests[1:]]


def test_a_cursor_that_comes_again(walk: Any, fake: FakeTruto) -> None:
    """A list that would never end is an error."""
    fake.fail(200, body={"result": [{"id": "a"}], "next_cursor": "x"}, times=9)

    with pytest.raises(ResponseDecodeError, match="again") as caught:
        walk("to_list")

    assert ("$.next_cursor", 2, 2) == (caught.value.path, len(fake.requests), len(caught.value.items))
    assert "x" == caught.value.cursor
    with pytest.raises(ResponseDecodeError, match="again") as caught:
        walk("to_list", cursor="x")
    assert 1 == len(caught.value.items)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"result": {}}, "$.result"),
        ([], "$.result"),
        ({"result": [], "next_cursor": 5}, "$.next_cursor"),
        ({"result": [{"id": "a"}, {"id": 5}]}, "$.result[1].id"),
        ({"results": [{"id": "a", "resources": [{"name": 1}]}]}, "$.results[0].resources[0].name"),
    ],
)
def test_pages_that_are_none(walk: Any, fake: FakeTruto, body: Any, path: str) -> None:
    """What is no page is an error with its place."""
    fake.fail(200, body=body)

    with pytest.raises(ResponseDecodeError) as caught:
        walk("to_list")

    assert path == caught.value.path


def test_a_failure_in_the_middle(walk: Any, fake: FakeTruto) -> None:
    """What came is kept, and the error says where to go on."""
    fake.fail(None, path="/sync-job")
    fake.fail(500, path="/sync-job")

    with pytest.raises(InternalServerError) as caught:
        walk("to_list")

    assert IDS[:50] == [job.id for job in caught.value.items]
    assert IDS[50:] == [job.id for job in walk("to_list", cursor=caught.value.cursor)]


@pytest.mark.parametrize("option", [{"limit": 0}, {"limit": "5"}, {"max_items": 0}, {"max_items": 1.5}], ids=str)
def test_bounds_that_make_no_sense(walk: Any, fake: FakeTruto, option: dict[str, Any]) -> None:
    """They are refused by name."""
    with pytest.raises(InvalidArgumentError, match=next(iter(option))):
        walk("to_list", **option)


def test_abandoned_walks(fake: FakeTruto) -> None:
    """Leaving a loop early leaves nothing behind."""
    with Truto(fake.token, base_url=fake.url) as truto:
        for job in truto.sync_jobs.list(limit=10):
            assert "job-0" == job.id
            break
        assert 1 == len(fake.requests)
        assert "job-1" == truto.sync_jobs.get("job-1").id


async def test_the_event_loop_stays_free() -> None:
    """Whatever the size of the page, decoding it lets others run."""
    padding = json.loads(json.dumps(SEED_JOBS[0]["resources"]))
    jobs = [{"id": str(number), "resources": padding} for number in range(600)]
    with FakeTruto(jobs) as fake:
        async with AsyncTruto(fake.token, base_url=fake.url) as truto:
            turns = 0

            async def tick() -> None:
                nonlocal turns
                while True:
                    await asyncio.sleep(0)
                    turns += 1

            ticker = asyncio.create_task(tick())
            began = time.monotonic()
            [page] = [page async for page in truto.sync_jobs.list(limit=600).pages()]
            ticker.cancel()

    assert 600 == len(page.items)
    assert turns > 5
    assert time.monotonic() - began < 30
