"""Trying again: when, how often, how soon."""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire import Wire, WireServer
from truto_async import (
    AmbiguousOutcomeError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncTruto,
    InternalServerError,
    InvalidArgumentError,
    NotFoundError,
    RateLimitError,
    RetryPolicy,
    TLSError,
    TrutoError,
)
from truto_async._limits.budget import RetryBudget
from truto_async.errors import status_error_class
from truto_async.testing import SEED_JOBS, FakeTruto, no_waiting

if TYPE_CHECKING:
    from tests.conftest import MakeClient

JOB_ID = SEED_JOBS[0]["id"]
RETRIED = {408, 425, 429, 500, 502, 503, 504}


@pytest.fixture
def patient(make_client: MakeClient, fake_truto: FakeTruto) -> Any:
    """Give a client with the default policy."""
    return make_client(fake_truto.token, base_url=fake_truto.url)


def refusal(status: int, retry_after: float | None = None, body: object = None) -> APIStatusError:
    """Make a status error."""
    return status_error_class(status)("no", status=status, retry_after=retry_after, body=body)


@pytest.mark.parametrize("status", range(400, 600))
def test_statuses(status: int) -> None:
    """Only what may pass is tried again; writes only after 429."""
    policy = RetryPolicy()

    assert (status in RETRIED) == (policy.delay(refusal(status), idempotent=True, attempt=1) is not None)
    assert (status == 429) == (policy.delay(refusal(status), idempotent=False, attempt=1) is not None)


@pytest.mark.parametrize(
    ("error", "idempotent", "write"),
    [
        (APIConnectionError("x"), True, True),  # of a write only where it was not sent
        (APITimeoutError("x"), True, True),
        (TLSError("x"), False, False),
        (AmbiguousOutcomeError("x"), False, False),
        (TrutoError("x"), False, False),
        (refusal(503, body={"message": "Integrated account is BLOCKED"}), False, False),
        (refusal(503, body="<p>blocked</p>"), False, False),
        (refusal(500, body={"message": "blocked"}), True, False),
    ],
    ids=str,
)
def test_errors(error: TrutoError, *, idempotent: bool, write: bool) -> None:
    """Lost connections are tried again; certificates, ambiguous writes and blocked accounts are not."""
    policy = RetryPolicy()

    assert idempotent == (policy.delay(error, idempotent=True, attempt=1) is not None)
    assert write == (policy.delay(error, idempotent=False, attempt=1) is not None)


def test_backoff_is_full_jitter_under_a_growing_ceiling() -> None:
    """Waits are spread over the whole range, which doubles up to its cap."""
    policy = RetryPolicy(attempts=99, base=1.0, cap=5.0)
    for attempt, ceiling in enumerate([1, 2, 4, 5, 5, 5], start=1):
        waits = [policy.delay(APIConnectionError("x"), idempotent=True, attempt=attempt) or 0.0 for _ in range(2000)]

        assert 0 <= min(waits) < ceiling * 0.05
        assert ceiling * 0.95 < max(waits) <= ceiling
        assert ceiling * 0.45 < statistics.fmean(waits) < ceiling * 0.55


@given(st.integers(1, 20), st.integers(1, 40))
def test_attempts(attempts: int, attempt: int) -> None:
    """There are never more attempts than allowed; answers of 429 have an allowance of their own."""
    policy = RetryPolicy(attempts=attempts, rate_limit_attempts=30)

    assert (attempt < attempts) == (policy.delay(refusal(500), idempotent=True, attempt=attempt) is not None)
    assert (attempt < 30) == (policy.delay(refusal(429), idempotent=True, attempt=attempt) is not None)


@pytest.mark.parametrize(("asked", "delay"), [(3.5, 3.5), (60.0, 60.0), (86400.0, 60.0)])
def test_the_servers_delay_counts(asked: float, delay: float, caplog: pytest.LogCaptureFixture) -> None:
    """A Retry-After longer than the backoff is waited; an absurd one is cut, and that is logged."""
    assert delay == RetryPolicy().delay(refusal(503, retry_after=asked), idempotent=True, attempt=1)
    assert (asked > 60) == ("is cut to 60 s" in caplog.text)
    assert 10.0 == RetryPolicy().delay(refusal(429), idempotent=True, attempt=1)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_no_delay(status: int) -> None:
    """Below Retry-After lies a backoff that grows: half of its ceiling at the least."""
    policy = RetryPolicy(attempts=99, rate_limit_attempts=99, base=1.0, cap=5.0)
    for attempt, ceiling in enumerate([1, 2, 4, 5, 5], start=1):
        for _ in range(100):
            delay = policy.delay(refusal(status, retry_after=0.0), idempotent=True, attempt=attempt)
            assert ceiling / 2 <= (delay or 0.0) <= ceiling
    assert 5.0 >= (policy.delay(refusal(status, retry_after=0.0), idempotent=True, attempt=98) or 99)


