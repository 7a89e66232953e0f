"""Logs: their types and filters, and spans of time that are longer than one query may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truto_async import ApiLog, CronTriggerLog, InternalServerError, InvalidArgumentError, McpLog, RapidBridgeLog, WebhookLog
from truto_async._codec import timestamps
from truto_async.resources._windows import Span
from truto_async.testing import FakeTruto

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 1, 5, 12, 30, 15, 123456, tzinfo=UTC)
FILTERS: dict[str, tuple[type[Any], list[str]]] = {
    "unified_proxy_api": (ApiLog, ["request_type", "integrated_account_id", "integration", "environment_id"]),
    "rapid_bridge": (
        RapidBridgeLog,
        ["sync_job_run_id", "sync_job_id", "sync_job_run_event", "integrated_account_id", "webhook_id", "integration"],
    ),
    "webhook": (WebhookLog, ["webhook_id", "event", "environment_id"]),
    "sync_job_cron_trigger": (CronTriggerLog, ["environment_id"]),
    "mcp": (McpLog, ["mcp_server_id", "tool_name", "mcp_method", "resource", "method", "client_name", "request_id"]),
}


@pytest.fixture(params=[False, True], ids=["flat", "nested"])
def fake_truto(request: pytest.FixtureRequest) -> Iterator[FakeTruto]:
    """Give a fake with entries in either form."""
    with FakeTruto(nested_logs=request.param) as fake:
        yield fake


def put(fake: FakeTruto, *moments: datetime, log_type: str = "rapid_bridge") -> None:
    """Write entries of these times, numbered."""
    fake.logs += [
        {"log_type": log_type, "timestamp": timestamps.to_wire(moment), "num_records": number, "sync_job_run_id": "r"}
        for number, moment in enumerate(moments)
    ]


@pytest.mark.parametrize("log_type", FILTERS)
def test_types_and_filters(truto: Any, fake_truto: FakeTruto, log_type: str) -> None:
    """Each type has a method with its model and filters; what is not asked for is not sent."""
    model, names = FILTERS[log_type]
    put(fake_truto, START, log_type=log_type)
    filters = {name: f"a {name}" for name in names}

    [entry] = getattr(truto.logs, log_type)()
    assert isinstance(entry, model)
    assert START.replace(microsecond=123000) <= entry.timestamp <= START
    assert {"log_type": [log_type], "limit": ["100"]} == fake_truto.requests[-1].query
    assert [] == getattr(truto.logs, log_type)(**filters).to_list()
    expected = {f"log_type_filter[{name}]": [f"a {name}"] for name in names}
    assert {"log_type": [log_type], "limit": ["100"], **expected} == fake_truto.requests[-1].query


def test_a_filter_finds(truto: Any, fake_truto: FakeTruto) -> None:
    """The server's filters work on the fields of the entries."""
    put(fake_truto, START, START)
    fake_truto.logs[1]["sync_job_run_id"] = "other"

    assert [0] == [entry.num_records for entry in truto.logs.rapid_bridge(sync_job_run_id="r")]


def test_one_window(truto: Any, fake_truto: FakeTruto) -> None:
    """What fits into a month is one query; both ends are exclusive."""
    moments = [START, START + timedelta(hours=1), START + timedelta(days=20), START + timedelta(days=20, hours=1)]
    put(fake_truto, *moments)

    found = truto.logs.rapid_bridge(created_after=moments[0], created_before=moments[3]).to_list()

    assert [2, 1] == [entry.num_records for entry in found]
    [request] = fake_truto.requests
    expected = {"created_at[gt]": [timestamps.to_wire(moments[0])], "created_at[lt]": [timestamps.to_wire(moments[3])]}
    assert expected.items() <= request.query.items()


def test_long_spans_are_split(truto: Any, fake_truto: FakeTruto) -> None:
    """A year is fetched in windows, the newest first; each entry comes once, also those at the seams."""
    end = START + timedelta(days=365)
    seams = [(end - timedelta(days=27 * number)).replace(microsecond=0) for number in range(1, 13)]
    moments = sorted({START + timedelta(days=3 * number, seconds=1) for number in range(121)} | set(seams))
    moments = sorted({*moments, *(seam - timedelta(milliseconds=1) for seam in seams)})
    put(fake_truto, *moments)

    found = truto.logs.rapid_bridge(created_after=START, created_before=end, limit=7).to_list()

    assert list(reversed(range(len(moments)))) == [entry.num_records for entry in found]
    for request in fake_truto.requests:
        after, before = (timestamps.from_wire(request.query[f"created_at[{name}]"][0]) for name in ("gt", "lt"))
        assert timedelta(0) < before - after <= timedelta(days=28)


