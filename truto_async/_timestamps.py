"""The API's timestamps, which come in two forms: `2021-08-10T10:00:00.000Z` and, without a zone, `2026-04-01 10:00:00`.

truto.one/docs shows the first, truto-skills the second. Both are read, the second as UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["from_wire", "to_wire"]


def from_wire(text: str) -> datetime:
    """Read either form as an aware UTC datetime; raises ValueError for what is neither."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is UTC:
        return moment
    try:
        return _in_utc(moment)
    except OverflowError:
        raise ValueError("out of range in UTC") from None


def to_wire(moment: datetime) -> str:
    """Write a datetime in the first form; one without a zone counts as UTC."""
    moment = _in_utc(moment)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond % 1000 == 0 else "auto")[:-6] + "Z"


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