@pytest.mark.parametrize("retry_after", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_no_burst_after_a_refusal_without_delay(make_client: MakeClient, fake_truto: FakeTruto, retry_after: str) -> None:
    """Ten answers of 429 that ask for no delay are not followed by ten requests at once, but by growing pauses."""
    fake_truto.fail(429, headers={"Retry-After": retry_after}, times=10)
    truto = make_client(fake_truto.token, base_url=fake_truto.url)

    with no_waiting() as waits, pytest.raises(RateLimitError):
        truto.sync_jobs.get(JOB_ID)

    assert 10 == len(fake_truto.requests) == len(waits)
    assert all(wait >= min(8.0, 0.5 * 2**retry) / 2 for retry, wait in enumerate(waits))


@pytest.mark.parametrize(
    "option",
    [{"attempts": 0}, {"base": -1}, {"cap": float("nan")}, {"max_retry_after": "1"}, {"statuses": {404}}, {"budget": 0}],
    ids=str,
)
def test_policies_that_make_no_sense(option: dict[str, Any]) -> None:
    """A wrong option is refused by name."""
    with pytest.raises(InvalidArgumentError, match=next(iter(option))):
        RetryPolicy(**option)


def test_own_statuses() -> None:
    """The statuses can be chosen."""
    policy = RetryPolicy(statuses={418})

    assert policy.delay(refusal(418), idempotent=True, attempt=1) is not None
    assert policy.delay(refusal(500), idempotent=True, attempt=1) is None


def test_budget() -> None:
    """Retries are limited by what successes earn."""
    budget = RetryBudget(2)
    assert [True, True, False] == [budget.take() for _ in range(3)]
    budget.refund(took_token=True)
    assert [True, False] == [budget.take() for _ in range(2)]
    for _ in range(6):
        budget.refund(took_token=False)
    assert [True, False] == [budget.take() for _ in range(2)]
    for _ in range(100):
        budget.refund(took_token=True)
    assert [True, True, False] == [budget.take() for _ in range(3)]


@pytest.mark.parametrize("status", sorted(RETRIED))
def test_a_passing_fault_is_not_seen(patient: Any, fake_truto: FakeTruto, status: int) -> None:
    """What goes away by itself does not reach the caller."""
    fake_truto.fail(status, times=3)

    with no_waiting() as waits:
        assert JOB_ID == patient.sync_jobs.get(JOB_ID).id

    assert (4, 3) == (len(fake_truto.requests), len(waits))


def test_a_lasting_fault_is_an_error(patient: Any, fake_truto: FakeTruto) -> None:
    """After the last attempt the error is that of the last answer, and knows how many there were."""
    fake_truto.fail(503, times=3)
    fake_truto.fail(502, body="last", times=9)

    with no_waiting(), pytest.raises(InternalServerError, match="last") as caught:
        patient.sync_jobs.get(JOB_ID)

    assert (502, 4, 4) == (caught.value.status, caught.value.attempts, len(fake_truto.requests))


def test_a_lost_connection_is_made_again(patient: Any, fake_truto: FakeTruto) -> None:
    """A connection that breaks off is a passing fault, too."""
    fake_truto.fail(drop=True, times=2)

    with no_waiting():
        assert JOB_ID == patient.sync_jobs.get(JOB_ID).id

    assert 3 == len(fake_truto.requests)


def test_connection_errors_count(make_client: MakeClient) -> None:
    """Where there is no server, the error knows how often it was tried."""
    with no_waiting(), pytest.raises(APIConnectionError) as caught:
        make_client("t", base_url="http://127.0.0.1:1").sync_jobs.get("x")

    assert (4, 3) == (caught.value.attempts, caught.value.retried)


def test_what_is_not_tried_again(patient: Any, fake_truto: FakeTruto) -> None:
    """A plain no is final."""
    with pytest.raises(NotFoundError) as caught:
        patient.sync_jobs.get("unknown")

    assert (1, 1) == (caught.value.attempts, len(fake_truto.requests))


def test_writes_after_429(patient: Any, fake_truto: FakeTruto) -> None:
    """A write that was refused for the rate surely did not happen; after anything else it may have."""
    fake_truto.fail(429)
    fake_truto.fail(200, body={"ok": True})
    with no_waiting():
        assert {"ok": True} == patient.request("POST", "/x", json={})

    fake_truto.fail(500)
    with pytest.raises(InternalServerError):
        patient.request("PATCH", "/x", json={})
    assert 3 == len(fake_truto.requests)


def test_no_policy(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """With retry=None every fault is an error at once."""
    fake_truto.fail(429, headers={"Retry-After": "0"})
    truto = make_client(fake_truto.token, base_url=fake_truto.url, retry=None)

    with pytest.raises(RateLimitError):
        truto.sync_jobs.get(JOB_ID)
    assert JOB_ID == truto.sync_jobs.get(JOB_ID).id


def test_the_budget_ends_a_storm(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """In an outage the retries end, and the error says why."""
    fake_truto.fail(500, times=1000)
    truto = make_client(fake_truto.token, base_url=fake_truto.url, retry=RetryPolicy(budget=5))

    with no_waiting():
        errors = []
        for _ in range(20):
            with pytest.raises(InternalServerError) as caught:
                truto.with_options(timeout=9).sync_jobs.get(JOB_ID)
            errors.append(caught.value)

    assert 20 + 5 == len(fake_truto.requests)
    assert "too many retries lately" in str(errors[-1])
    assert 1 == errors[-1].attempts


def test_a_success_after_429_earns_no_more_than_another(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """A retry after a 429 takes no token, so none is returned for it; after another failure, one is."""
    truto = make_client(fake_truto.token, base_url=fake_truto.url, retry=RetryPolicy(attempts=2, budget=1))

    def outage() -> int:
        """Fail a call, and count its attempts."""
        fake_truto.fail(500, times=2)
        before = len(fake_truto.requests)
        with pytest.raises(InternalServerError):
            truto.sync_jobs.get(JOB_ID)
        fake_truto._faults.clear()
        return len(fake_truto.requests) - before

    with no_waiting():
        assert 2 == outage()
        fake_truto.fail(429)
        truto.sync_jobs.get(JOB_ID)
        assert 1 == outage()
        for _ in range(4):
            truto.sync_jobs.get(JOB_ID)
        fake_truto.fail(500)
        truto.sync_jobs.get(JOB_ID)
        assert 2 == outage()


async def test_an_outage_of_the_server(fake_truto: FakeTruto) -> None:
    """Many callers in an outage send hardly more than their calls, and are served again as soon as it ends."""
    down = True
    calls = 0

    async def outage(wire: Wire) -> None:
        while True:
            await wire.request()
            body = b'{"id": "x"}'
            status = b"503 Down" if down else b"200 OK"
            await wire.send(b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with WireServer(outage) as server:
        async with AsyncTruto("t", base_url=server.url, rate_limit=None) as truto:

            async def caller(until: float) -> float | None:
                nonlocal calls
                while time.monotonic() < until:
                    try:
                        calls += 1
                        await truto.sync_jobs.get("x")
                    except InternalServerError:
                        await asyncio.sleep(0.05)
                    else:
                        return time.monotonic()
                return None

            began = time.monotonic()
            callers = [asyncio.create_task(caller(began + 15)) for _ in range(64)]
            await asyncio.sleep(3)
            seen, made = len(server.heads), calls
            down = False
            ended = time.monotonic()
            served = await asyncio.gather(*callers)

    assert seen < 1.2 * made
    assert min(moment for moment in served if moment) - ended < 1
    assert all(served)


def test_log_lines(patient: Any, fake_truto: FakeTruto, caplog: pytest.LogCaptureFixture) -> None:
    """One debug line for each request, a warning for each retry and pause; never the query or the token."""
    caplog.set_level(logging.DEBUG, "truto_async")
    fake_truto.fail(500)
    fake_truto.fail(429, headers={"Retry-After": "2"})

    with no_waiting():
        patient.sync_jobs.get(JOB_ID)

    path = f"GET /sync-job/{JOB_ID}"
    ours = [record for record in caplog.records if record.name == "truto_async"]
    assert [logging.DEBUG, logging.WARNING, logging.DEBUG, logging.WARNING, logging.WARNING, logging.DEBUG] == [
        record.levelno for record in ours
    ]
    first, retry, _, pause, _, last = (record.getMessage() for record in ours)
    assert first.startswith(f"{path}: 500, attempt 1, 0.")
    assert retry.startswith("attempt 1 failed, trying again in ")
    assert f"rate limited by Truto ({path}): a pause of 2 s" == pause
    assert last.startswith(f"{path}: 200, attempt 3, 0.")
