"""Which runs may be the outcome of a start, without a server."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from truto_async import SyncJobRun
from truto_async._runs.starts import Look, Start, Starts

NOON = datetime(2026, 1, 1, 12, 0, 0, 500_000, tzinfo=UTC)


def start(args: Any = None, account: str | None = None, job: str = "job") -> Start:
    """Make a start."""
    return Start({"sync_job_id": job, "args": args, "integrated_account_id": account})


def run(id: str, second: float = 1, **fields: Any) -> SyncJobRun:  # noqa: A002  # the API's own word
    """Make a run."""
    return SyncJobRun(id=id, created_at=NOON + timedelta(seconds=second), **{"sync_job_id": "job", **fields})


def ids(runs: list[SyncJobRun]) -> list[str]:
    """Name runs."""
    return [run.id for run in runs]


def matches(start: Start, *runs: SyncJobRun) -> list[str]:
    """Name the runs that may be the outcome of a start at noon."""
    return ids(start.look(runs, NOON).matches)


def test_a_look() -> None:
    """By job, arguments and time of creation; other runs of the job are told as well; one on two pages counts once."""
    look = start({"a": 1}).look(
        [
            run("late", 5, args={"a": 1}),
            run("late", 5, args={"a": 1}),
            run("other", args={"a": 2}),
            run("elsewhere", args={"a": 1}, sync_job_id="another"),
            run("early", 2, args={"a": 1}),
            run("old", -1, args={"a": 1}),
            SyncJobRun(id="timeless", sync_job_id="job", args={"a": 1}),
        ],
        NOON,
    )

    assert (["early", "late"], ["other"]) == (ids(look.matches), ids(look.others))


def test_a_time_without_a_fraction_may_have_been_cut() -> None:
    """A run at 12:00:00 may be one of 12:00:00.9; one at 11:59:59 cannot."""
    assert ["cut"] == matches(start(), run("cut", -0.5), run("old", -1.5), run("exact", -0.4))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (None, {}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1.0}, {"a": 1}, True),
        ({"a": (1, 2)}, {"a": [1, 2]}, True),
        ({"a": [{"b": 1, "c": 2}]}, {"a": [{"c": 2, "b": 1}]}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": 1.5}, {"a": 1}, False),
    ],
)
def test_equal_arguments(one: Any, other: Any, equal: bool) -> None:  # noqa: FBT001  # of the table
    """As the server may write them."""
    assert equal == (start(one).key == start(other).key)
    assert (["x"] if equal else []) == matches(start(one), run("x", args=other))


def test_accounts() -> None:
    """A start for an account takes runs of it alone; one without takes any, but those without first."""
    runs = [run("first", 1, integrated_account_id="a"), run("second", 2)]

    assert ["first"] == matches(start(account="a"), *runs)
    assert [] == matches(start(account="b"), *runs)
    assert ["second", "first"] == matches(start(), *runs)


def sent(starts: Starts, *several: Start) -> None:
    """Send starts."""
    for one in several:
        assert starts.try_send(one)


def test_equal_starts_share_what_there_is() -> None:
    """As many runs as lost starts: each gets one. More: nobody can tell."""
    starts, one, other = Starts(), start(), start()
    look = Look([run("a"), run("b")], [])
    sent(starts, one, other)
    starts.lose(one)

    assert starts.is_any_sent(one)
    starts.lose(other)
    assert not starts.is_any_sent(one)
    assert ["a"] == ids(starts.adopt(one, look))
    assert ["b"] == ids(starts.adopt(other, look))
    third = start()
    sent(starts, third)
    starts.lose(third)
    assert [] == starts.adopt(third, look)
    assert ["c", "d"] == ids(starts.adopt(third, Look([run("c"), run("d"), run("a")], [])))


def test_the_answer_of_another_start_is_taken() -> None:
    """Though it matches."""
    starts, one, other = Starts(), start(), start()
    sent(starts, one, other)
    starts.answered("b")
    starts.end(other)
    starts.lose(one)

    assert ["a"] == ids(starts.adopt(one, Look([run("b"), run("a")], [])))


def test_an_equal_start_waits_for_a_lost_one() -> None:
    """And one of another job or other arguments does not."""
    starts, lost = Starts(), start()
    sent(starts, lost)
    starts.lose(lost)

    assert not starts.try_send(start())
    sent(starts, start(job="another"), start({"a": 1}))
    starts.end(lost)
    starts.end(lost)
    sent(starts, start())


def test_old_answers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute after the oldest start that is under way: memory does not grow with the number of starts."""
    now = 1000.0
    monkeypatch.setattr("truto_async._runs.starts.time.monotonic", lambda: now)
    starts = Starts()
    for number in range(500):
        one = start()
        sent(starts, one)
        starts.answered(f"run-{number}")
        starts.end(one)
        now += 1

    assert 61 >= len(starts._known)


def test_after_a_fork() -> None:
    """The parent's starts under way are none of the child's; its lock may be held for ever."""
    starts, lost = Starts(), start()
    sent(starts, lost)
    starts.lose(lost)
    starts._lock.acquire()
    child = os.fork()
    if child == 0:
        os._exit(0 if starts.try_send(start()) else 1)
    assert 0 == os.waitpid(child, 0)[1]
