"""Many ids at once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.wire import Wire, WireServer, answer
from truto_async import (
    AsyncTruto,
    AuthenticationError,
    ClientClosedError,
    Hooks,
    InvalidArgumentError,
    NotFoundError,
    Outcome,
    Progress,
    RetryPolicy,
    TLSError,
)
from truto_async.testing import FakeTruto
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

IDS = [f"job-{number}" for number in range(200)]


@pytest.fixture
def fake() -> Iterator[FakeTruto]:
    """Give a fake with many jobs."""
    with FakeTruto({"id": job_id} for job_id in IDS) as fake:
        yield fake


@pytest.fixture(params=["truto_async", "truto_sync"])
def many(request: pytest.FixtureRequest, fake: FakeTruto) -> Any:
    """Give a function that fetches many in either package, and gives the outcomes."""
    settings: dict[str, Any] = {"base_url": fake.url, "retry": RetryPolicy(base=0.001), "rate_limit": None}

    def blocking(ids: Any, token: str = fake.token, **options: Any) -> Any:
        with Truto(token, **settings) as truto:
            return list(truto.sync_jobs.get_many(ids, **options))

    def asynchronous(ids: Any, token: str = fake.token, **options: Any) -> Any:
        async def main() -> Any:
            async with AsyncTruto(token, **settings) as truto:
                return [outcome async for outcome in truto.sync_jobs.get_many(ids, **options)]

        return asyncio.run(main())

    return blocking if request.param == "truto_sync" else asynchronous


def test_an_outcome_for_every_input(many: Any, fake: FakeTruto) -> None:
    """Good, missing and bad ids, some of them again and again, some failing once."""
    ids = [*IDS, *IDS[:50], "missing", "", "missing"]
    random.Random(3).shuffle(ids)
    fake.fail(500, times=5)

    outcomes = many(ids)

    assert Counter(ids) == Counter(outcome.id for outcome in outcomes)
    for outcome in outcomes:
        if outcome.id in ("missing", ""):
            assert isinstance(outcome.error, NotFoundError if outcome.id else InvalidArgumentError)
            with pytest.raises(type(outcome.error)):
                outcome.unwrap()
        else:
            assert outcome.id == outcome.unwrap().id == outcome.value.id


@pytest.mark.parametrize("ids", [[], ["job-1"], iter(IDS), (job_id for job_id in IDS), dict.fromkeys(IDS), set(IDS)])
def test_any_collection(many: Any, ids: Any) -> None:
    """Whatever can be walked over."""
    wanted = list(ids) if not hasattr(ids, "__next__") else IDS
    ids = ids if not hasattr(ids, "__next__") else iter(IDS)

    assert sorted(wanted) == sorted(outcome.unwrap().id for outcome in many(ids))


def test_in_order(many: Any, fake: FakeTruto) -> None:
    """With ordered=True the outcomes come as the ids do, whatever takes long."""
    for _ in range(5):
        fake.fail(delay=0.1)

    assert IDS == [outcome.id for outcome in many(IDS, ordered=True, concurrency=8)]


def test_raising(many: Any, fake: FakeTruto) -> None:
    """With on_error="raise" the first error ends the walk."""
    with pytest.raises(NotFoundError):
        many(["missing", *IDS], on_error="raise", concurrency=2)

    assert len(fake.requests) < 60


def test_progress(many: Any) -> None:
    """It counts what was handed out."""
    seen: list[Progress] = []

    many([*IDS, "missing"], progress=seen.append)

    assert list(range(1, 202)) == [progress.done for progress in seen]
    assert (201, 1, 201) == (seen[-1].done, seen[-1].failed, seen[-1].total)
    seen.clear()
    many(iter(IDS), progress=seen.append)
    assert {None} == {progress.total for progress in seen}


def test_fatal_errors(many: Any, fake: FakeTruto) -> None:
    """A bad token is not tried on every id."""
    with pytest.raises(AuthenticationError):
        many(IDS, token="wrong", concurrency=4)

    assert len(fake.requests) <= 8


def test_fatal_errors_of_the_connection() -> None:
    """Nor a bad certificate."""
    with FakeTruto() as fake, Truto("t", base_url=fake.url.replace("http:", "https:")) as truto:
        batch = truto.sync_jobs.get_many(iter(IDS), concurrency=2)
        with pytest.raises(TLSError):
            list(batch)

        assert 1 <= len(batch.unfinished) <= 6


@pytest.mark.parametrize(
    "option", [{"concurrency": 0}, {"concurrency": "5"}, {"on_error": "ignore"}, {"ids": "job-1"}, {"ids": 5}], ids=str
)
def test_options_that_make_no_sense(many: Any, option: dict[str, Any]) -> None:
    """They are refused by name."""
    with pytest.raises(InvalidArgumentError, match=next(iter(option))):
        many(**{"ids": IDS, **option})


def test_errors_of_the_source(many: Any) -> None:
    """An error of the generator of ids reaches the consumer."""

    def ids() -> Iterator[str]:
        yield "job-1"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        many(ids())


def test_ids_that_are_fetched_from_a_list(fake: FakeTruto) -> None:
    """In the blocking client the source may make blocking calls itself."""
    with Truto(fake.token, base_url=fake.url) as truto:
        ids = (job.id for job in truto.sync_jobs.list(limit=30))
        assert sorted(IDS) == sorted(outcome.unwrap().id for outcome in truto.sync_jobs.get_many(ids))


async def test_asynchronous_ids(fake: FakeTruto) -> None:
    """In the asynchronous one, any asynchronous iterable; a slow one holds no outcome up."""

    async def ids() -> AsyncIterator[str]:
        yield "job-1"
        await first_came.wait()
        yield "job-2"

    first_came = asyncio.Event()
    came: list[str] = []
    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        async for outcome in truto.sync_jobs.get_many(ids()):
            came.append(outcome.id)
            first_came.set()
    with Truto(fake.token, base_url=fake.url) as blocking, pytest.raises(InvalidArgumentError, match="asynchronous"):
        list(blocking.sync_jobs.get_many(ids()))

    assert ["job-1", "job-2"] == came


async def test_equal_ids_in_flight_share_a_request(fake: FakeTruto) -> None:
    """What is asked for again while it is under way costs nothing; afterwards it is fetched anew."""
    fake.fail(delay=0.2, times=1)
    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        outcomes = [outcome async for outcome in truto.sync_jobs.get_many(["job-1"] * 20, concurrency=10)]

    assert 20 == len(outcomes)
    assert len(fake.requests) <= 11


async def test_back_pressure(fake: FakeTruto) -> None:
    """A slow consumer is not overrun: ids are pulled, and jobs held, only as far as the window goes."""
    pulled = taken = 0
    most = 0

    def ids() -> Iterator[str]:
        nonlocal pulled
        for job_id in IDS:
            pulled += 1
            yield job_id

    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        async for _ in truto.sync_jobs.get_many(ids(), concurrency=8):
            taken += 1
            most = max(most, pulled - taken)
            await asyncio.sleep(0.002)

    assert 200 == taken
    assert most <= 8 + 4


@pytest.mark.parametrize("how", ["break", "raise", "cancel"])
async def test_leaving_early(fake: FakeTruto, how: str) -> None:
    """Whatever ends the loop, the workers end, and nothing is left."""
    async with AsyncTruto(fake.token, base_url=fake.url) as truto:

        async def consume() -> None:
            async for _ in truto.sync_jobs.get_many(IDS, concurrency=8):
                if how == "break":
                    break
                if how == "raise":
                    raise ZeroDivisionError
                await asyncio.sleep(30)

        task = asyncio.create_task(consume())
        if how == "cancel":
            await asyncio.sleep(0.2)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.05)
        seen = len(fake.requests)
        await asyncio.sleep(0.1)

        assert 1 == len(asyncio.all_tasks())
        assert seen == len(fake.requests) < 60


def test_closing_inside_the_loop(fake: FakeTruto) -> None:
    """A client that is closed while its lists and batches are walked ends them quietly."""
    truto = Truto(fake.token, base_url=fake.url)
    for walk in (truto.sync_jobs.list(), truto.sync_jobs.get_many(IDS)):
        for _ in walk:
            break
    for _ in truto.sync_jobs.get_many(IDS):
        truto.close()
        break

    with pytest.raises(ClientClosedError):
        truto.sync_jobs.get("job-1")


def test_what_is_left_is_known(fake: FakeTruto) -> None:
    """After an error, what was handed out, what is unfinished and the rest of the source are all there was."""
    source = iter([*IDS[:40], "missing", *IDS[40:]])
    handed: list[str] = []
    with Truto(fake.token, base_url=fake.url) as truto:
        batch = truto.sync_jobs.get_many(source, on_error="raise", concurrency=8)
        with pytest.raises(NotFoundError):
            handed.extend(outcome.id for outcome in batch)

    assert sorted([*IDS, "missing"]) == sorted([*handed, *batch.unfinished, *source, "missing"])


def test_what_a_broken_source_gave(fake: FakeTruto) -> None:
    """Ids that were pulled before the source failed are not lost."""

    def source() -> Iterator[str]:
        yield from IDS[:3]
        raise ZeroDivisionError

    with Truto(fake.token, base_url=fake.url) as truto:
        batch = truto.sync_jobs.get_many(source())
        with pytest.raises(ZeroDivisionError):
            list(batch)

    assert IDS[:3] == batch.unfinished


def test_leaving_early_blocking(fake: FakeTruto) -> None:
    """The same in the blocking client."""
    with Truto(fake.token, base_url=fake.url) as truto:
        batch = truto.sync_jobs.get_many(IDS, concurrency=8)
        for outcome in batch:
            assert outcome.value is not None
            break

        async def tasks() -> int:
            await asyncio.sleep(0.05)
            return len(asyncio.all_tasks())

        assert 2 == truto._portal.run(tasks)
        assert batch.unfinished
        with pytest.raises(RuntimeError, match="once only"):
            list(batch)


async def test_a_batch_that_is_walked_twice(fake: FakeTruto) -> None:
    """It says so."""
    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        batch = truto.sync_jobs.get_many(["job-1"])
        assert [] == batch.unfinished
        assert 1 == len([outcome async for outcome in batch])
        with pytest.raises(RuntimeError, match="once only"):
            _ = [outcome async for outcome in batch]


async def test_a_bug_in_fetching_is_not_hidden() -> None:
    """An error that is none of the SDK's reaches the consumer."""

    async def script(wire: Wire) -> None:
        while True:
            await wire.request()
            await wire.send(answer(b'{"id": "x"}'))

    with WireServer(script) as server:
        async with AsyncTruto("t", base_url=server.url) as truto:

            async def broken(_: str) -> Any:
                raise ZeroDivisionError

            truto.sync_jobs.get = broken  # type: ignore[method-assign, assignment]
            with pytest.raises(ZeroDivisionError):
                _ = [outcome async for outcome in truto.sync_jobs.get_many(IDS)]


