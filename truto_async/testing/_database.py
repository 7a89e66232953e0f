"""What a fake server has in store."""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import define, field

from truto_async._codec import timestamps
from truto_async._support.json import JSONObject

__all__ = ["ENVIRONMENT_ID", "Database", "now"]

ENVIRONMENT_ID = "7d9f2c1e-55a0-4f6b-9a3e-0c8b1f6d2a10"

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
    records: dict[str, dict[str, JSONObject]] = field(factory=lambda: {noun: {} for noun in _OTHER_NOUNS})


def now() -> str:
    """Return the time, as the server writes it: to the millisecond."""
    moment = datetime.now(UTC)
    return timestamps.to_wire(moment.replace(microsecond=moment.microsecond // 1000 * 1000))
