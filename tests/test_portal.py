"""The thread with the event loop, at its edges."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from truto_async import ClientClosedError
from truto_sync._portal import Portal, _Call

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


async def nothing() -> None:
    """Do nothing."""


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
    call = _Call(portal._loop_thread._loop, nothing())
    call.drop()
    call.cancel()
    call.result.set_result(None)
    portal._loop_thread._calls.add(call)

    portal.close()

    assert call.result.result() is None


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
