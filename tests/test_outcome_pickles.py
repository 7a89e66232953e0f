"""Outcomes come back whole from another process, whatever came of their ids."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from cloudpickle import cloudpickle  # type: ignore[import-untyped]  # it has no types

from tests.transport.test_tls import server_context
from tests.transport.test_wire import FAULTS, replies
from tests.wire import OK, WireServer
from truto_async import ClientClosedError, Outcome, SyncJob, TrutoError
from truto_async.redis import RedisRateLimit
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from truto_async.testing import FakeTruto

PICKLES = [pickle.dumps, cloudpickle.dumps]
LOAD = """
import pickle, sys
for outcome in pickle.load(open(sys.argv[1], "rb")):
    error = outcome.error
    print(outcome, error and (str(error), vars(error), repr(error.__cause__)))
"""


def outcomes_of(ids: Any, *, token: str = "t", **options: Any) -> Iterator[Outcome[SyncJob]]:
    """Fetch ids, and give an outcome for an error that ends the batch as well."""
    with Truto(token, retry=None, **options) as truto:
        try:
            yield from truto.sync_jobs.get_many(ids)
        except TrutoError as error:
            yield Outcome(id="the end", error=error)


@pytest.fixture
def outcomes(fake_truto: FakeTruto) -> list[Outcome[SyncJob]]:
    """Meet every job and every error that a batch can meet."""
    ids = list(fake_truto.jobs)
    found = list(outcomes_of([*ids, "unknown", ""], token=fake_truto.token, base_url=fake_truto.url))
    error = {
        "message": "No",
        "error": "No",
        "truto_is_remote_error": True,
        "raw_response": {"errors": ["no"]},
        "truto_error_insight": {"other": {"description": "No"}},
    }
    for status in (301, 400, 401, 403, 404, 409, 422, 429, 500, 503):
        fake_truto.fail(status, body=error, headers={"Retry-After": "2", "X-Request-Id": "request-1"})
        found += outcomes_of(ids[:1], token=fake_truto.token, base_url=fake_truto.url)
    for script, _, _ in FAULTS.values():
        with WireServer(script) as server:
            found += outcomes_of(["x"], base_url=server.url, timeout=0.2, max_response_bytes=2**20)
    with WireServer(replies(OK), server_context(trustme.CA().issue_cert("localhost"))) as server:
        found += outcomes_of(["x"], base_url=server.url)
    found += outcomes_of(["x"], base_url="http://127.0.0.1:1")
    found += outcomes_of(["x"], rate_limit=RedisRateLimit.from_url("redis://127.0.0.1:1", timeout=0.1))
    closed = Truto("t")
    closed.close()
    with pytest.raises(ClientClosedError) as caught:
        closed.sync_jobs.get("x")
    return [*found, Outcome(id="x", error=caught.value)]


@pytest.mark.parametrize("dumps", PICKLES, ids=["pickle", "cloudpickle"])
def test_outcomes_that_are_pickled(outcomes: list[Outcome[SyncJob]], dumps: Any, tmp_path: Path) -> None:
    """A process that has imported nothing gets the job or the error, with all that it says and its cause."""
    path = tmp_path / "outcomes"
    path.write_bytes(dumps(outcomes))
    done = subprocess.run([sys.executable, "-c", LOAD, str(path)], check=True, capture_output=True, text=True, timeout=60)

    kinds = {type(outcome.error).__name__ for outcome in outcomes}
    assert {"NoneType", "TLSError", "RateLimiterUnavailableError", "ResponseTooLargeError", "InvalidArgumentError"} <= kinds
    assert len(kinds) >= 17
    shown = [
        f"{outcome} {outcome.error and (str(outcome.error), vars(outcome.error), repr(outcome.error.__cause__))}"
        for outcome in outcomes
    ]
    assert shown == done.stdout.splitlines()
    jobs = [outcome.value.to_dict() for outcome in outcomes if outcome.value is not None]
    assert jobs == [outcome.value.to_dict() for outcome in pickle.loads(path.read_bytes()) if outcome.value is not None]
