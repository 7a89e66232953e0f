"""Why a run failed, from its log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from truto_async import RapidBridgeLog, SyncJobRun
from truto_async._runs.failure import explain, failure, rate_limited_until

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def entry(second: int = 0, **fields: Any) -> RapidBridgeLog:
    """Make an entry."""
    return RapidBridgeLog(timestamp=NOON + timedelta(seconds=second), **fields)


@pytest.mark.parametrize(
    ("reason", "fields"),
    [
        ("authentication", {"integrated_account_needs_reauth": True}),
        ("authentication", {"status": 401}),
        ("authentication", {"status": "403"}),
        ("authentication", {"status": "failed", "logs": ["Error: invalid_grant"]}),
        ("mapping", {"logs": ["JSONata error: attempted to invoke a non-function"]}),
        ("mapping", {"sync_job_request_type": "transform", "logs": [{"name": "Error", "message": "x is not defined"}]}),
        ("rate_limit", {"status": 429}),
        ("rate_limit", {"logs": [{"statusCode": 429, "message": "Slow down"}]}),
        ("rate_limit", {"logs": ["Error: Too Many Requests"]}),
        ("delivery", {"webhook_successful": False}),
        ("delivery", {"datastore_successful": False}),
        ("delivery", {"webhook_status": 500}),
        ("delivery", {"logs": ["Error: webhook did not answer"]}),
        ("provider", {"status": 500, "logs": ["Internal Server Error"]}),
        ("provider", {"status": 200, "logs": [{"status": 404, "message": "No such list"}]}),
        ("unknown", {"logs": ["Failed to do what was asked"]}),
        ("unknown", {"status": "error", "logs": [{"code": 7}]}),
    ],
)
def test_reasons(reason: str, fields: dict[str, Any]) -> None:
    """Published fields first, words last."""
    fine = entry(status=200, num_records=5, logs=["Fetched 5 records"])
    failure = entry(1, **fields)

    assert (reason, [failure]) == explain([failure, fine])


def test_the_last_known_failure_counts() -> None:
    """A job that goes on after errors has others before it."""
    first, second, third = entry(1, status=500), entry(2, status=429), entry(3, status="failed")

    assert ("rate_limit", [first, second, third]) == explain([third, first, second])


def test_an_account_to_authorise_again_is_the_reason() -> None:
    """Whatever else went wrong later."""
    entries = [entry(1, integrated_account_needs_reauth=True), entry(2, status=500)]

    assert ("authentication", entries) == explain(entries)


def test_a_log_without_failures() -> None:
    """The end of it may still tell a person something."""
    entries = [entry(second, logs=["fine"]) for second in range(30)]

    assert ("unknown", entries[-20:]) == explain(reversed(entries))
    assert ("unknown", []) == explain([])
    assert ("unknown", [RapidBridgeLog()]) == explain([RapidBridgeLog()])


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("", [entry()]),
        (
            ": provider: a: b c",
            [entry(status=500, logs=["first"]), entry(status=500, logs=[{"name": "a", "message": "b"}, "c"])],
        ),
        (": rate limit", [entry(status=429)]),
        (': {"code":7}', [entry(logs=[{"code": 7}])]),
        (f": {'x' * 300}...", [entry(logs=["x" * 1000])]),
    ],
)
def test_the_message(text: str, entries: list[RapidBridgeLog]) -> None:
    """The kind of the failure, and the last that was said, shortened."""
    error = failure(SyncJobRun(id="r", sync_job_id="j"), entries)

    assert f"run r of the job j has failed{text}" == str(error)
    assert entries == error.logs


@pytest.mark.parametrize(
    ("entries", "seconds"),
    [
        ([], None),
        ([entry()], None),
        ([RapidBridgeLog(retry_after=5)], None),
        ([entry(retry_after="soon")], None),
        ([entry(retry_after=-5), entry(retry_after=1e9)], None),
        ([entry(retry_after=30)], 30),
        ([entry(60, retry_after="5"), entry(10, retry_after=600)], 65),
    ],
)
def test_rate_limited_until(entries: list[RapidBridgeLog], seconds: float | None) -> None:
    """The latest entry that says how long."""
    expected = None if seconds is None else NOON + timedelta(seconds=seconds)

    assert expected == rate_limited_until(entries)
