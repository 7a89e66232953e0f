"""Why a run failed, read from its log entries. Pure.

Truto publishes neither the order of the entries nor the shape of the errors in `logs`; so this looks at fields such as
`status` and `integrated_account_needs_reauth` first, and at words last.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from truto_async._support import json
from truto_async._support.json import as_object
from truto_async.runs import RunFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from truto_async._support.json import JSONValue
    from truto_async.models import RapidBridgeLog, SyncJobRun
    from truto_async.runs import Reason

__all__ = ["explain", "failure", "rate_limited_until"]

_MOST_UNEXPLAINED = 20
_EXCERPT_LENGTH = 300
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_STATUS_KEYS = ("statusCode", "status", "status_code")
_STATUSES: Mapping[int, Reason] = {401: "authentication", 403: "authentication", 429: "rate_limit"}
_WORDS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    ("rate_limit", re.compile(r"too many requests|rate[ _-]?limit", re.IGNORECASE)),
    ("authentication", re.compile(r"unauthori[sz]ed|forbidden|invalid[ _](token|grant)|re-?auth", re.IGNORECASE)),
    ("delivery", re.compile(r"webhook|datastore", re.IGNORECASE)),
    ("mapping", re.compile(r"jsonata|expression|mapping|placeholder|unsupported type", re.IGNORECASE)),
)
_ERROR = re.compile(r"(error|exception)\b|\bfail(ed|ure)?\b", re.IGNORECASE)
_EXPRESSIONS = frozenset({"transform", "add_context"})


def failure(run: SyncJobRun, entries: Iterable[RapidBridgeLog]) -> RunFailedError:
    """Make the error for a run that has failed, from the entries of its log."""
    reason, logs = explain(entries)
    text = f"run {run.id} of the job {run.sync_job_id} has failed"
    parts = [text, reason.replace("_", " ") if reason != "unknown" else "", _summary(logs)]
    return RunFailedError(": ".join(filter(None, parts)), run=run, reason=reason, logs=logs)


def explain(entries: Iterable[RapidBridgeLog]) -> tuple[Reason, list[RapidBridgeLog]]:
    """Return the kind of a failure and the entries that tell of it, the oldest first.

    An account that must be authorised again is the reason, whatever else went wrong. Otherwise the last failure counts whose
    kind is known: a job that goes on after errors has others before it. Where no entry tells of a failure, the last few of
    them are returned.
    """
    ordered = sorted(entries, key=_time)
    failures: list[tuple[RapidBridgeLog, Reason]] = [
        (entry, found) for entry in ordered if (found := _reason(entry)) is not None
    ]
    if not failures:
        return "unknown", ordered[-_MOST_UNEXPLAINED:]
    reason: Reason = "unknown"
    for entry, found in failures:
        reason = reason if found == "unknown" else found
        if entry.integrated_account_needs_reauth:
            reason = "authentication"
            break
    return reason, [entry for entry, _ in failures]


def rate_limited_until(entries: Iterable[RapidBridgeLog]) -> datetime | None:
    """Return when a run resumes, from the latest entry with a `retry_after`, in seconds; None where there is none."""
    waits = [entry for entry in entries if entry.timestamp is not None and _seconds(entry.retry_after) is not None]
    if not waits:
        return None
    latest = max(waits, key=_time)
    return _time(latest) + timedelta(seconds=_seconds(latest.retry_after) or 0.0)


def _summary(entries: Sequence[RapidBridgeLog]) -> str:
    """Return what the last of the entries says, shortened; "" where none says anything."""
    text = next((text for entry in reversed(entries) if (text := " ".join(_texts(entry)))), "")
    words = " ".join(text.split())
    return words if len(words) <= _EXCERPT_LENGTH else words[:_EXCERPT_LENGTH] + "..."


def _time(entry: RapidBridgeLog) -> datetime:
    return entry.timestamp or _EARLIEST


def _seconds(value: JSONValue) -> float | None:
    """Return a number of seconds that makes sense."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds <= timedelta(days=1).total_seconds() else None


def _reason(entry: RapidBridgeLog) -> Reason | None:
    """Return the kind of failure that an entry tells of; None for an entry that tells of none."""
    if entry.integrated_account_needs_reauth:
        return "authentication"
    if entry.webhook_successful is False or entry.datastore_successful is False or _code(entry.webhook_status) >= 400:
        return "delivery"
    text = " ".join(_texts(entry))
    code = max(_code(entry.status), *(_code(as_object(item).get(key)) for item in _items(entry) for key in _STATUS_KEYS), 0)
    if code < 400 and not _is_error(entry, text):
        return None
    by_type: Reason | None = "mapping" if entry.sync_job_request_type in _EXPRESSIONS else None
    by_words: Reason | None = next((reason for reason, pattern in _WORDS if pattern.search(text)), None)
    otherwise: Reason = "provider" if code >= 400 else "unknown"
    return _STATUSES.get(code) or by_type or by_words or otherwise


def _is_error(entry: RapidBridgeLog, text: str) -> bool:
    return bool(_ERROR.search(text)) or (isinstance(entry.status, str) and bool(_ERROR.search(entry.status)))


def _code(status: JSONValue) -> int:
    """Return an HTTP status that may be written as a number or a text; 0 for anything else."""
    text = str(status)
    return int(text) if re.fullmatch(r"[1-5]\d\d", text) else 0


def _items(entry: RapidBridgeLog) -> list[JSONValue]:
    return list(entry.logs or [])


def _texts(entry: RapidBridgeLog) -> list[str]:
    """Return the lines of an entry: strings as they are; of an error its message, or else all of it."""
    return [_text(item) for item in _items(entry)]


def _text(item: JSONValue) -> str:
    if isinstance(item, str):
        return item
    document = as_object(item)
    said = [part for key in ("name", "error", "message") if isinstance(part := document.get(key), str) and part]
    return ": ".join(said) or json.dumps(item).decode()
