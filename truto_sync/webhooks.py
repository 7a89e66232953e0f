"""Webhooks in: the same as `truto_async.webhooks`."""

from truto_async.webhooks import (
    SyncJobRunEvent,
    SyncJobRunRecordErrorEvent,
    SyncJobRunRecordEvent,
    WebhookEvent,
    WebhookTestEvent,
    parse,
    sign,
    verify,
)

__all__ = [
    "SyncJobRunEvent",
    "SyncJobRunRecordErrorEvent",
    "SyncJobRunRecordEvent",
    "WebhookEvent",
    "WebhookTestEvent",
    "parse",
    "sign",
    "verify",
]
