"""Every state in which a call can be, and every event that can hit it there: the right error, at once, and nothing left.

Each pair of a state and an event is a test, in each package, or has its reason in `SENSELESS` or `ELSEWHERE`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from attrs import frozen

from tests.conftest import open_sockets
from tests.transport.states import SOON, STATES, Background, Stage, State, until
from truto_async import (
    AmbiguousOutcomeError,
    APIConnectionError,
    APITimeoutError,
    AsyncTruto,
    ClientClosedError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    TrutoError,
)
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable  # noqa: TC004  # an annotation of an attrs class

# aiohttp's own advice to its users, see test_a_large_body.
pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")

Act: TypeAlias = "Callable[[Stage, AsyncTruto, Held], Awaitable[object]]"


class Held:
    """A call in a task that goes on after the call."""

    def __init__(self, stage: Stage, truto: AsyncTruto, seconds: float | None) -> None:
        """Start it; end it with asyncio.wait_for after some seconds."""
        self.error: BaseException | None = None
        self.cancelling = 0
        self.has_begun = False
        self.ended_at = 0.0
        self.scope = asyncio.timeout(None)
        self._stage = stage
        call = stage.call(truto)
        self.task = asyncio.create_task(self._run(call if seconds is None else asyncio.wait_for(call, seconds)))

    async def _run(self, call: Awaitable[Any]) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            async with self.scope:
                self.has_begun = True
                assert self._stage.is_answer(await call)
        except BaseException as error:  # noqa: BLE001  # it is what is looked at
            self.error = error
        self.ended_at = time.monotonic()
        self.cancelling = task.cancelling()
        while task.cancelling():
            task.uncancel()
        await asyncio.sleep(0)  # is cancelled if a request to cancel was left over


async def _nothing(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    """Only time goes by."""


async def _close(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    await truto.close()


async def _close_in_another_loop(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    await asyncio.to_thread(lambda: asyncio.run(truto.close()))


async def _cancel(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    held.task.cancel()


async def _cancel_and_close(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    held.task.cancel()
    await truto.close()


async def _close_and_cancel(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    closing = asyncio.create_task(truto.close())
    while not truto._transport._shared.pools.closed:  # noqa: ASYNC110  # there is no event for it
        await asyncio.sleep(0)
    held.task.cancel()
    await closing


async def _leave_scope(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    held.scope.reschedule(asyncio.get_running_loop().time())


async def _reset(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    stage.lose("reset")


async def _hang_up(stage: Stage, truto: AsyncTruto, held: Held) -> None:
    stage.lose("close")


def _closed(_: State) -> type[BaseException]:
    return ClientClosedError


def _cancelled(_: State) -> type[BaseException]:
    return asyncio.CancelledError


def _given_up(_: State) -> type[BaseException]:
    return TimeoutError


def _lost(state: State, error: type[BaseException] = APIConnectionError) -> type[BaseException]:
    if state.place == "error body":
        return NotFoundError  # the answer is known, whatever became of its body
    return AmbiguousOutcomeError if state.sent and state.method == "POST" else error


def _late(state: State) -> type[BaseException]:
    return _lost(state, APITimeoutError)


def _too_late(state: State) -> type[BaseException]:
    # Where the wait for the next attempt would be too long it is not begun.
    return {"backoff": InternalServerError, "pause": RateLimitError}.get(state.place) or _late(state)


@frozen
class Event:
    """What happens to a call in this process."""

    error: Callable[[State], type[BaseException]]
    """What comes of it."""

    act: Act | None
    """What another task does; None where it cannot happen to the asynchronous client."""

    block: Callable[[Stage, Truto], object] | None = None
    """What another thread does to a call of the blocking client; None where it cannot happen to that."""

    limit: str | None = None
    """What ends the call by itself, after a short time."""

    cancelling: int = 0
    """How many requests to cancel are left in the call's task."""


EVENTS: dict[str, Event] = {
    "close": Event(_closed, _close, lambda _, truto: truto.close()),
    "close in another loop": Event(_closed, _close_in_another_loop),
    "cancel": Event(_cancelled, _cancel, cancelling=1),
    "cancel, then close": Event(_cancelled, _cancel_and_close, cancelling=1),
    "close, then cancel": Event(_cancelled, _close_and_cancel, cancelling=1),
    "asyncio.timeout": Event(_given_up, _leave_scope),
    "asyncio.wait_for": Event(_given_up, _nothing, limit="wait_for"),
    "timeout": Event(_late, _nothing, lambda *_: None, limit="timeout"),
    "deadline": Event(_too_late, _nothing, lambda *_: None, limit="deadline"),
    "reset": Event(_lost, _reset, lambda stage, _: stage.lose("reset")),
    "hang-up": Event(_lost, _hang_up, lambda stage, _: stage.lose("close")),
}