def test_from_threads(fake: FakeTruto) -> None:
    """Several batches at once on one blocking client."""
    got: list[int] = []
    with Truto(fake.token, base_url=fake.url, rate_limit=None) as truto:
        threads = [threading.Thread(target=lambda: got.append(len(list(truto.sync_jobs.get_many(IDS))))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [200] * 4 == got


def test_outcomes_are_values() -> None:
    """They can be compared and printed."""
    assert "Outcome(id='x', value=None, error=None)" == repr(Outcome[Any](id="x"))


async def test_a_source_that_is_cancelled(fake: FakeTruto) -> None:
    """It ends the walk, which does not wait for more."""

    async def ids() -> AsyncIterator[str]:
        yield "job-1"
        raise asyncio.CancelledError

    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        with pytest.raises(RuntimeError, match="source of the ids"):
            async with asyncio.timeout(5):
                _ = [outcome async for outcome in truto.sync_jobs.get_many(ids())]


async def test_a_source_that_waits_for_the_worker(fake: FakeTruto) -> None:
    """An id that comes just as the only worker ends is fetched all the same."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    queue.put_nowait("job-0")
    left = iter([*IDS[1:30], None])

    async def ids() -> AsyncIterator[str]:
        while (job_id := await queue.get()) is not None:
            yield job_id

    hooks = Hooks(on_response=lambda _: queue.put_nowait(next(left)))
    async with AsyncTruto(fake.token, base_url=fake.url, hooks=hooks) as truto, asyncio.timeout(10):
        came = [outcome.id async for outcome in truto.sync_jobs.get_many(ids(), concurrency=1)]

    assert IDS[:30] == came


async def test_a_second_cancel(fake: FakeTruto) -> None:
    """Whoever is impatient leaves no workers behind."""

    async def ids() -> AsyncIterator[str]:
        try:
            for job_id in IDS:
                yield job_id
                await asyncio.sleep(0.01)
        finally:
            await asyncio.sleep(0.2)

    async with AsyncTruto(fake.token, base_url=fake.url) as truto:

        async def consume() -> None:
            async for _ in truto.sync_jobs.get_many(ids()):
                pass

        task = asyncio.create_task(consume())
        await asyncio.sleep(0.1)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0.01)
        await asyncio.gather(task, return_exceptions=True)
        seen = len(fake.requests)
        await asyncio.sleep(0.3)

        assert seen == len(fake.requests)


def test_ids_that_are_none(many: Any) -> None:
    """What is no id at all is an outcome like any other."""
    outcomes = many([None, 5, ["x"], "job-1"], ordered=True)

    assert [InvalidArgumentError] * 3 == [type(outcome.error) for outcome in outcomes[:3]]
    assert "job-1" == outcomes[3].unwrap().id


def test_a_generator_stays_its_owners(fake: FakeTruto) -> None:
    """Whoever leaves the loop may walk on over the ids; what was pulled is handed out or unfinished."""
    with Truto(fake.token, base_url=fake.url) as truto:
        ids = (job_id for job_id in IDS)
        batch = truto.sync_jobs.get_many(ids, concurrency=8)
        walk = iter(batch)
        handed = [next(walk).id, next(walk).id]
        walk.close()  # type: ignore[attr-defined]  # it is a generator
        rest = list(ids)

    assert len(rest) > 180
    assert sorted(IDS) == sorted([*handed, *batch.unfinished, *rest])


@pytest.mark.parametrize("asynchronous", [False, True], ids=["generator", "asynchronous generator"])
async def test_a_generator_stays_its_owners_with_asyncio(fake: FakeTruto, *, asynchronous: bool) -> None:
    """The same in the asynchronous client, which leaves no task behind either."""

    async def walked() -> AsyncIterator[str]:
        for job_id in IDS:
            yield job_id

    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        ids: Any = walked() if asynchronous else iter(IDS)
        batch = truto.sync_jobs.get_many(ids, concurrency=8)
        walk: Any = aiter(batch)
        handed = [(await anext(walk)).id, (await anext(walk)).id]
        await walk.aclose()
        await asyncio.sleep(0)
        tasks = len(asyncio.all_tasks())
        rest = [job_id async for job_id in ids] if asynchronous else list(ids)

    assert 1 == tasks
    assert len(rest) > 180
    assert sorted(IDS) == sorted([*handed, *batch.unfinished, *rest])


async def test_workers_that_are_cancelled(fake: FakeTruto) -> None:
    """Whoever cancels all tasks but its own does not wait for outcomes that never come."""
    fake.fail(delay=0.3, times=2)
    async with AsyncTruto(fake.token, base_url=fake.url) as truto:
        ids = ["job-1", "job-2"]
        batch = truto.sync_jobs.get_many(ids)

        async def cancel_the_workers() -> None:
            await asyncio.sleep(0.1)
            for task in asyncio.all_tasks() - {walking, asyncio.current_task()}:
                task.cancel()

        walking = asyncio.current_task()
        canceller = asyncio.create_task(cancel_the_workers())
        with pytest.raises(RuntimeError, match="cancelled"):
            async with asyncio.timeout(5):
                _ = [outcome async for outcome in batch]
        await canceller

        assert ids == batch.unfinished


def test_an_interruption_when_outcomes_have_come(fake: FakeTruto) -> None:
    """Ctrl-C loses no outcome that was just brought from the event loop."""

    def interrupted(*_: object) -> None:
        time.sleep(0.3)  # until the answers are there
        raise KeyboardInterrupt

    def interrupt() -> None:
        while not fake.requests:
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupted)
    fake.fail(delay=0.1, times=3)
    thread = threading.Thread(target=interrupt)
    try:
        with Truto(fake.token, base_url=fake.url) as truto:
            batch = truto.sync_jobs.get_many(IDS[:3])
            thread.start()
            with pytest.raises(KeyboardInterrupt):
                list(batch)
    finally:
        signal.signal(signal.SIGUSR1, before)
        thread.join()

    assert sorted(IDS[:3]) == sorted(batch.unfinished)
