"""Starting a run once, whatever becomes of the answer."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import wait_until
from tests.wire import Wire, WireServer, answer
from truto_async import (
    AmbiguousOutcomeError,
    APITimeoutError,
    AsyncTruto,
    BadRequestError,
    InternalServerError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    RetryPolicy,
    SyncJobRun,
)
from truto_async._support import json
from truto_async.testing import FakeTruto, RunStep, no_waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import MakeClient
    from truto_async._support.json import JSONObject

JOB = {"id": "job", "args_schema": {"number": {"type": "integer"}, "name": {"type": "string"}}, "resources": []}
OTHER = {"id": "other", "resources": []}


@pytest.fixture
def fake_truto() -> Iterator[FakeTruto]:
    """Give a server with two small jobs, whose runs last."""
    with FakeTruto([JOB, OTHER]) as fake:
        fake.plan_run(RunStep("created", 0.01), RunStep("running"), times=1000)
        yield fake


def starts(fake: FakeTruto) -> int:
    """Count the starts that the server saw."""
    return sum((request.method, request.path) == ("POST", "/sync-job-run") for request in fake.requests)


def lose(fake: FakeTruto, times: int = 1) -> None:
    """Lose the answers to the next starts, which are carried out."""
    fake.fail(drop=True, path="/sync-job-run", times=times)


def test_a_lost_answer(truto: Any, fake_truto: FakeTruto) -> None:
    """The run is found: by job and arguments, among others."""
    others = [truto.sync_job_runs.start("job", args={"number": 1}), truto.sync_job_runs.start("other", args={"number": 2})]
    lose(fake_truto)

    run = truto.sync_job_runs.start("job", args={"number": 2})
    assert {run.id} == fake_truto.runs.keys() - {other.id for other in others}
    assert ("job", {"number": 2}) == (run.sync_job_id, run.args)
    assert starts(fake_truto) == 3
    assert {
        "sync_job_id": ["job"],
        "sort": ["-created_at"],
        "limit": ["50"],
    } == fake_truto.requests[-1].query


def test_a_run_of_this_client_is_not_taken_twice(truto: Any, fake_truto: FakeTruto) -> None:
    """The same job and arguments, one start after the other: each has a run of its own."""
    lose(fake_truto, times=1)
    first = truto.sync_job_runs.start("job")
    second = truto.sync_job_runs.start("job")
    lose(fake_truto, times=1)
    third = truto.sync_job_runs.start("job")

    assert 3 == len({first.id, second.id, third.id}) == len(fake_truto.runs)


def test_accounts_are_told_apart(truto: Any, fake_truto: FakeTruto) -> None:
    """Where the start has one."""
    truto.with_options().sync_job_runs.start("job", integrated_account_id="a")
    lose(fake_truto)

    assert "b" == truto.sync_job_runs.start("job", integrated_account_id="b").integrated_account_id
    assert ["b"] == fake_truto.requests[-1].query["integrated_account_id"]


def test_a_hundred_lost_answers(fake_truto: FakeTruto, make_client: MakeClient) -> None:
    """With other runs going on: never two runs, never a lost one."""
    ours = make_client(fake_truto.token, base_url=fake_truto.url)
    theirs = make_client(fake_truto.token, base_url=fake_truto.url)
    got: list[SyncJobRun] = []
    others: list[SyncJobRun] = []
    for number in range(100):
        others.append(theirs.sync_job_runs.start("job", args={"number": number + 1000}))
        lose(fake_truto)
        got.append(ours.sync_job_runs.start("job", args={"number": number % 7}))
        others.append(theirs.sync_job_runs.start("other", args={"number": number % 7}))

    assert 100 == len({run.id for run in got})
    assert {run.id for run in got} | {run.id for run in others} == fake_truto.runs.keys()
    assert [number % 7 for number in range(100)] == [run.args["number"] for run in got if run.args]
    assert 300 == len(fake_truto.runs) == starts(fake_truto)


async def test_starts_at_once(fake_truto: FakeTruto) -> None:
    """Equal ones and others, most answers lost: each start has one run, and each run one start."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, retry=RetryPolicy(base=0.01)) as truto:
        lose(fake_truto, times=25)
        runs = await asyncio.gather(
            *(truto.sync_job_runs.start("job", args={"number": number % 3}) for number in range(30)),
            *(truto.sync_job_runs.start("other") for _ in range(5)),
        )

    assert {run.id for run in runs} == fake_truto.runs.keys()
    assert 35 == len(runs) == len(fake_truto.runs) == starts(fake_truto)
    assert [number % 3 for number in range(30)] == [run.args["number"] for run in runs[:30] if run.args]


