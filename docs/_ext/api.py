"""What the reference is about: the names that users import, and the blocking twins of asynchronous classes."""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from truto_async import AsyncTruto
from truto_async._support.lazy import LazyAttribute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MODULES = (
    "truto_async",
    "truto_async.pipeline",
    "truto_async.redis",
    "truto_async.testing",
    "truto_async.webhooks",
    "truto_sync",
    "truto_sync.pipeline",
    "truto_sync.redis",
    "truto_sync.testing",
    "truto_sync.webhooks",
)
# Bases that are not imported from a package, and whose fields public classes have.
_BASES = ("truto_async.models.nodes.NodeBase", "truto_async.models.log.LogEntry", "truto_async.webhooks.Envelope")


@cache
def public_objects() -> Mapping[str, Any]:
    """Return every public object by its full name."""
    modules = {path: import_module(path) for path in MODULES}
    return {f"{path}.{name}": getattr(module, name) for path, module in modules.items() for name in module.__all__}


@cache
def _documented() -> Mapping[int, str]:
    """Return the full name under which each object is described, by its identity."""
    described: dict[int, str] = {}
    for base in _BASES:
        module, _, name = base.rpartition(".")
        described[id(getattr(import_module(module), name))] = base
    for name, value in public_objects().items():
        described.setdefault(id(value), name)
    return described


def documented_name(obj: object) -> str | None:
    """Return the full name under which an object is described; None if it is not public."""
    return _documented().get(id(obj))


def other_names(name: str) -> Iterator[str]:
    """Yield the other full names of an object, such as `truto_sync.SyncJob` for `truto_async.SyncJob`."""
    objects = public_objects()
    if name in objects:
        yield from (other for other, value in objects.items() if other != name and value is objects[name])


@cache
def resources() -> Mapping[str, str]:
    """Return the class of each resource by its attribute of the client: `AsyncSyncJobs` for `sync_jobs`."""
    made = {name: value._make for name, value in vars(AsyncTruto).items() if isinstance(value, LazyAttribute)}
    return {name: make.__annotations__["return"].rpartition(".")[2] for name, make in made.items()}


@cache
def twins() -> Mapping[str, str]:
    """Return the blocking twin of each asynchronous class, both without their package: `Truto` for `AsyncTruto`."""
    names = [name.removeprefix("truto_async.") for name, value in public_objects().items() if inspect.isclass(value)]
    return {name: name.removeprefix("Async") for name in names if name.startswith("Async")}
