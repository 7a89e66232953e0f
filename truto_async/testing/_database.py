"""What a fake server has in store."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from attrs import define, field

from truto_async._codec import timestamps
from truto_async._support.json import JSONObject, JSONValue

__all__ = ["ENVIRONMENT_ID", "NAMESPACE", "Database", "now", "wire_time"]

ENVIRONMENT_ID = "7d9f2c1e-55a0-4f6b-9a3e-0c8b1f6d2a10"
NAMESPACE = UUID(ENVIRONMENT_ID)

# The nouns of the admin API that have a get and a list in the official SDK, and no module of their own here.
_OTHER_NOUNS = (
    "alarm",
    "api-token",
    "daemon",
    "daemon-job",
    "daemon-job-cron-trigger",
    "daemon-job-run",
    "datastore",
    "documentation",
    "environment",
    "environment-integration",
    "environment-unified-model",
    "integrated-account",
    "integration",
    "static-gate",
    "team",
    "unified-model",
    "user",
    "workflow",
    "workflow-run",
)


@define
class Database:
    """The documents by id, a dict for each noun."""

    jobs: dict[str, JSONObject] = field(factory=dict[str, JSONObject])
    runs: dict[str, JSONObject] = field(factory=dict[str, JSONObject])
    cron_triggers: dict[str, JSONObject] = field(factory=dict[str, JSONObject])
    scheduled: dict[str, str] = field(factory=dict[str, str])
    templates: dict[str, JSONObject] = field(factory=dict[str, JSONObject])
    webhooks: dict[str, JSONObject] = field(factory=dict[str, JSONObject])
    secrets: dict[str, str] = field(factory=dict[str, str])
    batch_records: dict[str, JSONValue] = field(factory=dict[str, JSONValue])
    nested_logs: bool = False
    state: dict[str, dict[str, JSONObject]] = field(factory=dict[str, dict[str, JSONObject]])
    logs: list[JSONObject] = field(factory=list[JSONObject])
    records: dict[str, dict[str, JSONObject]] = field(factory=lambda: {noun: {} for noun in _OTHER_NOUNS})


_BEGINNING = datetime.now(UTC) - timedelta(seconds=time.monotonic())


def now() -> str:
    """Return the time, as the server writes it."""
    return wire_time(time.monotonic())


def wire_time(moment: float) -> str:
    """Return a time of time.monotonic() as the server writes it: to the millisecond."""
    utc = _BEGINNING + timedelta(seconds=moment)
    return timestamps.to_wire(utc.replace(microsecond=utc.microsecond // 1000 * 1000))
