"""The formats of arguments: what their values look like, as far as anybody can tell without the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeAlias
from urllib.parse import urlsplit

__all__ = ["FORMATS", "Format"]

Format: TypeAlias = tuple[Callable[[str], bool], str]
"""Whether a text has a format, and what to give, such as "an ISO date, such as 2026-01-31"."""


def _is_date_or_timestamp(text: str) -> bool:
    return _reads(datetime.fromisoformat, text.upper())


def _is_timestamp(text: str) -> bool:
    return _is_date_or_timestamp(text) and not _reads(date.fromisoformat, text.upper())


def _is_uri(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", text) is not None and _reads(urlsplit, text)


def _is_email(text: str) -> bool:
    return re.fullmatch(r".+@[^@\s]+", text) is not None


def _is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text) is not None


def _is_id(text: str) -> bool:
    """Return whether a text can be an id. Truto's are UUIDs, and those of a fake server are shorter."""
    return re.fullmatch(r"[A-Za-z0-9_-]+", text) is not None


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "integrated_account_id": (_is_id, "the id of an integrated account"),
        "webhook_id": (_is_id, "the id of a webhook"),
        "datastore_id": (_is_id, "the id of a datastore"),
        "date": (_is_date_or_timestamp, "an ISO date, such as 2026-01-31"),
        "updated_at": (_is_date_or_timestamp, "an ISO timestamp, such as 2026-01-31T12:00:00Z"),
        "date-time": (_is_timestamp, "an ISO timestamp, such as 2026-01-31T12:00:00Z"),
        "uri": (_is_uri, "a URI, such as https://example.com/path"),
        "email": (_is_email, "an address, such as ada@example.com"),
        "uuid": (_is_uuid, "a UUID"),
    }
)
"""Truto's own formats (truto-skills: sync jobs), and those of JSON Schema that can be told. Any other is not looked at.

Truto may take a timestamp for a date, and a date for `updated_at`; so both pass.
"""