async def test_equal_starts_all_lost(fake_truto: FakeTruto) -> None:
    """They share what is there; which of them gets which does not matter."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        lose(fake_truto, times=5)
        runs = await asyncio.gather(*(truto.sync_job_runs.start("job") for _ in range(5)))

    assert {run.id for run in runs} == fake_truto.runs.keys()
    assert 5 == starts(fake_truto)


@pytest.mark.parametrize("status", [502, 504, 520, 524])
def test_an_edge_that_got_no_answer(truto: Any, fake_truto: FakeTruto, status: int) -> None:
    """It says no more than silence does."""
    fake_truto.fail(status, path="/sync-job-run", carried_out=True)

    assert {truto.sync_job_runs.start("job").id} == fake_truto.runs.keys()
    assert 1 == starts(fake_truto)


def test_an_answer_that_cannot_be_read(truto: Any, fake_truto: FakeTruto) -> None:
    """The run was started all the same."""
    fake_truto.fail(200, body="<html>", path="/sync-job-run", carried_out=True)

    assert {truto.sync_job_runs.start("job").id} == fake_truto.runs.keys()


@pytest.mark.parametrize(("status", "error"), [(400, BadRequestError), (404, NotFoundError), (500, InternalServerError)])
def test_a_refusal(truto: Any, fake_truto: FakeTruto, status: int, error: type[Exception]) -> None:
    """A server that says no is not asked again what became of it."""
    fake_truto.fail(status, path="/sync-job-run")

    with pytest.raises(error):
        truto.sync_job_runs.start("job")
    assert 1 == len(fake_truto.requests)


class Runs:
    """A server whose list of runs is scripted; the answer to each start is lost."""

    def __init__(
        self, rows: Callable[[], list[JSONObject]], *, clock: timedelta | None = timedelta(0), size: int = 50
    ) -> None:
        """List what `rows` returns at that moment, by a clock that is ahead of this machine's by so much."""
        self._rows = rows
        self._clock = clock
        self._size = size
        self.lists = 0
        self.statuses: list[str] = []
        self.server = WireServer(self._script)

    async def _script(self, wire: Wire) -> None:
        while True:
            head = await wire.request()
            if head.startswith(b"POST"):
                return
            self.lists += 1
            start = int(head.partition(b"next_cursor=")[2].split(b" ")[0].split(b"&")[0] or 0)
            rows = self._rows()
            page = {
                "result": rows[start : start + self._size],
                "next_cursor": str(start + self._size) if start + self._size < len(rows) else None,
            }
            date = [] if self._clock is None else [f"Date: {self.now():%a, %d %b %Y %H:%M:%S} GMT"]
            status = self.statuses.pop(0) if self.statuses else "200 OK"
            wire.writer.write(answer(json.dumps(page), status, *date))

    def now(self) -> datetime:
        """Return the server's time."""
        return datetime.now(UTC) + (self._clock or timedelta(0))

    def row(self, id: str, seconds: float = 0, **fields: Any) -> JSONObject:  # noqa: A002  # the API's own word
        """Make a run that was created some seconds ago."""
        created = self.now() - timedelta(seconds=seconds)
        return {"id": id, "sync_job_id": "job", "created_at": created.isoformat().replace("+00:00", "Z"), **fields}


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_of_its_own(make_client: MakeClient, hours: int) -> None:
    """The server's clock counts, not this machine's; a run of a minute ago is none of ours."""
    runs = Runs(lambda: [runs.row("new"), runs.row("old", 60)], clock=timedelta(hours=hours))
    with runs.server as server:
        assert "new" == make_client("t", base_url=server.url).sync_job_runs.start("job").id


def test_a_late_server(make_client: MakeClient) -> None:
    """It is given a few looks, with waits that grow."""
    runs = Runs(lambda: [runs.row("late")] if runs.lists >= 4 else [])
    with runs.server as server, no_waiting() as waited:
        assert "late" == make_client("t", base_url=server.url).sync_job_runs.start("job").id
    assert [0.25, 0.5, 1.0] == waited


