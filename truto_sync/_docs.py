"""Docstrings that are written once, in the asynchronous package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["described_as"]

F = TypeVar("F", bound="Callable[..., Any]")


def described_as(twin: object) -> Callable[[F], F]:
    """Return a decorator that copies the docstring of another function."""

    def describe(function: F) -> F:
        function.__doc__ = twin.__doc__
        return function

    return describe
