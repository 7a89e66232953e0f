"""The thread with the event loop, at its edges."""

from __future__ import annotations

import asyncio
import sys
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import run_here, run_script
from truto_async import APIConnectionError, ClientClosedError
from truto_sync import Truto
from truto_sync._call import BlockingCall
from truto_sync._portal import Portal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from types import FrameType

    from truto_async.testing import FakeTruto

variable: ContextVar[int] = ContextVar("variable")


async def nothing() -> None:
    """Do nothing."""


async def seven() -> int:
    """Give a number."""
    return 7


async def forever() -> None:
    """Never end."""
    await asyncio.Event().wait()


def test_calls_that_come_too_late_do_not_hang() -> None:
    """A call that slips in while the loop ends, or after, ends with ClientClosedError."""
    closing = threading.Event()
    kept: list[AsyncGenerator[None, None]] = []

    async def linger() -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            closing.set()
            await asyncio.sleep(0.3)

    async def on_close() -> None:
        kept.append(linger())
        await anext(kept[0])

    portal = Portal(on_close)
    portal.run(nothing)
    loop_thread = portal._loop_thread
    assert loop_thread is not None
    closer = threading.Thread(target=portal.close)
    closer.start()
    closing.wait()
    for _ in range(2):
        with pytest.raises(ClientClosedError):
            loop_thread.run(forever)
        closer.join()
    loop_thread.stop()


def test_a_call_that_has_just_ended() -> None:
    """A result that nobody has picked up yet when the loop ends is left as it is."""
    portal = Portal(nothing)
    portal.run(nothing)
    assert portal._loop_thread is not None
    call = BlockingCall(seven())
    call.cancel()
    portal._loop_thread._calls.add(call)
    portal._loop_thread._loop.call_soon_threadsafe(call.start, portal._loop_thread._loop)
    call.wait()

    portal.close()
    call.wait()  # as where a signal interrupts right after the wait
    call.close()

    assert 7 == call.result()


def test_a_call_that_is_cancelled_before_its_first_step() -> None:
    """Its caller is released, and its coroutine is closed."""
    portal = Portal(nothing)
    portal.run(nothing)
    assert portal._loop_thread is not None
    loop = portal._loop_thread._loop
    call = BlockingCall(forever())

    def begin_and_cancel() -> None:
        call.start(loop)
        call.cancel()

    loop.call_soon_threadsafe(begin_and_cancel)
    call.wait()
    call.close()
    with pytest.raises(ClientClosedError):
        call.result()
    portal.close()


def test_closing_with_many_calls_under_way() -> None:
    """Each ends with ClientClosedError, also one that comes while the client closes."""
    portal = Portal(nothing)
    ended: list[BaseException] = []

    def work() -> None:
        with pytest.raises(ClientClosedError) as caught:
            portal.run(forever)
        ended.append(caught.value)

    threads = [threading.Thread(target=work) for _ in range(50)]
    for thread in threads[:25]:
        thread.start()
    closer = threading.Thread(target=portal.close)
    for thread in [*threads[25:40], closer, *threads[40:]]:
        thread.start()
    for thread in [*threads, closer]:
        thread.join(10)

    assert 50 == len(ended)


def test_a_burst_of_threads() -> None:
    """Each of 200 threads gets its own results, and its hooks see its own context variables."""
    portal = Portal(nothing)
    got: list[tuple[int, int]] = []

    async def see() -> int:
        await asyncio.sleep(0)
        return variable.get()

    def work(number: int) -> None:
        variable.set(number)
        got.extend((number, portal.run(see)) for _ in range(20))

    threads = [threading.Thread(target=work, args=[number]) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    portal.close()

    assert 4000 == len(got)
    assert all(number == seen for number, seen in got)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError, ValueError])
def test_whatever_a_hook_raises(kind: type[BaseException]) -> None:
    """The caller gets it, and the loop goes on."""
    portal = Portal(nothing)

    async def fail() -> None:
        await asyncio.sleep(0)
        raise kind("from a hook")

    expected = ClientClosedError if kind in (GeneratorExit, asyncio.CancelledError) else kind
    for _ in range(2):
        with pytest.raises(expected):
            portal.run(fail)
    assert 7 == portal.run(seven)
    portal.close()


