"""Checks of arguments and options; each raises InvalidArgumentError, which names the option.

Those with three parameters are attrs validators.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeGuard

from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

    import attrs

__all__ = ["check_count", "check_flag", "check_instance", "check_number", "check_positive", "check_seconds"]


def check_number(name: str, value: Any, kinds: Any) -> None:
    """Require a positive number of these types; booleans are refused."""
    if isinstance(value, bool) or not isinstance(value, kinds) or not 0 < value < math.inf:
        raise InvalidArgumentError(f"{name} must be a positive {'integer' if kinds is int else 'number'}: {value!r}")


def check_count(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Require an integer of at least 1."""
    check_number(attribute.name, value, int)


def check_seconds(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Require a number of seconds, 0 or more."""
    if not (_is_number(value) and value >= 0):
        raise InvalidArgumentError(f"{attribute.name} must be a number of seconds, 0 or more: {value!r}")


def check_positive(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Require a positive number of seconds, or None for no limit."""
    if value is not None and not (_is_number(value) and value > 0):
        raise InvalidArgumentError(f"{attribute.name} must be a positive number of seconds, or None for no limit: {value!r}")


def check_flag(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Require True or False."""
    if not isinstance(value, bool):
        raise InvalidArgumentError(f"{attribute.name} must be True or False: {value!r}")


def check_instance(kind: type[Any]) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    """Return a validator that requires an instance of a class, or None."""

    def check(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is not None and (isinstance(value, type) or not isinstance(value, kind)):
            raise InvalidArgumentError(f"{attribute.name} must be a {kind.__name__}, or None: {type(value).__name__}")

    return check


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