PACKAGES = {
    "truto_async": [*EVENTS, "stopped loop", "ended loop", "closed loop", "fork"],
    "truto_sync": [*(name for name, event in EVENTS.items() if event.block), "Ctrl-C", "fork"],
}

# Why an event is not in the table of a package.
ELSEWHERE = {
    ("truto_async", "Ctrl-C"): "asyncio.run cancels the main task: this is 'cancel'",
    ("truto_sync", "close in another loop"): "the client has one loop, its own; 'close' comes from another thread",
    ("truto_sync", "cancel"): "a thread cannot be cancelled; a signal handler that raises is 'Ctrl-C'",
    ("truto_sync", "cancel, then close"): "the same",
    ("truto_sync", "close, then cancel"): "the same",
    ("truto_sync", "asyncio.timeout"): "the same",
    ("truto_sync", "asyncio.wait_for"): "the same",
    ("truto_sync", "stopped loop"): "nobody but the client can reach its loop",
    ("truto_sync", "ended loop"): "the loop ends with 'close'; tests/test_life.py ends the interpreter",
    ("truto_sync", "closed loop"): "the same",
}

_NOT_COUNTED = "the timeout is for attempts, and none is under way: time spent waiting does not count"
_NOT_CONNECTED = "the call has no connection, so it cannot lose one"

# Why an event means nothing in a state.
SENSELESS: dict[str, dict[str, str]] = {
    "timeout": dict.fromkeys(["rate limit", "connection", "backoff", "pause"], _NOT_COUNTED),
    "reset": dict.fromkeys(["rate limit", "connection", "backoff", "pause"], _NOT_CONNECTED),
    "hang-up": {
        **dict.fromkeys(["rate limit", "connection", "backoff", "pause"], _NOT_CONNECTED),
        "connecting": "what was never accepted can only be refused: this is 'reset'",
    },
}


def states_of(event: str) -> list[str]:
    """Return the states in which an event means something."""
    return [name for name, state in STATES.items() if state.place not in SENSELESS.get(event, {})]


def cells(package: str) -> list[tuple[str, str]]:
    """Return the pairs of a state and an event of this process."""
    return [(state, event) for event in PACKAGES[package] if event in EVENTS for state in states_of(event)]


def test_every_cell_is_run_or_explained() -> None:
    """Each event has a place in each package's table, or a reason why not; no reason is left over."""
    events = {event for events in PACKAGES.values() for event in events}

    for package, own in PACKAGES.items():
        assert {event for other, event in ELSEWHERE if other == package} == events - {*own}
    assert events >= SENSELESS.keys()
    assert {state.place for state in STATES.values()} >= {place for reasons in SENSELESS.values() for place in reasons}


def check_error(error: BaseException | None, event: str, state: State) -> None:
    """Check that an event brought the right error, and that this says what the server may have done."""
    assert type(error) is EVENTS[event].error(state), repr(error)
    if isinstance(error, TrutoError):
        assert error.attempts == (state.in_attempt or state.tries_again)
    if isinstance(error, ClientClosedError):
        assert ("may have been carried out" in str(error)) == (state.sent or state.place == "backoff")


def check_limit(stage: Stage) -> None:
    """Check that no slot of the rate limit is taken or waited for."""
    stage.release()
    assert 0 == stage.limit._window.in_flight
    assert not stage.limit._queue.waiters


async def soon(happened: Callable[[], object], what: str) -> None:
    """Wait until something has happened; raises AssertionError."""
    end = time.monotonic() + SOON
    while not happened():
        assert time.monotonic() < end, f"did not happen: {what}"
        await asyncio.sleep(0.002)


def options_of(event: str, seconds: float) -> dict[str, Any]:
    """Return the options of a client to which an event happens."""
    limit = EVENTS[event].limit
    return {limit: seconds} if limit in ("timeout", "deadline") else {}


def in_time(cell: Callable[[Stage, str, float], bool], state: str, event: str) -> None:
    """Run a cell; with more time once more, if it was over before the call was in its state: this machine may be busy."""
    before = (open_sockets(), threading.active_count())
    for seconds in (0.15, 1.5, 15.0):
        with Stage(STATES[state]) as stage:
            is_reached = cell(stage, event, seconds)
        assert before == (open_sockets(), threading.active_count())
        if is_reached:
            return
    pytest.fail("the state was never reached")


@pytest.mark.parametrize(("state", "event"), cells("truto_async"))
def test_asyncio(state: str, event: str) -> None:
    """The call ends at once with its error; no task, socket or slot is left, and the client works on or is closed."""
    in_time(lambda *args: asyncio.run(asyncio_cell(*args)), state, event)