def test_a_call_inside_the_making_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal handler, or the collector, may make a call right before the wake-up for another."""
    portal = Portal(nothing)
    portal.run(nothing)
    assert portal._loop_thread is not None
    loop = portal._loop_thread._loop
    wake = loop.call_soon_threadsafe
    inner: list[int] = []

    def interrupted(*args: Any) -> asyncio.Handle:
        monkeypatch.undo()
        inner.append(portal.run(seven))
        return wake(*args)

    monkeypatch.setattr(loop, "call_soon_threadsafe", interrupted)

    assert (7, [7]) == (portal.run(seven), inner)
    portal.close()


def test_an_interruption_right_before_the_wake_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits in the inbox begins, is cancelled, and ends before the interruption is passed on."""
    portal = Portal(nothing)
    portal.run(nothing)
    assert portal._loop_thread is not None
    ended: list[bool] = []

    async def work() -> None:
        try:
            await forever()
        finally:
            ended.append(True)

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(portal._loop_thread, "_wake", interrupted)
    with pytest.raises(KeyboardInterrupt):
        portal.run(work)
    monkeypatch.undo()

    assert 7 == portal.run(seven)
    assert sys.version_info < (3, 12) or ended  # before 3.12 it is cancelled before its first step
    portal.close()


def test_closing_from_inside() -> None:
    """Closing in the loop's own thread, where a collected client may be closed, does not wait for itself."""
    portal = Portal(nothing)

    async def close() -> None:
        portal.close()

    portal.run(close)
    with pytest.raises(ClientClosedError):
        portal.run(nothing)


def test_a_portal_that_was_never_used() -> None:
    """Without a call there is no thread, and closing is nothing."""
    before = threading.active_count()
    portal = Portal(nothing)
    portal.close()

    assert before == threading.active_count()
    with pytest.raises(ClientClosedError):
        portal.run(nothing)


LOOP = """
import asyncio, sys
{setup}
from truto_sync._portal import Portal

async def on_close(): pass
async def loop(): return type(asyncio.get_running_loop()).__module__

portal = Portal(on_close)
print(portal.run(loop))
portal.close()
"""


def test_the_loop_is_uvloops_where_it_is_installed() -> None:
    """The extra `speed` brings it; without it the loop is asyncio's."""
    pytest.importorskip("uvloop")

    assert "uvloop" == run_script(LOOP.format(setup="")).stdout.strip()
    assert "asyncio.unix_events" == run_script(LOOP.format(setup="sys.modules['uvloop'] = None")).stdout.strip()


def test_uvloop_can_be_switched_off() -> None:
    """By an environment variable."""
    assert "asyncio.unix_events" == run_script(LOOP.format(setup=""), TRUTO_UVLOOP="0").stdout.strip()


GREENLETS = """
import types
module = types.ModuleType("{module}")
module.{function} = lambda name: name == "{name}"
sys.modules["{module}"] = module
"""


@pytest.mark.parametrize(
    ("module", "function", "name"),
    [("gevent.monkey", "is_module_patched", "threading"), ("eventlet.patcher", "is_monkey_patched", "thread")],
)
def test_no_uvloop_where_threads_are_greenlets(module: str, function: str, name: str) -> None:
    """Its loop would never let another greenlet run."""
    pytest.importorskip("uvloop")
    patched = GREENLETS.format(module=module, function=function, name=name)
    imported = GREENLETS.format(module=module, function=function, name="socket")

    assert "asyncio.unix_events" == run_script(LOOP.format(setup=patched)).stdout.strip()
    assert "uvloop" == run_script(LOOP.format(setup=imported)).stdout.strip()


async def test_a_thread_in_which_another_loop_runs(monkeypatch: pytest.MonkeyPatch, fake_truto: FakeTruto) -> None:
    """So it is for a second client under gevent: an error, and no wait for ever."""
    monkeypatch.setattr(threading.Thread, "start", run_here)

    with (
        Truto(fake_truto.token, base_url=fake_truto.url) as truto,
        pytest.raises(APIConnectionError, match="greenlets"),
    ):
        truto.sync_jobs.get("x")


SLOW_START = """
import asyncio, os, signal, threading, time, warnings
from truto_async import ClientClosedError
from truto_async.testing import FakeTruto
from truto_sync import Truto

warnings.filterwarnings("ignore", ".*[Pp]olicy", DeprecationWarning)  # Python 3.14 warns of all policies

class Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        if threading.current_thread().name == "truto_sync" and not started:
            started.append(True)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
        return super().new_event_loop()

def threads():
    return sum(thread.name == "truto_sync" for thread in threading.enumerate())

started = []
asyncio.set_event_loop_policy(Policy())
fake = FakeTruto().__enter__()
job_id = next(iter(fake.jobs))
truto = Truto(fake.token, base_url=fake.url)
"""


