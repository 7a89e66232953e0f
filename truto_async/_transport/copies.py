"""Copies of clients: those that come to a process in pickles, and those that the module `copy` makes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, Unpack

from truto_async._config.endpoint import read_token
from truto_async._limits.rate_limit import RateLimit
from truto_async._support import fork

if TYPE_CHECKING:
    from collections.abc import Hashable

    from truto_async._transport.settings import CallOptions

__all__ = ["Client", "Copyable", "unpickled"]

MOST = 16


class Client(Protocol):
    """A client of either package."""

    def __init__(self, token: str | None = None, **options: Any) -> None: ...

    def _is_closed(self) -> bool: ...

    def _refuse(self, problem: str) -> None: ...

    def with_options(self, **options: Unpack[CallOptions]) -> Self: ...  # as AsyncTruto has it


C = TypeVar("C", bound=Client)


class Copyable:
    """A client whose copies in the same process share all that it has, as those of `with_options` do."""

    def __copy__(self) -> Self:
        """Return a client on the same connections, rate limit and retry budget."""
        copy = object.__new__(type(self))
        vars(copy).update(vars(self))
        return copy

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        """Return the same as a flat copy: connections cannot be copied."""
        return self.__copy__()


class KeptClients:
    """The clients that were unpickled in this process, by their settings. The least recently used of many goes."""

    def __init__(self) -> None:
        self._clients: dict[Hashable, Any] = {}  # the least recently used is the first
        self.after_fork()
        fork.register(self)

    def after_fork(self) -> None:
        """Make a new lock: a thread of the parent may hold it. The clients start afresh by themselves."""
        self._lock = threading.RLock()  # the constructor of a client may unpickle another

    def get(self, key: Hashable, cls: type[C], options: dict[str, Any]) -> C:
        """Return the client with these settings; make it where there is none that is open."""
        with self._lock:
            client: C | None = self._clients.pop(key, None)
            if client is None or client._is_closed():  # noqa: SLF001  # of this SDK
                client = cls(**options)
            self._clients[key] = client
            dropped = [self._clients.pop(oldest) for oldest in list(self._clients)[:-MOST]]
        del dropped  # without the lock, since a blocking client that goes waits for its thread
        return client


_kept = KeptClients()


def unpickled(cls: type[C], options: dict[str, Any], changed: CallOptions) -> C:
    """Return the client of this process with these options and the token in the environment.

    It is made at first, and again when it was closed. A client whose options cannot be compared is always a new one. With
    `changed` options, return a copy of it by `with_options`.
    """
    client = _client(cls, options)
    return client.with_options(**changed) if changed else client


def _client(cls: type[C], options: dict[str, Any]) -> C:
    token = read_token(None)
    if isinstance(token, str):
        # An error here would break those who only pass the client on, such as Dask's scheduler, and hang those who wait for
        # a worker that cannot read its task.
        client = cls("none", **options)
        client._refuse(token)
        return client
    key = (cls, token.digest(), *((name, _by_value(value)) for name, value in options.items()))
    try:
        hash(key)
    except TypeError:
        return cls(**options)
    return _kept.get(key, cls, options)


def _by_value(option: object) -> object:
    """Return what tells options apart: a limit comes out of each pickle as a new object, with the same numbers."""
    if type(option) is RateLimit:
        return option.limit, option.per, option._per_account  # noqa: SLF001  # nobody else needs to know it
    return option