async def asyncio_cell(stage: Stage, event: str, seconds: float) -> bool:
    """Have an event happen to a call; False if it was over before."""
    sockets = stage.open_sockets()
    async with AsyncTruto("t", base_url=stage.url, **stage.options) as truto:
        occupant = asyncio.create_task(stage.occupy(truto)) if stage.has_occupant else None
        if occupant:
            await soon(lambda: stage.is_occupied, "another call has the connection")
        own = truto.with_options(**options_of(event, seconds))
        held = Held(stage, own, seconds if EVENTS[event].limit == "wait_for" else None)
        await soon(lambda: (held.has_begun and stage.is_reached(truto)) or held.task.done(), "the state")
        if held.task.done() and not (event == "deadline" and stage.state.tries_again):
            return False

        began = time.monotonic()
        act = EVENTS[event].act
        assert act is not None
        await act(stage, truto, held)
        await asyncio.wait_for(held.task, SOON + seconds)

        assert held.ended_at - began < SOON + seconds
        check_error(held.error, event, stage.state)
        assert held.cancelling == EVENTS[event].cancelling
        if occupant:
            stage.release()
            outcome: Any
            [outcome] = await asyncio.gather(occupant, return_exceptions=True)
            assert isinstance(outcome, ClientClosedError) if "close" in event else outcome.id == "occupant"
        if "close" in event:
            with pytest.raises(ClientClosedError):
                await stage.call(truto, "free")
        elif stage.is_open:
            stage.release()
            assert stage.is_answer(await asyncio.wait_for(stage.call(truto, "free"), SOON), "free")
    await soon(lambda: stage.open_sockets() == sockets - (not stage.is_open), "all sockets are closed")
    await soon(lambda: len(asyncio.all_tasks()) == 1, "all tasks have ended")
    assert not truto._transport._shared.pools.calls
    check_limit(stage)
    return True


@pytest.mark.parametrize("state", states_of("stopped loop"))
def test_a_loop_that_stops_for_a_while(state: str) -> None:
    """The call goes on with its loop."""
    with Stage(STATES[state], retry_after=1) as stage, asyncio.Runner() as runner:
        truto = AsyncTruto("t", base_url=stage.url, **stage.options)

        async def begin() -> tuple[asyncio.Task[Any] | None, Held]:
            occupant = asyncio.create_task(stage.occupy(truto)) if stage.has_occupant else None
            if occupant:
                await soon(lambda: stage.is_occupied, "another call has the connection")
            held = Held(stage, truto, None)
            await soon(lambda: stage.is_reached(truto), "the state")
            return occupant, held

        async def end(occupant: asyncio.Task[Any] | None, held: Held) -> None:
            await asyncio.wait_for(held.task, SOON)
            if occupant:
                await occupant
            await truto.close()

        occupant, held = runner.run(begin())
        stage.release()
        time.sleep(0.02)
        runner.run(end(occupant, held))

        if stage.state.place == "error body":
            assert isinstance(held.error, NotFoundError)
        else:
            assert held.error is None
        check_limit(stage)


@pytest.mark.parametrize(("state", "event"), cells("truto_sync"))
def test_blocking(state: str, event: str) -> None:
    """The call ends at once with its error; no task, thread, socket or slot is left, and the client works or is closed."""
    in_time(blocking_cell, state, event)


def blocking_cell(stage: Stage, event: str, seconds: float) -> bool:
    """Have an event happen to a call; False if it was over before."""
    sockets = stage.open_sockets()
    with Truto("t", base_url=stage.url, **stage.options) as truto:
        occupant = Background(lambda: stage.occupy(truto)) if stage.has_occupant else None
        if occupant:
            until(lambda: stage.is_occupied, "another call has the connection")
        own = truto.with_options(**options_of(event, seconds))
        held = Background(lambda: stage.call(own))
        until(lambda: stage.is_reached(truto) or held.is_done, "the state")
        if held.is_done and not (event == "deadline" and stage.state.tries_again):
            return False

        began = time.monotonic()
        block = EVENTS[event].block
        assert block is not None
        block(stage, truto)
        error = held.error()

        assert time.monotonic() - began < SOON + seconds
        check_error(error, event, stage.state)
        if occupant:
            stage.release()
            ended = occupant.error()
            assert isinstance(ended, ClientClosedError) if event == "close" else occupant.result().id == "occupant"
        if event == "close":
            with pytest.raises(ClientClosedError):
                stage.call(truto, "free")
        else:
            if stage.is_open:
                stage.release()
                assert stage.is_answer(stage.call(truto, "free"), "free")
            assert 2 == truto._portal.run(count_tasks)
    until(lambda: stage.open_sockets() == sockets - (not stage.is_open), "all sockets are closed")
    assert not truto._target._transport._shared.pools.calls
    check_limit(stage)
    return True


async def count_tasks() -> int:
    """Count the tasks of a loop."""
    return len(asyncio.all_tasks())
