"""The two packages: what one has, the other has, with the same parameters, types and docstrings."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

import truto_async
import truto_sync
from truto_async import AsyncTruto
from truto_async import resources as asynchronous_resources
from truto_async._support.lazy import LazyAttribute
from truto_sync import Truto
from truto_sync import resources as blocking_resources

if TYPE_CHECKING:
    from types import ModuleType

RESOURCES: list[tuple[type[Any], type[Any]]] = [
    (getattr(asynchronous_resources, name), getattr(blocking_resources, name.removeprefix("Async")))
    for name in asynchronous_resources.__all__
    if name.startswith("Async")
]
TWINS: list[tuple[type[Any], type[Any]]] = [(AsyncTruto, Truto), *RESOURCES]
SYNCHRONOUS = {"with_options", "resource", "state", "list", "get_many", "items", "watch"}
SYNCHRONOUS |= {name for name in dir(asynchronous_resources.AsyncLogs) if not name.startswith("_")}
CONTEXT = {"__aenter__": "__enter__", "__aexit__": "__exit__"}


def public(package: ModuleType) -> set[str]:
    """List the public names of a package."""
    return set(package.__all__)


def names(cls: type[Any]) -> set[str]:
    """List what a class offers, under its blocking name."""
    offered = {name for name in dir(cls) if not name.startswith("_")} | {"__repr__"}
    return {name for name in offered if not name.startswith("_")} | {
        CONTEXT.get(name, name) for name in CONTEXT | {name: name for name in CONTEXT.values()} if hasattr(cls, name)
    }


def test_same_public_names() -> None:
    """Each name of one package is in the other; what awaits has the prefix Async."""
    asynchronous = {name.removeprefix("Async") for name in public(truto_async)}

    assert asynchronous == public(truto_sync)
    for name in public(truto_async) & public(truto_sync):
        assert getattr(truto_async, name) is getattr(truto_sync, name)


def _parameters(method: Any) -> list[inspect.Parameter]:
    return list(inspect.signature(method).parameters.values())


@pytest.mark.parametrize(("asynchronous", "blocking"), TWINS)
def test_twins(asynchronous: type[Any], blocking: type[Any]) -> None:
    """Twins offer the same names, and their methods the same parameters, results and docstrings; none awaits."""
    assert names(asynchronous) == names(blocking)
    for name in names(asynchronous) - set(CONTEXT.values()):
        one, other = getattr(asynchronous, name), getattr(blocking, name)
        if isinstance(one, LazyAttribute):
            assert one.__doc__ == other.__doc__
            continue
        assert inspect.iscoroutinefunction(one) or name in SYNCHRONOUS, name
        assert not inspect.iscoroutinefunction(other), name
        assert _parameters(one) == _parameters(other), name
        assert inspect.getdoc(one) == inspect.getdoc(other), name
        assert "await" not in (inspect.getdoc(one) or "await"), name
        assert f"{blocking.__name__}.{name}" == other.__qualname__


@pytest.mark.parametrize(
    ("asynchronous", "blocking"), [(truto_async.AsyncPager, truto_sync.Pager), (truto_async.AsyncBatch, truto_sync.Batch)]
)
def test_twins_by_hand(asynchronous: type[Any], blocking: type[Any]) -> None:
    """Pagers and batches are written out in both packages, with the same names, parameters and docstrings."""
    offered = {name for name in dir(blocking) if not name.startswith("_")}

    assert offered == {name for name in dir(asynchronous) if not name.startswith("_")} - {"order"}
    assert asynchronous.__doc__ == blocking.__doc__
    for name in offered:
        one, other = getattr(asynchronous, name), getattr(blocking, name)
        assert inspect.getdoc(one) == inspect.getdoc(other), name
        if callable(one):
            assert _parameters(one) == _parameters(other), name


def test_same_constructor() -> None:
    """The constructors take the same and say the same."""
    assert inspect.signature(AsyncTruto) == inspect.signature(Truto)
    assert AsyncTruto.__init__.__doc__ == Truto.__init__.__doc__


def test_every_resource_has_a_twin() -> None:
    """Each resource of the one client is one of the other."""
    one, other = AsyncTruto("token"), Truto("token")
    attributes = [name for name, value in vars(AsyncTruto).items() if isinstance(value, LazyAttribute)]

    for name in attributes:
        assert (type(getattr(one, name)), type(getattr(other, name))) in RESOURCES
        assert getattr(one, name) is getattr(one, name)


def test_helpful_on_the_instance() -> None:
    """An editor or notebook that asks the object, not the class, gets the same."""
    get = Truto("token").sync_jobs.get

    assert ["id"] == list(inspect.signature(get).parameters)
    assert "Fetch one sync job" in (get.__doc__ or "")
    assert "SyncJobs.get" in repr(get)
