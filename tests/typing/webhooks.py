"""What type checkers must see of webhooks. Checked, never run."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

import truto_async.webhooks
import truto_sync.webhooks
from truto_async import SyncJobRun
from truto_async.webhooks import SyncJobRunEvent, SyncJobRunRecordErrorEvent, SyncJobRunRecordEvent, WebhookEvent


def events(body: bytes, header: str | None) -> None:
    """Each class has its properties."""
    truto_async.webhooks.verify(body, header, "secret")
    assert_type(truto_async.webhooks.sign(body, "secret"), str)
    event = truto_sync.webhooks.parse(body, header, secret="secret")
    assert_type(event, WebhookEvent)
    assert_type(WebhookEvent.from_json(body), WebhookEvent)
    assert_type((event.id, event.event, event.entity, event.action), tuple[str, str, str, str])
    assert_type(event.webhook_id, str | None)
    assert_type(event.created_at, datetime | None)
    match event:
        case SyncJobRunEvent(action="completed"):
            assert_type(event.run, SyncJobRun)
        case SyncJobRunRecordEvent():
            assert_type(event.resource, str | None)
            assert_type(len(event.records), int)
        case SyncJobRunRecordErrorEvent():
            assert_type(event.method, str | None)
            assert_type(len(event.errors), int)
        case _:
            pass
