"""Webhooks: where Truto sends its events."""

from datetime import datetime

from attrs import field, frozen

from truto_async.models._base import Entity

__all__ = ["Webhook"]


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Webhook(Entity):
    """An address that Truto sends events to (truto.one/docs and truto-skills, webhooks)."""

    target_url: str | None = None
    """The https:// address that gets the POST requests."""

    is_active: bool | None = None
    """Whether events are sent. Truto makes it False where deliveries failed for long."""

    event_types: list[str] | None = None
    """The events that are sent, such as "sync_job_run:completed"; none for all."""

    environment_id: str | None = None
    """The environment whose events are sent: the token's own."""

    secret: str | None = field(default=None, repr=False)
    """The secret that deliveries are signed with. The server shows it only when the webhook is created."""

    created_at: datetime | None = None
    """When it was made, in UTC."""

    updated_at: datetime | None = None
    """When it was last changed, in UTC."""
