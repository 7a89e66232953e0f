"""A deprecated method warns its caller, in both packages."""

from __future__ import annotations

import asyncio
import inspect
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from truto_async._support.deprecation import deprecated
from truto_sync._blocking import Facade, blocking
from truto_sync._portal import Portal

if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGE = "`old` goes away in 0.4: use `new`."


class AsyncThing:
    """Has two methods and an attribute that go away."""

    @deprecated(MESSAGE)
    async def old(self, number: int) -> int:
        """Return the next number."""
        return number + 1

    @deprecated(MESSAGE)
    def plain(self) -> int:
        """Return a number."""
        return 3

    @property
    @deprecated(MESSAGE)
    def size(self) -> int:
        """A number."""
        return 4


class Thing(Facade[AsyncThing]):
    """Its blocking twin."""

    old = blocking(AsyncThing.old)


async def nothing() -> None:
    """Close nothing."""


def caught(call: Callable[[], Any]) -> tuple[Any, list[tuple[type[Warning], str, str]]]:
    """Return a call's result and its warnings: their kind, text and file."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        result = call()
    return result, [(each.category, str(each.message), each.filename) for each in found]


WARNED = [(DeprecationWarning, MESSAGE, __file__)]


def test_a_method() -> None:
    """The warning names the line of the caller."""
    assert (3, WARNED) == caught(lambda: AsyncThing().plain())
    assert (4, WARNED) == caught(lambda: AsyncThing().size)


def test_a_coroutine() -> None:
    """It warns where it is awaited, and is a coroutine function as before."""

    async def main() -> int:
        return await AsyncThing().old(1)

    assert (2, WARNED) == caught(lambda: asyncio.run(main()))
    assert inspect.iscoroutinefunction(AsyncThing.old)


def test_its_blocking_twin() -> None:
    """The warning is about the caller's line here, too, and comes once."""
    portal = Portal(nothing)
    try:
        assert (2, WARNED) == caught(lambda: Thing(AsyncThing(), portal).old(1))
    finally:
        portal.close()


@pytest.mark.parametrize("method", [AsyncThing.old, Thing.old])
def test_what_it_keeps(method: Any) -> None:
    """Name, docstring and parameters are those of the method; the message can be read."""
    assert "Return the next number." == method.__doc__
    assert ["self", "number"] == list(inspect.signature(method).parameters)
    assert MESSAGE == method.__deprecated__
