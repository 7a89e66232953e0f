"""Blocking twins of asynchronous methods, with the same parameters, types and docstrings."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, cast, overload

from truto_async._support.deprecation import without_warning
from truto_async._support.lazy import LazyAttribute
from truto_sync._portal import Portal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
    from types import FunctionType

    from truto_async.batch import AsyncBatch
    from truto_async.paging import AsyncPager
    from truto_sync.batch import Batch
    from truto_sync.paging import Pager

__all__ = ["Facade", "blocking", "iterated", "mirrors", "nested", "paged", "part", "streamed"]

A = TypeVar("A")
B = TypeVar("B")
A_co = TypeVar("A_co", covariant=True)
F = TypeVar("F", bound="Facade[Any]")
P = ParamSpec("P")
T = TypeVar("T")


class Facade(Generic[A_co]):
    """The blocking twin of an asynchronous object."""

    def __init__(self, target: A_co, portal: Portal) -> None:
        """Run the object's coroutines through a portal."""
        self._target = target
        self._portal = portal

    def __repr__(self) -> str:
        """Show the object, under the name of its twin."""
        target = self._target
        return repr(target).replace(type(target).__name__, type(self).__name__, 1)


class Twin(Generic[A, P, T]):
    """A method of a facade, made of a method of the asynchronous class."""

    def __init__(self, method: Callable[Concatenate[A, P], Any], run: Callable[[Portal, Callable[[], Any]], T]) -> None:
        """Make a method that passes calls of the asynchronous one to `run`."""

        def call(facade: Facade[A], *args: P.args, **kwargs: P.kwargs) -> T:
            return run(facade._portal, lambda: target(facade._target, *args, **kwargs))  # noqa: SLF001  # its own facade

        # A warning of the method would be about the line above; it has to be about the caller's.
        target, decorate = without_warning(method)
        self._call = cast("FunctionType", decorate(wraps(method)(call)))

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Give the method the name and module of its class."""
        self._call.__qualname__ = f"{owner.__qualname__}.{name}"
        self._call.__module__ = owner.__module__

    @overload
    def __get__(self, facade: None, owner: type[F]) -> Callable[Concatenate[F, P], T]: ...

    @overload
    def __get__(self, facade: Facade[A], owner: object) -> Callable[P, T]: ...

    def __get__(self, facade: Facade[A] | None, owner: Any) -> Any:
        """Return a bound method for an instance, and the function for the class."""
        return self._call if facade is None else self._call.__get__(facade, owner)


def blocking(method: Callable[Concatenate[A, P], Coroutine[Any, Any, T]]) -> Twin[A, P, T]:
    """Make a method that runs the coroutine of the asynchronous one and returns its result."""
    return Twin(method, Portal.run)


def paged(method: Callable[Concatenate[A, P], AsyncPager[T]]) -> Twin[A, P, Pager[T]]:
    """Make a method that returns a blocking pager."""

    def make(portal: Portal, call: Callable[[], AsyncPager[T]]) -> Pager[T]:
        from truto_sync.paging import Pager  # noqa: PLC0415  # most scripts list nothing

        return Pager(call(), portal)

    return Twin(method, make)


def streamed(method: Callable[Concatenate[A, P], AsyncBatch[T]]) -> Twin[A, P, Batch[T]]:
    """Make a method that returns a blocking batch."""

    def make(portal: Portal, call: Callable[[], AsyncBatch[T]]) -> Batch[T]:
        from truto_sync.batch import Batch  # noqa: PLC0415  # most scripts have no batches

        return Batch(call(), portal)

    return Twin(method, make)


def iterated(
    method: Callable[Concatenate[A, P], AsyncGenerator[T, None]],
) -> Twin[A, P, Generator[T, None, None]]:
    """Make a method that returns a blocking generator."""
    return Twin(method, lambda portal, call: portal.walk(call()))


def nested(method: Callable[Concatenate[A, P], B], kind: Callable[[], Callable[[B, Portal], F]]) -> Twin[A, P, F]:
    """Make a method that returns the facade of what the asynchronous one returns.

    Args:
        method: the method of the asynchronous class, which does not wait.
        kind: returns the class of the facade, which may not be loaded yet.
    """
    return Twin(method, lambda portal, call: kind()(call(), portal))


def part(twin: LazyAttribute[A], kind: Callable[[], Callable[[A, Portal], F]]) -> LazyAttribute[F]:
    """Make an attribute with the facade of an attribute of the asynchronous object, when it is first read.

    Args:
        twin: the attribute of the asynchronous class.
        kind: returns the class of the facade, which may not be loaded yet.
    """

    def make(facade: Facade[Any]) -> F:
        return kind()(getattr(facade._target, twin.name), facade._portal)  # noqa: SLF001  # its own facade

    make.__doc__ = twin.__doc__
    return LazyAttribute(make)


def mirrors(
    init: Callable[Concatenate[Any, P], None],
) -> Callable[[Callable[..., None]], Callable[Concatenate[Any, P], None]]:
    """Return a decorator that gives a constructor the parameters and docstring of another."""
    return wraps(init)
