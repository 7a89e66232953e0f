"""The fast path for GETs, the timer of the attempts, and where the session is used instead."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from contextvars import ContextVar
from enum import Enum, StrEnum
from functools import wraps
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp.base_protocol import BaseProtocol

from tests.wire import OK, Wire, WireServer, answer
from truto_async import APITimeoutError, AsyncTruto, ClientClosedError, Hooks
from truto_async._transport import fast_get
from truto_async._transport.attempt import BodyWatch, DeadlineTimer, _next_piece

if TYPE_CHECKING:
    from tests.conftest import MakeClient
    from truto_async.testing import FakeTruto

JOB_ID = "4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01"


def test_mocks_of_aiohttp_work(make_client: MakeClient, fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch) -> None:
    """What replaces the method of all aiohttp sessions, as mocks and monitors do, sees the requests."""
    seen: list[str] = []
    original = aiohttp.ClientSession._request

    async def watched(session: aiohttp.ClientSession, method: str, url: Any, **options: Any) -> aiohttp.ClientResponse:
        seen.append(f"{method} {url.path}")
        return await original(session, method, url, **options)

    monkeypatch.setattr(aiohttp.ClientSession, "_request", watched)
    truto = make_client(fake_truto.token, base_url=fake_truto.url)

    assert JOB_ID == truto.sync_jobs.get(JOB_ID).id
    assert [f"GET /sync-job/{JOB_ID}"] == seen


def test_another_aiohttp(make_client: MakeClient, fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where aiohttp's inside is not as it was, its session is used."""
    monkeypatch.setattr(fast_get, "is_supported", lambda *_: False)
    truto = make_client(fake_truto.token, base_url=fake_truto.url)

    assert JOB_ID == truto.sync_jobs.get(JOB_ID).id


def test_what_is_known_of_aiohttp() -> None:
    """It is told by the names and parameters that are used."""

    class Handler:
        def read(self) -> None: ...
        def set_response_params(self, *, read_until_eof: bool) -> None: ...

    class Renamed:
        def read(self) -> None: ...

    class Changed(Renamed):
        def set_response_params(self, *, until_eof: bool) -> None: ...

    class Connector:
        def connect(self, req: object, traces: object, timeout: object) -> None: ...

    assert fast_get.is_supported(Handler, Connector)
    assert not fast_get.is_supported(Renamed, Connector)
    assert not fast_get.is_supported(Changed, Connector)
    assert not fast_get.is_supported(Handler, Handler)


def test_how_much_is_read_at_once() -> None:
    """A transport that has a size of its reads gets a smaller one; one of another event loop is left alone."""

    class Transport:
        max_size = 256 * 1024

    ours, foreign = Transport(), SimpleNamespace()
    fast_get._read_less_at_once(ours)
    fast_get._read_less_at_once(foreign)

    assert 64 * 1024 == ours.max_size
    assert {} == vars(foreign)


async def test_a_base_url_with_a_path() -> None:
    """It comes before the path of the request, and the query after it."""
    with WireServer(_echo_target) as server:
        async with AsyncTruto("t", base_url=f"{server.url}/v1/eu/") as truto:
            assert {"target": "/v1/eu/a%20b?c=d%26"} == await truto.request("GET", "/a b", query={"c": "d&"})


async def _echo_target(wire: Wire) -> None:
    head = await wire.request()
    target = head.split(b" ")[1].decode()
    await wire.send(answer(f'{{"target": "{target}"}}'.encode()))


async def test_a_head_that_comes_too_late() -> None:
    """Where the head and the end of the time come in one turn of the loop, the time is up: the rest might never come."""

    async def head_only(wire: Wire) -> None:
        await wire.request()
        await asyncio.sleep(0.1)
        await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        await asyncio.Event().wait()

    with WireServer(head_only) as server:
        async with AsyncTruto("t", base_url=server.url, retry=None, timeout=0.3) as truto:
            call = asyncio.ensure_future(truto.sync_jobs.get("x"))
            while not server.heads:  # noqa: ASYNC110  # the server is in another thread
                await asyncio.sleep(0.001)
            time.sleep(0.5)  # noqa: ASYNC251  # the loop is busy while both come
            with pytest.raises(APITimeoutError):
                await asyncio.wait_for(call, 5)


class Expiring:
    """Stands in for an attempt, and records that its time was up."""

    def __init__(self) -> None:
        """Wait."""
        self.expired = asyncio.Event()

    def expire(self) -> None:
        """Record it."""
        self.expired.set()


