"""How an asynchronous method becomes a blocking one, with the same parameters, types and docstring."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, cast, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import FunctionType

    from truto_sync._portal import Portal

__all__ = ["Facade", "blocking", "mirrors"]

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)
F = TypeVar("F", bound="Facade[Any]")
P = ParamSpec("P")
T = TypeVar("T")


class Facade(Generic[A_co]):
    """The blocking twin of an asynchronous object."""

    def __init__(self, target: A_co, portal: Portal) -> None:
        """Take the object and the way into its event loop."""
        self._target = target
        self._portal = portal


class blocking(Generic[A, P, T]):  # noqa: N801  # reads as a function: `get = blocking(AsyncSyncJobs.get)`
    """A method of a facade that runs the asynchronous method to its end."""

    def __init__(self, method: Callable[Concatenate[A, P], Coroutine[Any, Any, T]]) -> None:
        """Take the asynchronous method."""

        def call(facade: Facade[A], *args: P.args, **kwargs: P.kwargs) -> T:
            return facade._portal.run(lambda: method(facade._target, *args, **kwargs))  # noqa: SLF001  # its own facade

        self._call = cast("FunctionType", wraps(method)(call))

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Name the method after its class."""
        self._call.__qualname__ = f"{owner.__qualname__}.{name}"
        self._call.__module__ = owner.__module__

    @overload
    def __get__(self, facade: None, owner: type[F]) -> Callable[Concatenate[F, P], T]: ...

    @overload
    def __get__(self, facade: Facade[A], owner: object) -> Callable[P, T]: ...

    def __get__(self, facade: Facade[A] | None, owner: Any) -> Any:
        """Bind to an instance; of a class, give the function."""
        return self._call if facade is None else self._call.__get__(facade, owner)


def mirrors(
    init: Callable[Concatenate[Any, P], None],
) -> Callable[[Callable[..., None]], Callable[Concatenate[Any, P], None]]:
    """Give a constructor the parameters and docstring of another."""
    return wraps(init)
