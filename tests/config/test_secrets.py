"""The token is shown nowhere."""

from __future__ import annotations

import asyncio
import gc
import logging
import pickle
import traceback
import warnings
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from tests.transport.test_wire import FAULTS
from tests.wire import WireServer
from truto_async import AsyncTruto, Hooks, InvalidArgumentError, RetryPolicy, TrutoError
from truto_async.testing import SEED_JOBS, FakeTruto
from truto_sync import Truto

if TYPE_CHECKING:
    from tests.conftest import MakeClient

TOKEN = "tok-5e9c-do-not-show"
JOB_ID = SEED_JOBS[0]["id"]


def everything(error: BaseException) -> str:
    """Write down all that an error report could hold: the chain, each frame's locals, the pickle."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    # The frames of the tests themselves hold the token.
    report.stack[:] = [frame for frame in report.stack if "/tests/" not in frame.filename]
    shown = ["".join(report.format()), repr(error), str(error), repr(vars(error))]
    try:
        shown.append(repr(pickle.dumps(error)))
    except TypeError:
        assert not isinstance(error, TrutoError)
    linked = (everything(other) for other in (error.__cause__, error.__context__) if other is not None)
    return "\n".join([*shown, *linked])


@pytest.fixture
def debug_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Log everything of everybody."""
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_error_shows_it(make_client: MakeClient, debug_log: pytest.LogCaptureFixture, fault: str, method: str) -> None:
    """Neither an error, nor its frames, causes or pickle, nor any log line."""
    with WireServer(FAULTS[fault][0]) as server:
        truto = make_client(TOKEN, base_url=server.url, retry=None, timeout=0.2, max_response_bytes=2**20)
        call = partial(truto.request, method, "/x", json={}) if method == "POST" else partial(truto.sync_jobs.get, "x")
        try:
            call()
        except TrutoError as error:
            shown = everything(error)
        else:
            assert method == "POST", "an answer may be good enough for a POST"
            shown = ""

        assert TOKEN in b"".join(server.heads).decode() or not server.heads
    assert TOKEN not in shown + debug_log.text


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 422, 429, 500])
def test_no_answer_shows_it(make_client: MakeClient, fake_truto: FakeTruto, status: int) -> None:
    """Not even where the server echoes it, in the body and in headers."""
    echo = {"Authorization": f"Bearer {TOKEN}", "Location": f"https://x/?{TOKEN}", "X-Request-Id": TOKEN}
    fake_truto.fail(status, body={"message": TOKEN, "raw_response": [TOKEN], "error": TOKEN}, headers=echo)
    truto = make_client(TOKEN, base_url=fake_truto.url, retry=None)

    with pytest.raises(TrutoError) as caught:
        truto.sync_jobs.get(JOB_ID)

    assert TOKEN not in everything(caught.value)


def test_no_refused_argument_shows_it(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A malformed token, from the environment, too, or wrong options next to a good one."""
    monkeypatch.setenv("TRUTO_API_TOKEN", f"{TOKEN}\n")
    for token, options in ((f"{TOKEN}\n", {}), (None, {}), (TOKEN, {"timeout": -1}), (TOKEN, {"base_url": "ftp://x"})):
        with pytest.raises(InvalidArgumentError) as caught:
            make_client(token, **options)
        assert TOKEN not in everything(caught.value)


def test_settings_do_not_show_it() -> None:
    """Nor a proxy's password."""
    settings = AsyncTruto(TOKEN, proxy="http://u:hush-51@x:1")._transport.settings

    assert TOKEN not in repr(settings)
    assert "hush" not in repr(settings)
    assert repr(AsyncTruto.__new__(AsyncTruto)) == "AsyncTruto(...)"
    assert repr(Truto.__new__(Truto)) == "Truto(...)"


async def test_no_cancelled_call_shows_it(fake_truto: FakeTruto, debug_log: pytest.LogCaptureFixture) -> None:
    """A cancellation passes through the HTTP library's frames."""
    fake_truto.token = TOKEN
    fake_truto.fail(delay=30)
    async with AsyncTruto(TOKEN, base_url=fake_truto.url) as truto:
        task = asyncio.create_task(truto.sync_jobs.get(JOB_ID))
        await asyncio.sleep(0.2)
        shown = repr(task) + repr(task.get_stack())
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task

    assert TOKEN not in everything(caught.value) + shown + debug_log.text


def reachable(root: object) -> list[object]:
    """Follow what an object refers to, within the SDK, attrs and containers."""
    seen: dict[int, object] = {}
    pending = [root]
    while pending:
        thing = pending.pop()
        if id(thing) in seen or isinstance(thing, type | ModuleType) or callable(thing):
            continue
        seen[id(thing)] = thing
        module = type(thing).__module__
        if module.startswith(("truto", "aiohttp", "builtins", "multidict", "weakref", "collections")):
            pending += gc.get_referents(thing)
    return list(seen.values())


async def test_no_object_shows_it(fake_truto: FakeTruto) -> None:
    """The repr of nothing that a client holds, its session included, and no pickle of it."""
    fake_truto.token = TOKEN
    events: list[Any] = []
    hooks = Hooks(on_request=events.append, on_response=events.append, on_retry=events.append)
    retry = RetryPolicy(base=0.001)
    async with AsyncTruto(TOKEN, base_url=fake_truto.url, hooks=hooks, retry=retry, proxy=None) as truto:
        fake_truto.fail(500, body=TOKEN)
        await truto.sync_jobs.get(JOB_ID)
        things = reachable(truto)
        assert any(type(thing).__name__ == "Secret" for thing in things)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shown = [repr(thing) for thing in things if type(thing) not in (str, bytes)]
        pickled = pickle.dumps(attrs.evolve(retry)) + pickle.dumps(
            AsyncTruto(TOKEN, base_url=fake_truto.url, timeout=3, retry=retry)
        )

    assert 4 <= len(events)
    assert TOKEN not in "".join(shown) + repr(events) + repr(pickle.dumps(events))
    assert TOKEN.encode() not in pickled
