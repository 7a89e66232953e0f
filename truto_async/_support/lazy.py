"""What is loaded or made on first use, so that importing a package and making a client cost next to nothing."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from truto_async._support import collector

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LazyAttribute", "lazy"]

T = TypeVar("T")


class LazyAttribute(Generic[T]):
    """Decorate a method that makes the value of an attribute when it is first read.

    It is `functools.cached_property`, which mypy and pyright do not agree on where the class has the attribute.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        """Take the method, and its docstring."""
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Take the attribute's name."""
        self.name = name

    @overload
    def __get__(self, instance: None, owner: object) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: object) -> T: ...

    def __get__(self, instance: object, owner: object) -> Any:
        """Make the value and put it in the instance, where later reads find it."""
        if instance is None:
            return self
        value = vars(instance)[self.name] = self._make(instance)
        return value


def lazy(package: str, *modules: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` (PEP 562) for a package that exports the `__all__` of these modules.

    A name is searched in the modules in order, so list those that are cheap to import first. Modules of the package itself
    are attributes of it, too, without having been imported.
    """

    def public_names() -> list[str]:
        return sorted(name for module in modules for name in import_module(module).__all__)

    # Imports make many objects and hardly any garbage: looking for it would take a twentieth of the time.
    @collector.paused()
    def load(name: str) -> Any:
        if name == "__all__":
            return public_names()
        if f"{package}.{name}" in modules:
            return import_module(f"{package}.{name}")
        if not name.startswith("_"):
            for module in map(import_module, modules):
                if name in module.__all__:
                    value = getattr(module, name)
                    setattr(sys.modules[package], name, value)
                    return value
        msg = f"module {package!r} has no attribute {name!r}"
        raise AttributeError(msg)

    def directory() -> list[str]:
        return [*public_names(), *(name for name in vars(sys.modules[package]) if name.startswith("__"))]

    return load, directory