def test_until_now(truto: Any, fake_truto: FakeTruto) -> None:
    """Without an end, a span ends now; what comes later is not waited for."""
    now = datetime.now(UTC)
    put(fake_truto, now - timedelta(days=40), now - timedelta(seconds=5))

    found = truto.logs.rapid_bridge(created_after=now - timedelta(days=60)).to_list()

    assert [1, 0] == [entry.num_records for entry in found]
    assert 3 == len(fake_truto.requests)


def test_only_an_end(truto: Any, fake_truto: FakeTruto) -> None:
    """The server decides how far back it looks; its cursors are used as they are."""
    put(fake_truto, *(START + timedelta(days=number) for number in range(100)))
    pager = truto.logs.rapid_bridge(created_before=START + timedelta(days=10), limit=4)

    assert list(reversed(range(10))) == [entry.num_records for entry in pager]
    assert "created_at[gt]" not in fake_truto.requests[-1].query
    assert [9, 8] == [
        entry.num_records for entry in truto.logs.rapid_bridge(created_before=START + timedelta(days=10), max_items=2)
    ]


def test_going_on_after_a_failure(truto: Any, fake_truto: FakeTruto) -> None:
    """The cursor of an error leads back to the page, in whichever window it is."""
    end = START + timedelta(days=90)
    put(fake_truto, *(START + timedelta(days=number, seconds=1) for number in range(90)))
    span = {"created_after": START, "created_before": end, "limit": 10}
    for failing in range(10):
        for _ in range(failing):
            fake_truto.fail(None)
        fake_truto.fail(500)
        with pytest.raises(InternalServerError) as caught:
            truto.logs.rapid_bridge(**span).to_list()
        rest = truto.logs.rapid_bridge(**span, cursor=caught.value.cursor).to_list()
        numbers = [entry.num_records for entry in [*caught.value.items, *rest]]
        assert list(reversed(range(90))) == numbers


@pytest.mark.parametrize("cursor", ["x", "/abc", "2026-13-01/", "b2Zmc2V0OjEw"])
def test_cursors_of_another_list(truto: Any, fake_truto: FakeTruto, cursor: str) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(InvalidArgumentError, match="cursor"):
        truto.logs.rapid_bridge(created_after=START, cursor=cursor).to_list()

    assert [] == fake_truto.requests


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"created_after": datetime(2026, 1, 1)}, "created_after.*time zone"),  # noqa: DTZ001  # that is the mistake
        ({"created_before": datetime(2026, 1, 1)}, "created_before.*time zone"),  # noqa: DTZ001  # the same
        ({"created_after": "2026-01-01"}, "created_after"),
        ({"created_after": START, "created_before": START}, "earlier"),
        ({"created_after": datetime(9000, 1, 1, tzinfo=UTC)}, "earlier"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "at most 100"),
        ({"max_items": 0}, "max_items"),
    ],
    ids=str,
)
def test_options_that_make_no_sense(truto: Any, fake_truto: FakeTruto, options: dict[str, Any], reason: str) -> None:
    """They are refused at once."""
    with pytest.raises(InvalidArgumentError, match=reason):
        truto.logs.rapid_bridge(**options)

    assert [] == fake_truto.requests


moments = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is added


@given(moments, st.timedeltas(timedelta(microseconds=1), timedelta(days=400)), st.integers(-12, 12))
def test_windows_cover_a_span(after: datetime, length: timedelta, hours: int) -> None:
    """They follow each other without a gap and without an overlap, and no query asks for more than a month."""
    before = (after + length).astimezone(timezone(timedelta(hours=hours)))
    window = Span(after, before).first(after)

    assert before == window.before
    while True:
        query = window.query(after)
        assert query["lt"] - query["gt"] <= timedelta(days=28)
        assert window == type(window).parse(str(window), after)
        assert window.holds(None)
        following = window.following(None, after)
        if following is None:
            break
        assert window.start == following.before
        assert query["gt"] < window.start < window.before
        assert window.holds(window.start)
        assert not window.holds(window.start - timedelta(microseconds=1))
        window = following
    assert after == query["gt"]