def test_ctrl_c_while_the_thread_starts() -> None:
    """The thread ends by itself, and the next call starts another."""
    done = run_script(
        SLOW_START
        + """
try:
    truto.sync_jobs.get(job_id)
except KeyboardInterrupt:
    time.sleep(0.5)
    print(threads())
print(truto.sync_jobs.get(job_id).id == job_id, threads())
truto.close()
print(threads())
""",
        TRUTO_UVLOOP="0",
    )

    assert ("0\nTrue 1\n0\n", "") == (done.stdout, done.stderr)


def test_a_signal_handler_that_closes_while_the_thread_starts() -> None:
    """The call that started it ends with ClientClosedError, and no thread is left."""
    done = run_script(
        SLOW_START
        + """
signal.signal(signal.SIGINT, lambda *_: truto.close())
try:
    truto.sync_jobs.get(job_id)
except ClientClosedError:
    time.sleep(0.5)
    print("closed", threads())
""",
        TRUTO_UVLOOP="0",
    )

    assert ("closed 0\n", "") == (done.stdout, done.stderr)


def test_a_signal_handler_that_calls_while_the_thread_starts() -> None:
    """Both calls succeed, on one thread."""
    done = run_script(
        SLOW_START
        + """
signal.signal(signal.SIGINT, lambda *_: print(truto.sync_jobs.get(job_id).id == job_id))
print(truto.sync_jobs.get(job_id).id == job_id)
time.sleep(0.5)
print(threads())
truto.close()
print(threads())
""",
        TRUTO_UVLOOP="0",
    )

    assert ("True\nTrue\n1\n0\n", "") == (done.stdout, done.stderr)


def test_a_client_that_is_collected_while_its_loop_closes() -> None:
    """A thread whose loop is closed, and that has not ended yet, needs no stopping."""
    done = run_script(
        """
import asyncio, threading, time, warnings
from truto_async import Hooks
from truto_async.testing import FakeTruto
from truto_sync import Truto

class Loop(asyncio.SelectorEventLoop):
    def close(self):
        super().close()
        if threading.current_thread().name == "truto_sync":
            closed.set()
            time.sleep(0.3)

warnings.filterwarnings("ignore", ".*[Pp]olicy", DeprecationWarning)  # Python 3.14 warns of all policies

class Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = Loop

closed = threading.Event()
asyncio.set_event_loop_policy(Policy())
fake = FakeTruto().__enter__()
closing = Hooks(on_response=lambda _: truto.close())
truto = Truto(fake.token, base_url=fake.url, hooks=closing)
truto.sync_jobs.get(next(iter(fake.jobs)))
closed.wait()
del truto
print("collected", sum(thread.name == "truto_sync" for thread in threading.enumerate()))
""",
        TRUTO_UVLOOP="0",
    )

    assert ("collected 0\n", "") == (done.stdout, done.stderr)


def test_ctrl_c_at_the_worst_moment_of_the_start() -> None:
    """Where `threading` makes a RuntimeError of it, Ctrl-C is Ctrl-C all the same."""
    portal = Portal(nothing)
    before, interval = sys.getprofile(), sys.getswitchinterval()

    def interrupt(frame: FrameType, *_: object) -> None:
        if frame.f_code.co_name == "_acquire_restore":  # the caller waits for the thread no longer, and has no lock yet
            sys.setprofile(before)
            raise KeyboardInterrupt

    sys.setswitchinterval(10)  # the thread begins only when its caller waits
    sys.setprofile(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            portal.run(nothing)
    finally:
        sys.setprofile(before)
        sys.setswitchinterval(interval)

    assert 7 == portal.run(seven)
    portal.close()


def test_no_more_threads(monkeypatch: pytest.MonkeyPatch, fake_truto: FakeTruto) -> None:
    """A system that has no thread left is an error of the SDK, and the next call works."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Truto(fake_truto.token, base_url=fake_truto.url) as truto:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            with pytest.raises(APIConnectionError, match="can't start new thread"):
                truto.sync_jobs.get("x")
        assert truto.sync_jobs.list().to_list()