def test_no_run(make_client: MakeClient) -> None:
    """The error says that none was seen, and names the runs with other arguments."""
    runs = Runs(lambda: [runs.row("a", args={"x": 1}), runs.row("b", 60)])
    with runs.server as server, no_waiting() as waited, pytest.raises(AmbiguousOutcomeError) as caught:
        make_client("t", base_url=server.url).sync_job_runs.start("job")
    assert str(caught.value).endswith(
        "; no run of this job with these arguments was created since; with others there were a"
    )
    assert isinstance(caught.value.__cause__, AmbiguousOutcomeError)
    assert (7, 1) == (runs.lists, caught.value.attempts)
    assert [0.25, 0.5, 1.0, 2.0, 4.0, 8.0] == waited


def test_several_runs(make_client: MakeClient) -> None:
    """Nobody can tell which is ours: the error names them, and there is no second look."""
    runs = Runs(lambda: [runs.row(f"run-{number:02}") for number in range(12)])
    with runs.server as server, pytest.raises(AmbiguousOutcomeError, match=r"; 12 runs of this job .*: run-.* and 2 more$"):
        make_client("t", base_url=server.url).sync_job_runs.start("job")
    assert 1 == runs.lists


def test_the_list_is_read_back_to_the_start(make_client: MakeClient) -> None:
    """And not further, where it is sorted."""
    runs = Runs(lambda: [*(runs.row(f"x{n}", args={"n": n}) for n in range(5)), runs.row("ours"), *old], size=2)
    old = [runs.row(f"old-{n}", 60 + n) for n in range(50)]
    with runs.server as server:
        assert "ours" == make_client("t", base_url=server.url).sync_job_runs.start("job").id
    assert 4 == runs.lists


def test_a_list_that_is_not_sorted_is_read_to_its_end(make_client: MakeClient) -> None:
    """The order is not documented."""
    rows = ["old-1", "new", "old-2", "ours"]
    runs = Runs(lambda: [runs.row(id_, 60 * id_.startswith("old"), args={"n": int(id_ == "new")}) for id_ in rows], size=2)
    with runs.server as server:
        assert "ours" == make_client("t", base_url=server.url).sync_job_runs.start("job", args={"n": 0}).id
    assert 2 == runs.lists


def test_a_server_that_does_not_tell_the_time(make_client: MakeClient) -> None:
    """The clock of this machine is no substitute."""
    runs = Runs(lambda: [runs.row("a")], clock=None)
    with runs.server as server, pytest.raises(AmbiguousOutcomeError, match="does not say what time it is"):
        make_client("t", base_url=server.url).sync_job_runs.start("job")


def test_looks_that_fail(make_client: MakeClient) -> None:
    """A look that fails for a moment is repeated; one that never can succeed ends it, and the error says so."""
    runs = Runs(lambda: [runs.row("a")])
    with runs.server as server, no_waiting():
        client = make_client("t", base_url=server.url, retry=None)
        runs.statuses = ["503 Later", "500 Later"]
        assert "a" == client.sync_job_runs.start("job").id
        runs.statuses = ["403 No"]
        with pytest.raises(AmbiguousOutcomeError, match=r"could not be listed: 403") as caught:
            client.sync_job_runs.start("job")
    assert not isinstance(caught.value, PermissionDeniedError)


def test_within_the_deadline(make_client: MakeClient) -> None:
    """No look is begun that would be too late."""
    runs = Runs(list)
    with runs.server as server:
        began = time.monotonic()
        with pytest.raises(AmbiguousOutcomeError, match=r"no run of this job with these arguments was created since$"):
            make_client("t", base_url=server.url, deadline=1.0).sync_job_runs.start("job")
    assert 3 == runs.lists
    assert 0.7 < time.monotonic() - began < 2.0


async def test_no_time_left() -> None:
    """The start took all of it."""
    silence = asyncio.Event()

    async def script(wire: Wire) -> None:
        await wire.request()
        await asyncio.sleep(30)

    with WireServer(script) as server:
        async with AsyncTruto("t", base_url=server.url, deadline=0.2) as truto:
            with pytest.raises(AmbiguousOutcomeError, match="there was no time left to look for its run"):
                await truto.sync_job_runs.start("job")
    assert not silence.is_set()


