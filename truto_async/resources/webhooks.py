"""Webhooks: where Truto sends its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from truto_async import models
from truto_async._transport.request import encode_id
from truto_async.resources._entity import EntityResource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from truto_async.models import Webhook
    from truto_async.paging import AsyncPager

__all__ = ["AsyncWebhooks", "WebhookFields"]


class WebhookFields(TypedDict, total=False):
    """The fields of a webhook that can be written. One that is left out is not sent; None is sent as null."""

    target_url: str
    is_active: bool
    event_types: Sequence[str] | None


class AsyncWebhooks(EntityResource["Webhook"]):
    """The webhooks of the token's environment: the addresses that Truto sends its events to."""

    _path = "/webhook"
    _fields = _changes = tuple(WebhookFields.__annotations__)
    _required = ("target_url",)
    _server_fields = (*EntityResource._server_fields, "secret")  # noqa: SLF001  # its own base

    def _model(self) -> type[Webhook]:
        return models.Webhook

    async def get(self, id: str) -> Webhook:  # noqa: A002  # the API's own word
        """Fetch one webhook, without its secret: `GET /webhook/<id>` (truto.one/docs, Webhooks).

        Raises:
            InvalidArgumentError: the id cannot be right, as for `sync_jobs.get`.
            APIConnectionError: no answer came.
            APIStatusError: the server said no; NotFoundError where there is no such webhook in the token's environment.
            ResponseDecodeError: the answer is not this webhook; its `path` says where.
        """
        return await self._get(id)

    def list(
        self,
        *,
        is_active: bool | None = None,
        environment_id: str | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[Webhook]:
        """List webhooks: `GET /webhook` (truto.one/docs, Webhooks). Nothing is fetched before the list is walked.

        Args:
            is_active: only webhooks that get events (True), or only others (False).
            environment_id: only webhooks of this environment; the token's own is the only one it sees.
            limit: how many webhooks to fetch at once; default 50.
            max_items: how many webhooks to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: `limit` or `max_items` is not a positive integer.
        """
        query = {"is_active": is_active, "environment_id": environment_id}
        return self._list(query, limit=limit, max_items=max_items, cursor=cursor)

    async def create(self, webhook: Webhook | None = None, **fields: Unpack[WebhookFields]) -> Webhook:
        """Create a webhook: `POST /webhook` (truto.one/docs, Webhooks). It is never sent twice.

        Only what this returns has the `secret` that deliveries are signed with (truto-skills): keep it.

        Args:
            webhook: a webhook to copy; what the server owns, such as the secret, is left out.
            fields: the fields of the new webhook, over those of `webhook`; a `target_url` is needed.

        Raises:
            InvalidArgumentError: there is no `target_url`, there is no such field, or its value does not fit.
            AmbiguousOutcomeError: no answer came; the webhook may have been created.
            APIStatusError: the server said no.
        """
        return await self._create(webhook, fields)

    async def update(self, webhook: str | Webhook, **fields: Unpack[WebhookFields]) -> Webhook:
        """Change a webhook: `PATCH /webhook/<id>` (truto.one/docs, Webhooks). It is never sent twice.

        Args:
            webhook: the id of the webhook, to change the fields given; or a whole webhook, to send all its fields.
            fields: what to change. None is sent as null; what is left out stays.

        Raises:
            InvalidArgumentError: nothing would change, there is no such field, or its value does not fit.
            AmbiguousOutcomeError: no answer came; the webhook may have been changed.
            APIStatusError: the server said no.
        """
        return await self._update(webhook, fields)

    async def delete(self, id: str) -> None:  # noqa: A002  # the API's own word
        """Delete a webhook: `DELETE /webhook/<id>` (truto.one/docs, Webhooks).

        Raises:
            InvalidArgumentError: the id cannot be right.
            APIStatusError: the server said no; NotFoundError where there is no such webhook.
        """
        await self._delete(id)

    async def test(self, id: str) -> None:  # noqa: A002  # the API's own word
        """Have Truto send the event `test` to a webhook: `POST /webhook/test` (truto.one/docs, Webhooks).

        Raises:
            InvalidArgumentError: the id cannot be right.
            AmbiguousOutcomeError: no answer came; the event may have been sent.
            APIStatusError: the server said no, as where the delivery failed.
            ResponseDecodeError: the server does not say that it succeeded.
        """
        encode_id(id)  # which says what is wrong with it
        await self._order("test", {"id": id})
