"""What one process does of a shared limit, and what many of them come to; without Redis."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulation import Fleet, Load
from truto_async._limits.redis.holdings import Holdings, Timing
from truto_async._limits.redis.ledger import Ledger, block_size
from truto_async._limits.redis.messages import Call, Reply

TIMING = Timing(per=10.0, valid=7.0, lease=37.0)


@settings(max_examples=60)
@given(
    delays=st.lists(st.floats(0.0, 0.04), min_size=1, max_size=12),
    limit=st.integers(1, 40),
    per=st.sampled_from([1.0, 10.0]),
    tasks=st.integers(1, 30),
    request=st.sampled_from([0.001, 0.1, 1.5]),
    loss=st.sampled_from([0.0, 0.0, 0.05]),
    kills=st.lists(st.tuples(st.floats(0.0, 40.0), st.integers(0, 11)), max_size=3),
    pauses=st.lists(st.tuples(st.floats(0.0, 40.0), st.integers(0, 11), st.floats(0.1, 15.0)), max_size=2),
    seed=st.integers(0, 1000),
)
def test_never_over(
    *,
    delays: list[float],
    limit: int,
    per: float,
    tasks: int,
    request: float,
    loss: float,
    kills: list[tuple[float, int]],
    pauses: list[tuple[float, int, float]],
    seed: int,
) -> None:
    """Whatever the delays and the clocks, whatever is lost, whoever is killed: a server that counts refuses nothing."""
    fleet = Fleet(delays, limit=limit, per=per, load=Load(tasks, request), loss=loss, timeout=0.5, seed=seed)
    for moment, number in kills:
        fleet.at(moment, fleet.processes[number % len(delays)].kill)
    for moment, number, seconds in pauses:
        fleet.at(moment, partial(fleet.processes[number % len(delays)].pause, seconds))

    outcome = fleet.run(40.0)

    assert 0 == outcome.excess


@pytest.mark.parametrize("count", [1, 8, 20])
def test_few_calls_and_no_idle_slot(count: int) -> None:
    """Under load there are at most 0.2 calls a request, nearly all slots are used, and nobody starves."""
    fleet = Fleet([0.01] * count, limit=500, per=10.0, load=Load(tasks=100, request=0.1))

    outcome = fleet.run(100.0)

    assert 0 == outcome.excess
    assert len(outcome.sent) >= 0.95 * 5000
    assert outcome.calls <= 0.2 * len(outcome.sent)
    assert outcome.longest_wait <= 1.2 * 10.0


@pytest.mark.parametrize(("count", "periods"), [(100, 2.0), (1000, 4.0)])
def test_nobody_starves_in_a_large_fleet(count: int, periods: float) -> None:
    """With delays of up to 40 ms each way."""
    fleet = Fleet([0.0005 + 0.0395 * number / count for number in range(count)], load=Load(tasks=2))

    outcome = fleet.run(80.0)

    assert 0 == outcome.excess
    assert len(outcome.sent) >= 0.95 * 4000
    assert outcome.longest_wait <= periods * 10.0


def test_a_newcomer() -> None:
    """Who comes when others have taken all gets its share within two periods."""
    loads = [Load(tasks=100, request=0.1)] * 8 + [Load(tasks=100, request=0.1, begins=35.0)]
    fleet = Fleet([0.005] * 9, load=loads.__getitem__)

    fleet.run(55.0)

    assert fleet.processes[8].granted >= 0.5 * 500 / 9


@pytest.mark.parametrize("seed", range(5))
def test_the_end_of_the_work(seed: int) -> None:
    """Processes that have done their part leave their slots to those that have not: no slot is idle."""
    load = Load(tasks=8, request=0.008, requests=500)
    fleet = Fleet([0.0003 + 0.0005 * number for number in range(8)], limit=500, per=1.0, load=load, seed=seed)

    outcome = fleet.run(10.0)

    assert 4000 == len(outcome.sent)
    assert outcome.sent[-1] <= 1.05 * 7.0


def test_the_slots_of_the_dead() -> None:
    """They are lost for a lease and a period, and no longer."""
    fleet = Fleet([0.005] * 4, limit=40, per=1.0, timeout=0.5, load=Load(tasks=40, request=0.01))
    fleet.run(5.05)
    for process in fleet.processes[:2]:
        process.kill()
    before = len(fleet.outcome.sent)
    fleet.run(5.0)
    during = len(fleet.outcome.sent)
    fleet.run(30.0)
    after = len(fleet.outcome.sent)
    fleet.run(5.0)

    assert 0 == fleet.outcome.excess
    assert during - before >= 0.1 * 5 * 40
    assert len(fleet.outcome.sent) - after >= 0.95 * 5 * 40


@pytest.mark.parametrize(("workers", "size"), [(1, 125), (8, 15), (25, 10), (50, 10), (100, 5), (500, 1), (5000, 1)])
def test_block_sizes(workers: int, size: int) -> None:
    """A quarter of a share, or ten, but no more than a share."""
    assert size == block_size(500, workers)


def reply(**fields: Any) -> Reply:
    """Make a reply."""
    return Reply(**{"generation": 1, "epoch": 0, "blocked": 0, "due": -1, "expected": 0} | fields)


def holdings(*starts: int, now: float = 100.0, **fields: Any) -> Holdings:
    """Make those of a process that was granted slots."""
    made = Holdings(TIMING, "w")
    made.is_told = True
    made.call(now, len(starts))
    made.hear(reply(starts=starts, **fields), now, now)
    return made


def test_slots_are_used_from_their_start_on() -> None:
    """And not once the ledger has not been heard of for too long."""
    held = holdings(0, 2_000_000)

    assert held.take(100.0)
    assert not held.take(101.9)
    assert math.isclose(2.0, held.seconds_until_free(0, 100.0))
    assert not held.take(108.0)
    assert 0.0 == held.seconds_until_free(0, 108.0)
    assert 108.0 == held.next_call(108.0, 0)
    assert not held.has_slots


def test_without_notices_slots_do_not_last() -> None:
    """A process that cannot be told of pauses calls often while it has slots, or waits for some."""
    held = holdings(0, 0)
    held.is_told = False
    held.call(100.0, 0)
    held.hear(reply(due=9_000_000), 100.0, 100.1)

    assert math.isclose(100.3, held.next_call(100.1, 2))
    assert held.take(100.45)
    assert not held.take(100.6)


def test_a_pause_voids_what_was_granted_before() -> None:
    """Whether the process hears of it first, or the reply comes that was made before."""
    held = holdings(0)
    held.hear_pause(100.1, 1, 1, 5.0)
    assert not held.take(100.1)
    assert math.isclose(5.0, held.seconds_until_free(0, 100.1))
    held.call(100.1, 1)
    held.hear(reply(starts=(0,)), 100.1, 100.2)  # of epoch 0
    assert not held.has_slots
    assert 100.2 == held.next_call(100.2, 0)
    held.call(100.2, 1)
    held.hear(reply(epoch=1, starts=(5_000_000,), blocked=4_900_000), 100.2, 100.2)
    held.hear_pause(100.3, 1, 1, 4.8)  # it knows
    assert held.take(105.3)
    held.call(105.3, 1)
    held.hear(reply(epoch=1, starts=(0,)), 105.3, 105.3)
    held.call(105.3, 1)
    held.hear(reply(epoch=2, blocked=3_000_000), 105.3, 105.3)
    assert not held.has_slots
    held.release(105.4, counted=False)
    assert not held.has_slots
    held.hear_pause(109.0, 7, 1, 2.0)  # of a ledger that it does not know
    assert math.isclose(2.0, held.seconds_until_free(0, 109.0))


def test_a_pause_that_the_ledger_does_not_know_yet() -> None:
    """What it grants at the same moment is used after the pause."""
    held = holdings(0)
    held.call(100.1, 2)
    held.pause(100.15, 5.0)
    held.hear(reply(starts=(0,)), 100.1, 100.2)

    assert not held.take(100.2)
    assert 100.2 == held.next_call(100.2, 1)
    assert 0 < held.call(100.2, 1).pause


def test_a_ledger_that_was_lost_is_told_of_the_pause() -> None:
    """It also voids what the old one has granted."""
    held = holdings(0)
    held.pause(101.0, 20.0)
    assert math.isclose(20e6, held.call(101.0, 0).pause, abs_tol=2)
    held.hear(reply(epoch=1), 101.0, 101.0)
    assert 0 == held.call(102.0, 0).pause
    held.hear(reply(generation=2), 102.0, 102.0)

    assert 102.0 == held.next_call(102.0, 0)
    assert math.isclose(19e6, held.call(102.0, 0).pause, abs_tol=2)


def test_the_generation_is_said_only_lately() -> None:
    """Later, the ledger may have been forgotten in good order."""
    held = holdings(0)

    assert 1 == held.call(110.0, 0).generation
    assert 0 == held.call(118.0, 0).generation


def test_lost_replies() -> None:
    """Answers are told of until a reply comes; what was granted is not taken for granted."""
    held = holdings(0, 0)
    assert held.take(100.0)
    held.release(100.5, counted=True)
    first = held.call(100.55, 0)
    second = held.call(100.6, 0)
    held.hear(reply(), 100.6, 100.6)
    third = held.call(100.65, 0)

    assert (0, 1, [49_999]) == (first.first, first.held, first.ages)
    assert (0, 1, [99_999]) == (second.first, second.held, second.ages)
    assert (1, 1, []) == (third.first, third.held, third.ages)
    assert (1, 1, 3) == (first.received, second.received, third.received)


def test_slots_that_nobody_needs() -> None:
    """They go back after an eighth of a period; all at once when the process leaves."""
    held = holdings(0, 0, 0)
    assert held.take(100.5)

    assert math.isclose(101.75, held.next_call(101.0, 0))
    assert 3 == held.call(101.0, 0).held
    assert 1 == held.call(101.8, 0).held
    assert 101.8 == holdings(0, now=101.8).next_call(101.8, 2)
    assert (0, -1) == (holdings(0, 0).leave(100.1).held, holdings(0, 0).leave(100.1).want)


def test_long_requests_renew_the_lease() -> None:
    """A process calls while anything is under way."""
    held = holdings(0)
    held.take(100.0)

    assert math.isclose(109.25, held.next_call(100.0, 0))
    assert held.is_busy


def ask(ledger: Ledger, number: int, *, wall: float, run: str = "a", **fields: Any) -> Reply:
    """Call a ledger, of a store that has run for long, as a process that wants a slot."""
    common: dict[str, Any] = {"worker": "w", "number": number, "received": number - 1, "generation": 0, "want": 1}
    common |= {"lead": 0, "pause": 0, "returns": False, "first": number, "ages": (), "held": 0}
    return ledger.exchange(Call(**common | fields), wall=int(wall * 1e6), run=run, uptime=10**9)


def test_a_clock_that_goes_back() -> None:
    """Time stands still for the ledger; nothing is granted too early, and nothing for ever too late."""
    ledger = Ledger(TIMING.terms(1))

    assert (0,) == ask(ledger, 1, wall=1000.0).starts
    assert () == ask(ledger, 2, wall=900.0, ages=(0,)).starts
    assert math.isclose(5_000_000, ask(ledger, 3, wall=905.0).expected)
    assert (0,) == ask(ledger, 4, wall=910.0).starts


def test_a_store_that_was_started_again() -> None:
    """What it kept may be old: nothing is granted until all that was sent before has left the window."""
    ledger = Ledger(TIMING.terms(1))
    ask(ledger, 1, wall=1000.0)
    restarted = ask(ledger, 2, wall=1001.0, run="b")

    assert (17_000_000, ()) == (restarted.blocked, restarted.starts)
    assert (0,) == ask(ledger, 3, wall=1018.0, run="b").starts


def test_a_ledger_that_was_lost() -> None:
    """A process that knew another one tells of it; and one that has limited itself."""
    ledger = Ledger(TIMING.terms(1))
    assert 0 == ask(ledger, 1, wall=1000.0).blocked
    assert 17_000_000 == ask(ledger, 2, wall=1000.0, generation=7).blocked
    assert 10_000_000 == ask(ledger, 3, wall=1017.0, returns=True).blocked