async def test_an_equal_start_waits_for_the_lost_one() -> None:
    """Its run could be taken for the other's. The wait ends with its deadline; nothing is sent then."""
    runs = Runs(list)
    with runs.server as server:
        async with AsyncTruto("t", base_url=server.url) as truto:
            lost = asyncio.create_task(truto.sync_job_runs.start("job"))
            await wait_until(lambda: runs.lists > 0)
            with pytest.raises(APITimeoutError, match="nothing was sent"):
                await truto.with_options(deadline=0.2).sync_job_runs.start("job", args={})
            lost.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await lost
            assert "The run may have been started." in caught.value.__notes__[0]
            posts = sum(head.startswith(b"POST") for head in server.heads)
            with pytest.raises(AmbiguousOutcomeError):
                await truto.with_options(deadline=0.2).sync_job_runs.start("job")
            assert (1, posts + 1) == (posts, sum(head.startswith(b"POST") for head in server.heads))


async def test_a_lost_start_waits_for_an_equal_one_under_way() -> None:
    """Its answer will say which run is its own; until then nothing is decided, and at the deadline nobody knows."""
    posts = 0

    async def script(wire: Wire) -> None:
        nonlocal posts
        await wire.request()
        posts += 1
        if posts == 2:
            return
        await asyncio.sleep(30)

    with WireServer(script) as server:
        async with AsyncTruto("t", base_url=server.url) as truto:
            slow = asyncio.create_task(truto.sync_job_runs.start("job"))
            await wait_until(lambda: posts > 0)
            with pytest.raises(AmbiguousOutcomeError, match="no time left"):
                await truto.with_options(deadline=0.3).sync_job_runs.start("job")
            slow.cancel()
            await asyncio.wait([slow])


async def test_closed_while_it_looks() -> None:
    """The client's end is no answer either."""
    runs = Runs(list)
    with runs.server as server:
        truto = AsyncTruto("t", base_url=server.url)
        lost = asyncio.create_task(truto.sync_job_runs.start("job"))
        await wait_until(lambda: runs.lists > 0)
        await truto.close()
        with pytest.raises(AmbiguousOutcomeError, match="this client is closed"):
            await lost


def test_check_args(truto: Any, fake_truto: FakeTruto) -> None:
    """All faults at once, and nothing is started."""
    with pytest.raises(InvalidArgumentError) as caught:
        truto.sync_job_runs.start("job", args={"numbr": 1, "name": 5}, check_args=True)
    assert (
        "args do not fit the job job: there is no 'numbr' (did you mean 'number'?); 'name' must be a string, not 5"
    ) == str(caught.value)
    assert ["GET"] == [request.method for request in fake_truto.requests]
    assert {} == fake_truto.runs

    truto.sync_job_runs.start("job", args={"number": 1, "name": "x"}, check_args=True)
    truto.sync_job_runs.start("other", check_args=True)
    with pytest.raises(NotFoundError):
        truto.sync_job_runs.start("none", check_args=True)
    assert 2 == len(fake_truto.runs)


def test_arguments_that_are_no_json(truto: Any, fake_truto: FakeTruto) -> None:
    """They are refused before anything is sent."""
    deep: JSONObject = {}
    for _ in range(5000):
        deep = {"a": deep}

    with pytest.raises(InvalidArgumentError, match="args cannot be written as JSON: nested too deeply"):
        truto.sync_job_runs.start("job", args=deep)
    with pytest.raises(InvalidArgumentError, match=r"args cannot be written as JSON: .*datetime"):
        truto.sync_job_runs.start("job", args={"since": datetime.now(UTC)})
    assert [] == fake_truto.requests


def test_many_runs_at_once(truto: Any, fake_truto: FakeTruto) -> None:
    """Runs are fetched in batches as jobs are."""
    runs = {truto.sync_job_runs.start("job").id for _ in range(3)}
    outcomes = list(truto.sync_job_runs.get_many([*runs, "unknown"], concurrency=2))

    assert runs == {outcome.value.id for outcome in outcomes if outcome.value is not None}
    assert ["unknown"] == [outcome.id for outcome in outcomes if outcome.error is not None]
