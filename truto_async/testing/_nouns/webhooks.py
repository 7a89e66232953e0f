"""Webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from truto_async.testing._nouns.crud import Collection, add_crud, json_body, refuse_missing
from truto_async.testing._routes import RefusedError

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._database import Database
    from truto_async.testing._deliveries import Deliveries
    from truto_async.testing._records import RecordedRequest
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_routes(routes: Routes, database: Database, deliveries: Deliveries) -> None:
    """Add the routes of webhooks."""
    webhooks = Collection(
        documents=database.webhooks,
        name="Webhook",
        filters=("is_active", "environment_id"),
        defaults={"is_active": True, "event_types": []},
        check=_check,
    )

    def create(request: RecordedRequest) -> JSONValue:
        webhook = webhooks.create(request)
        database.secrets[webhook["id"]] = str(uuid4())
        return webhook | {"secret": database.secrets[webhook["id"]]}  # in this answer only

    def test(request: RecordedRequest) -> JSONValue:
        webhook = database.webhooks.get(str(json_body(request).get("id")))
        if webhook is None:
            raise RefusedError(404, "Webhook not found")
        deliveries.deliver_to(webhook, "test", {"foo": "bar"})
        return {"success": True}

    add_crud(routes, "webhook", lambda _: webhooks)
    routes.add("POST /webhook", create)
    routes.add("POST /webhook/test", test)


def _check(webhook: JSONObject) -> None:
    refuse_missing(webhook, "target_url")
    parts = urlsplit(str(webhook["target_url"]))
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise RefusedError(400, "target_url must be an https:// URL")
