"""How something public is deprecated. docs/contributing/releasing.md says when."""

from __future__ import annotations

import inspect
import warnings
from functools import wraps
from typing import TYPE_CHECKING, Any

__all__ = ["deprecated", "without_warning"]

if TYPE_CHECKING:
    from collections.abc import Callable

    # Type checkers know it by this name, and editors strike out what it decorates. It need not be installed.
    from typing_extensions import deprecated
else:

    def deprecated(message: str, /) -> Callable[[Any], Any]:
        """Decorate a function or a method that will go away, so that a call warns (PEP 702).

        Args:
            message: when it goes away and what to use, as in "`old` goes away in 0.4: use `new`."
        """

        def decorate(function: Any) -> Any:
            def warn() -> None:
                warnings.warn(message, DeprecationWarning, stacklevel=3)

            if inspect.iscoroutinefunction(function):

                @wraps(function)
                async def call(*args: Any, **kwargs: Any) -> Any:
                    warn()
                    return await function(*args, **kwargs)

            else:

                @wraps(function)
                def call(*args: Any, **kwargs: Any) -> Any:
                    warn()
                    return function(*args, **kwargs)

            call.__deprecated__ = message
            return call

        return decorate


def without_warning(function: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
    """Return a function that does not warn, and a decorator that makes others warn in its place."""
    message = getattr(function, "__deprecated__", None)
    return (function, lambda other: other) if message is None else (inspect.unwrap(function), deprecated(message))
