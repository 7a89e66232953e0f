"""Spans of time that are too long for one query, as windows from the newest to the oldest. Nothing here does I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    import attrs

__all__ = ["Span", "Window"]

_LONGEST = timedelta(days=27)
"""A month at the most may be asked for at once, and the shortest has 28 days."""

_OVERLAP = timedelta(seconds=1)
"""By how much a query reaches into the next window: no entry is missed, however precisely the server compares times."""


@frozen
class Window:
    """One query's share of a span, with the cursor of a page of it."""

    start: datetime | None
    """From when on; None for the beginning of the span."""

    before: datetime
    """Until when, exclusive."""

    cursor: str | None = None
    """The server's cursor; None for the first page."""

    @classmethod
    def parse(cls, text: str, after: datetime) -> Self:
        """Read what `str` wrote; raises InvalidArgumentError."""
        moment, _, cursor = text.partition("/")
        try:
            before = datetime.fromisoformat(moment).astimezone(UTC)
        except ValueError:
            before = None
        if before is None:
            raise InvalidArgumentError(f"cursor is not one of this list: {text[:60]!r}")
        return cls(_start(after, before), before, cursor or None)

    def __str__(self) -> str:
        """Write it as a cursor."""
        return f"{self.before.isoformat()}/{self.cursor or ''}"

    def query(self, after: datetime) -> dict[str, datetime]:
        """Return the query for it, within a span that begins after a time."""
        return {"gt": after if self.start is None else self.start - _OVERLAP, "lt": self.before}

    def holds(self, moment: datetime | None) -> bool:
        """Return whether something of that time belongs here, and not to the next window; what has no time does."""
        return self.start is None or moment is None or moment >= self.start

    def following(self, cursor: str | None, after: datetime) -> Self | None:
        """Return what comes after a page: the next page, or the next window, or None at the end."""
        if cursor is not None:
            return type(self)(self.start, self.before, cursor)
        return None if self.start is None else type(self)(_start(after, self.start), self.start)


def _check_time(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is not None and (not isinstance(value, datetime) or value.tzinfo is None):
        raise InvalidArgumentError(f"{attribute.name} must be a datetime with a time zone, or None: {value!r}")


@frozen
class Span:
    """From when to when; raises InvalidArgumentError for a time without a zone, and where the end is not after the start."""

    created_after: datetime | None = field(validator=_check_time)
    """Exclusive."""

    created_before: datetime | None = field(validator=_check_time)
    """Exclusive; None for no end."""

    def __attrs_post_init__(self) -> None:
        """Compare the times."""
        if self.created_after is not None and self.created_after >= self._end():
            raise InvalidArgumentError(
                f"created_after must be earlier than created_before, and than now: {self.created_after}"
            )

    def first(self, after: datetime) -> Window:
        """Return the newest window, of a span that begins after a time."""
        end = self._end().astimezone(UTC)
        return Window(_start(after, end), end)

    def _end(self) -> datetime:
        # Whole seconds, so that the entries of this one are not left out.
        return self.created_before or datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)


def _start(after: datetime, before: datetime) -> datetime | None:
    start = (before - _LONGEST).replace(microsecond=0)
    return start if start > after else None
