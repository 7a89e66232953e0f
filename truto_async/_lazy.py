"""Public names that load on first use, so that importing a package costs next to nothing."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["lazy"]


def lazy(package: str, *homes: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make `__getattr__` and `__dir__` of a package (PEP 562) that shows what its homes have in their `__all__`.

    The homes are searched in order, so the cheapest to import comes first.
    """

    def names() -> list[str]:
        return sorted(name for home in homes for name in import_module(home).__all__)

    def load(name: str) -> Any:
        if name == "__all__":
            return names()
        if f"{package}.{name}" in homes:
            return import_module(f"{package}.{name}")
        if not name.startswith("_"):
            for module in map(import_module, homes):
                if name in module.__all__:
                    value = getattr(module, name)
                    setattr(sys.modules[package], name, value)
                    return value
        msg = f"module {package!r} has no attribute {name!r}"
        raise AttributeError(msg)

    def directory() -> list[str]:
        return [*names(), *(name for name in vars(sys.modules[package]) if name.startswith("__"))]

    return load, directory
