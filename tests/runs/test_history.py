"""What happened to a run, from one look to the next."""

from __future__ import annotations

from typing import Any

import pytest

from truto_async import RunFinished, RunProgress, RunRateLimited, RunStalled, RunStatusChanged, SyncJobRun
from truto_async._runs.history import RunHistory


def look(status: str | None = "running", **stats: Any) -> SyncJobRun:
    """Make a look at a run."""
    return SyncJobRun(id="r", status=status, resource_stats=stats or None)


def test_the_first_look_tells_the_present() -> None:
    """Whoever takes a run up in another process sees where it is."""
    run = look(tickets={"list": {"fetched": 5, "persisted": 3}})

    assert [
        RunStatusChanged(run=run, status="running", previous=None),
        RunProgress(
            run=run,
            node="tickets",
            method="list",
            counters={"fetched": 5, "persisted": 3},
            deltas={"fetched": 5, "persisted": 3},
        ),
    ] == RunHistory().observe(run, 0)


def test_a_first_look_without_a_status() -> None:
    """A status that the server leaves out is told once, too."""
    history = RunHistory()

    assert [RunStatusChanged(run=look(None), status=None, previous=None)] == history.observe(look(None), 0)
    assert [] == history.observe(look(None), 1)


def test_only_changes_are_told() -> None:
    """Counters that did not change are no progress."""
    history = RunHistory()
    history.observe(look(a={"list": {"fetched": 1, "persisted": 1}}, b={"get": {"fetched": 1}}), 0)
    run = look(a={"list": {"fetched": 4, "persisted": 1}}, b={"get": {"fetched": 1}})

    (event,) = history.observe(run, 1)
    assert (
        RunProgress(run=run, node="a", method="list", counters={"fetched": 4, "persisted": 1}, deltas={"fetched": 3})
        == event
    )
    assert [] == history.observe(run, 2)


@pytest.mark.parametrize("stats", [None, [], {"a": None}, {"a": {"list": 5}}, {"a": {"list": {"x": True, "y": "many"}}}])
def test_odd_counters(stats: Any) -> None:
    """What is no counter is no progress, and no error."""
    (event,) = RunHistory().observe(SyncJobRun(id="r", status="running", resource_stats=stats), 0)

    assert isinstance(event, RunStatusChanged)


def test_rate_limited() -> None:
    """A limited run waits; that is neither the end nor a stall, however long it takes."""
    history = RunHistory()
    history.observe(look(), 0)
    limited = look("rate_limited")

    assert [
        RunStatusChanged(run=limited, status="rate_limited", previous="running"),
        RunRateLimited(run=limited, until=None),
    ] == history.observe(limited, 1)
    assert [] == history.observe(limited, 1000)
    assert [RunStatusChanged(run=look(), status="running", previous="rate_limited")] == history.observe(look(), 1001)


def test_stalled_once_each_time() -> None:
    """After five minutes without a change; again only if something changed in between."""
    history = RunHistory()
    history.observe(look(), 0)

    assert [] == history.observe(look(), 299)
    assert [RunStalled(run=look(), seconds=300)] == history.observe(look(), 300)
    assert [] == history.observe(look(), 900)
    history.observe(look(a={"list": {"fetched": 1}}), 901)
    assert [] == history.observe(look(a={"list": {"fetched": 1}}), 1200)
    (event,) = history.observe(look(a={"list": {"fetched": 1}}), 1201)
    assert isinstance(event, RunStalled)


@pytest.mark.parametrize("status", ["completed", "failed", "stopped"])
def test_the_end(status: str) -> None:
    """The last event is the end."""
    run = look(status)

    assert RunFinished(run=run) == RunHistory().observe(run, 0)[-1]


@pytest.mark.parametrize("status", ["created", "paused", None])
def test_an_unknown_status_is_no_end(status: str | None) -> None:
    """Statuses may be added."""
    assert not any(isinstance(event, RunFinished) for event in RunHistory().observe(look(status), 0))
