"""Webhooks, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.webhooks import AsyncWebhooks, WebhookFields
from truto_sync._blocking import Facade, blocking, paged

__all__ = ["WebhookFields", "Webhooks"]


class Webhooks(Facade[AsyncWebhooks]):  # noqa: D101  # its twin says it
    __doc__ = AsyncWebhooks.__doc__

    get: Final = blocking(AsyncWebhooks.get)
    list: Final = paged(AsyncWebhooks.list)
    create: Final = blocking(AsyncWebhooks.create)
    update: Final = blocking(AsyncWebhooks.update)
    delete: Final = blocking(AsyncWebhooks.delete)
    test: Final = blocking(AsyncWebhooks.test)
