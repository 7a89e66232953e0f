"""The API's timestamps, which come in two forms: `2021-08-10T10:00:00.000Z` and, without a zone, `2026-04-01 10:00:00`.

truto.one/docs shows the first, truto-skills the second. Both are read, the second as UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, SupportsIndex

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Timestamp", "from_wire", "to_wire"]


class Timestamp(datetime):
    """A datetime that remembers how the server wrote it, so that it can be given back the same."""

    __slots__ = ("wire",)
    wire: str

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Callable[..., datetime], tuple[Any, ...]]:
        """Pickle by the server's text; without one (after arithmetic) as a plain datetime."""
        if hasattr(self, "wire"):
            return from_wire, (self.wire,)
        return datetime.fromisoformat, (self.isoformat(),)


def from_wire(text: str) -> Timestamp:
    """Read either form as an aware UTC datetime; raises ValueError for what is neither."""
    moment = Timestamp.fromisoformat(text)
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range in UTC") from None
    moment.wire = text
    return moment


def to_wire(moment: datetime) -> str:
    """Write a datetime as the server wrote it, or else in the first form; one without a zone counts as UTC."""
    wire: str | None = getattr(moment, "wire", None)
    if wire is not None:
        return wire
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond % 1000 == 0 else "auto")[:-6] + "Z"
