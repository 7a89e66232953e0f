"""The API's timestamps, which come in two forms: `2021-08-10T10:00:00.000Z` and, without a zone, `2026-04-01 10:00:00`.

truto.one/docs shows the first, truto-skills the second. Both are read; a time without a zone is taken as UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["from_wire", "to_utc", "to_wire"]


def from_wire(text: str) -> datetime:
    """Parse either form as an aware UTC datetime; raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is UTC else to_utc(moment)


def to_wire(moment: datetime) -> str:
    """Write a datetime in the first form; one without a zone is taken as UTC."""
    moment = to_utc(moment)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond % 1000 == 0 else "auto")[:-6] + "Z"


def to_utc(moment: datetime) -> datetime:
    """Convert to UTC; a datetime without a zone is taken as UTC. Raises ValueError out of the range of datetime."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range in UTC") from None