async def test_the_timer_expires_each_attempt_in_its_time() -> None:
    """The earliest first, whatever the order of starting; never one that was stopped, or has no limit."""
    timer: Any = DeadlineTimer()
    late, early, stopped, never = attempts = [Expiring() for _ in range(4)]
    for attempt, seconds in zip(attempts, (0.2, 0.05, 0.06, None), strict=True):
        timer.start(attempt, seconds)
    timer.stop(stopped)

    await early.expired.wait()
    assert not late.expired.is_set()
    await late.expired.wait()
    assert not stopped.expired.is_set()
    assert not never.expired.is_set()

    again = Expiring()
    timer.start(again, 0.01)
    await again.expired.wait()


async def test_no_timeout(fake_truto: FakeTruto) -> None:
    """A client without a timeout starts no timer."""
    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, timeout=None) as truto:
        assert JOB_ID == (await truto.sync_jobs.get(JOB_ID)).id


def test_wrapped_methods_are_used(make_client: MakeClient, fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrapper that goes by the name of what it wraps is seen, and so is one of the public method."""
    seen: list[str] = []
    for name in ("_request", "request"):
        original = getattr(aiohttp.ClientSession, name)

        @wraps(original)
        def watched(*args: Any, _original: Any = original, _name: str = name, **options: Any) -> Any:
            seen.append(_name)
            return _original(*args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(aiohttp.ClientSession, name, watched)
            make_client(fake_truto.token, base_url=fake_truto.url).sync_jobs.get(JOB_ID)

    assert ["_request", "request"] == seen


async def test_no_time_left_before_connecting() -> None:
    """A deadline that passed while something else went on ends the call at once."""

    async def never(wire: Wire) -> None:
        await asyncio.Event().wait()

    hooks = Hooks(on_request=lambda _: time.sleep(0.2))
    with WireServer(never) as server:
        async with AsyncTruto("t", base_url=server.url, retry=None, hooks=hooks) as truto:
            with pytest.raises(APITimeoutError):
                await asyncio.wait_for(truto.with_options(deadline=0.1).sync_jobs.get("x"), 5)
        assert 0 == server.connections


async def test_a_stale_connection_while_closing() -> None:
    """A client that closes makes no new connection."""

    async def once(wire: Wire) -> None:
        await wire.request()
        await wire.send(OK)
        await wire.request()
        await asyncio.Event().wait()

    with WireServer(once) as server:
        truto = AsyncTruto("t", base_url=server.url, retry=None)
        await truto.sync_jobs.get("x")
        call = asyncio.ensure_future(truto.sync_jobs.get("x"))
        while len(server.heads) < 2:  # noqa: ASYNC110  # the server is in another thread
            await asyncio.sleep(0.001)
        await truto.close()
        with pytest.raises(ClientClosedError):
            await asyncio.wait_for(call, 5)
        assert 1 == server.connections


async def test_the_timer_keeps_no_context() -> None:
    """The variables of the call that happened to set the timer can be collected."""

    class Held:
        pass

    held = Held()
    seen = weakref.ref(held)
    variable: ContextVar[Held] = ContextVar("variable")
    timer: Any = DeadlineTimer()

    async def call(thing: Held) -> None:
        variable.set(thing)
        timer.start(Expiring(), 60)

    await asyncio.create_task(call(held))
    del held
    await asyncio.sleep(0)
    gc.collect()

    assert seen() is None
    timer.close()


class Known(StrEnum):
    """Ids by name."""

    JOB = JOB_ID


def test_an_id_from_an_enumeration(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """Its value is sent, not its name."""

    class Old(str, Enum):  # noqa: UP042  # the form before Python 3.11
        JOB = JOB_ID

    truto = make_client(fake_truto.token, base_url=fake_truto.url)

    assert JOB_ID == truto.sync_jobs.get(Known.JOB).id == truto.sync_jobs.get(Old.JOB).id


async def test_a_connection_that_was_lost_between_two_pieces() -> None:
    """Reading on is a disconnection, also where the protocol does not tell when it is closed."""
    protocol = BaseProtocol(asyncio.get_running_loop())
    content = aiohttp.StreamReader(protocol, 2**16)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await _next_piece(fast_get.Head(200, {}, content, protocol))


async def test_a_cancelled_notice_of_the_end_of_a_connection() -> None:
    """It wakes the reader all the same."""
    watch, closed = BodyWatch(), asyncio.get_running_loop().create_future()
    watch.content = aiohttp.StreamReader(BaseProtocol(asyncio.get_running_loop()), 2**16)
    closed.cancel()

    watch.connection_closed(closed)

    assert isinstance(watch.content.exception(), aiohttp.ClientPayloadError)
