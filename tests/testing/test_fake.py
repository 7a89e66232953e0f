"""The fake server, and its fixtures."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request

import pytest

import truto_async.testing
import truto_sync.testing
from truto_async import AsyncTruto, NotFoundError, SyncJob
from truto_async.testing import SEED_JOBS, FakeTruto, Fault, RecordedRequest
from truto_sync import Truto

pytest_plugins = ["pytester"]


def fetch(fake: FakeTruto, path: str, token: str | None = None) -> tuple[int, object]:
    """Ask without the SDK."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(fake.url + path, headers=headers)) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_answers_as_truto_does(fake_truto: FakeTruto) -> None:
    """The job for those with the token; the error envelope for others, and for what is not there."""
    job_id = SEED_JOBS[0]["id"]

    assert (200, SEED_JOBS[0]) == fetch(fake_truto, f"/sync-job/{job_id}", fake_truto.token)
    for path, token, status, name in (
        (f"/sync-job/{job_id}", None, 401, "Unauthorized"),
        (f"/sync-job/{job_id}", "wrong", 401, "Unauthorized"),
        ("/sync-job/unknown", fake_truto.token, 404, "Not Found"),
        ("/sync-job/a/b", fake_truto.token, 404, "Not Found"),
        ("/", fake_truto.token, 404, "Not Found"),
    ):
        code, envelope = fetch(fake_truto, path, token)
        assert isinstance(envelope, dict)
        assert (status, status, name) == (code, envelope["statusCode"], envelope["error"])
        assert envelope["message"]


async def test_async_block() -> None:
    """It works in an `async with` block and serves the loop that started it."""
    async with FakeTruto() as fake, AsyncTruto(fake.token, base_url=fake.url) as truto:
        jobs = await asyncio.gather(*map(truto.sync_jobs.get, fake.jobs))

    assert list(map(SyncJob.from_dict, SEED_JOBS)) == jobs


def test_own_jobs_and_token() -> None:
    """It can be given other jobs, as models or JSON, and another token."""
    with FakeTruto([SyncJob(id="one", label="One"), {"id": "two"}], token="t") as fake:
        with Truto("t", base_url=fake.url) as truto:
            assert "One" == truto.sync_jobs.get("one").label
            assert SyncJob(id="two") == truto.sync_jobs.get("two")
            with pytest.raises(NotFoundError):
                truto.sync_jobs.get(SEED_JOBS[0]["id"])
        assert ["/sync-job/one", "/sync-job/two"] == [request.path for request in fake.requests][:2]


def test_faults_queue_up(fake_truto: FakeTruto) -> None:
    """Scripted failures come in order, each as often as asked, to the requests that they are meant for."""
    fake_truto.fail(503, times=2)
    fake_truto.fail(418, path="/tea", body={"error": "teapot"})
    fake_truto.fail(429, headers={"Retry-After": "1"})
    seen = [fetch(fake_truto, path, fake_truto.token)[0] for path in ("/a", "/b", "/c", "/tea", "/d")]

    assert [503, 503, 429, 418, 404] == seen


def test_url_needs_a_running_server() -> None:
    """Outside its block there is no URL; a block can be entered again."""
    fake = FakeTruto()
    with pytest.raises(RuntimeError, match="not running"):
        _ = fake.url
    for _ in range(2):
        with fake:
            assert 404 == fetch(fake, "/x", fake.token)[0]
    with pytest.raises(RuntimeError, match="not running"):
        _ = fake.url
    fake.__exit__(None, None, None)


def test_faults_that_make_no_sense(fake_truto: FakeTruto) -> None:
    """They are refused where they are scripted, and not by the server, later."""
    for status in ("503", 700, 99):
        with pytest.raises((TypeError, ValueError)):
            fake_truto.fail(status)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        fake_truto.fail(500, body={1, 2})
    for job in ({}, {"id": 5}, {"id": "x", "when": object()}):
        with pytest.raises((TypeError, ValueError)):
            fake_truto.add(job)
    with pytest.raises(RuntimeError, match="already"), fake_truto:
        pass


def test_faults_in_detail(fake_truto: FakeTruto) -> None:
    """A status of an edge, a body without a status, a header that replaces another."""
    fake_truto.fail(520)
    fake_truto.fail(body={"id": "other"})
    fake_truto.fail(404, headers={"content-type": "text/plain"}, body={})
    path = f"/sync-job/{SEED_JOBS[0]['id']}"

    status, envelope = fetch(fake_truto, path, fake_truto.token)
    assert (520, {"statusCode": 520, "error": "Unknown", "message": "Scripted by the test"}) == (status, envelope)
    assert (200, {"id": "other"}) == fetch(fake_truto, path, fake_truto.token)
    assert (404, {}) == fetch(fake_truto, path, fake_truto.token)


def test_each_fake_has_its_own_jobs() -> None:
    """What a test does to its fake is not seen by the next."""
    job_id = SEED_JOBS[0]["id"]
    FakeTruto().jobs[job_id]["resources"].clear()

    assert FakeTruto().jobs[job_id]["resources"]


def test_records_hide_the_token(fake_truto: FakeTruto) -> None:
    """What was recorded can be printed."""
    fetch(fake_truto, "/x?a=1", fake_truto.token)
    [request] = fake_truto.requests

    assert isinstance(request, RecordedRequest)
    assert fake_truto.token not in repr(request)
    assert {"a": ["1"]} == request.query
    assert Fault(path="/x").applies_to(request)


def test_both_packages_have_it() -> None:
    """It is reachable from both packages."""
    assert truto_async.testing.__all__ == truto_sync.testing.__all__
    assert truto_async.testing.FakeTruto is truto_sync.testing.FakeTruto


def test_fixtures(pytester: pytest.Pytester) -> None:
    """A user's test needs no import and no configuration."""
    pytester.makepyfile(
        """
        def test_with_the_environment(truto_env):
            from truto_sync import Truto
            with Truto() as truto:
                assert truto.sync_jobs.get(next(iter(truto_env.jobs))).label

        def test_with_the_server(fake_truto):
            assert fake_truto.url.startswith("http://127.0.0.1:")
        """
    )

    pytester.runpytest_subprocess("-p", "no:asyncio").assert_outcomes(passed=2)
