"""Cron triggers, which start runs of a sync job at fixed times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from truto_async import models
from truto_async._transport.request import encode_id
from truto_async.errors import InvalidArgumentError
from truto_async.resources._documents import check_exclusive
from truto_async.resources._entity import EntityResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from truto_async._support.json import JSONObject
    from truto_async.models import SyncJobCronTrigger
    from truto_async.models.run import ErrorHandling, Region
    from truto_async.paging import AsyncPager

__all__ = ["AsyncSyncJobCronTriggers", "SyncJobCronTriggerChanges", "SyncJobCronTriggerFields"]

_PARTS_OF_CRON_EXPRESSIONS = 5


class SyncJobCronTriggerChanges(TypedDict, total=False):
    """The fields of a cron trigger that can be changed. One that is left out is not sent; None is sent as null."""

    cron_expression: str
    webhook_id: str | None
    daemon_group_key: str | None
    super_query: Region | None
    error_handling: ErrorHandling | None
    events_to_send: Sequence[str] | None
    meta: Mapping[str, Any] | None


class SyncJobCronTriggerFields(SyncJobCronTriggerChanges, total=False):
    """The fields of a cron trigger that can be given when it is made."""

    sync_job_id: str
    integrated_account_id: str | None
    args: Mapping[str, Any] | None


class AsyncSyncJobCronTriggers(EntityResource["SyncJobCronTrigger"]):
    """The cron triggers of the token's environment: each starts runs of a sync job at fixed times."""

    _path = "/sync-job-cron-trigger"
    _fields = tuple(SyncJobCronTriggerFields.__annotations__)
    _changes = tuple(SyncJobCronTriggerChanges.__annotations__)
    _required = ("sync_job_id", "cron_expression")
    _server_fields = (*EntityResource._server_fields, "resources")  # noqa: SLF001  # its own base

    def _model(self) -> type[SyncJobCronTrigger]:
        return models.SyncJobCronTrigger

    async def get(self, id: str) -> SyncJobCronTrigger:  # noqa: A002  # the API's own word
        """Fetch one trigger: `GET /sync-job-cron-trigger/<id>` (truto.one/docs, Sync job cron triggers).

        Raises:
            InvalidArgumentError: the id cannot be right, as for `sync_jobs.get`.
            APIConnectionError: no answer came.
            APIStatusError: the server said no; NotFoundError where there is no such trigger in the token's environment.
            ResponseDecodeError: the answer is not this trigger; its `path` says where.
        """
        return await self._get(id)

    def list(
        self,
        *,
        sync_job_id: str | None = None,
        integrated_account_id: str | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[SyncJobCronTrigger]:
        """List triggers: `GET /sync-job-cron-trigger`. Nothing is fetched before the list is walked.

        The filters are those of the TypeScript SDK; truto.one/docs (Sync job cron triggers) names none.

        Args:
            sync_job_id: only triggers of this job.
            integrated_account_id: only triggers for this account.
            limit: how many triggers to fetch at once; default 50.
            max_items: how many triggers to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: `limit` or `max_items` is not a positive integer.
        """
        query = {"sync_job_id": sync_job_id, "integrated_account_id": integrated_account_id}
        return self._list(query, limit=limit, max_items=max_items, cursor=cursor)

    async def create(
        self, trigger: SyncJobCronTrigger | None = None, **fields: Unpack[SyncJobCronTriggerFields]
    ) -> SyncJobCronTrigger:
        """Create a trigger: `POST /sync-job-cron-trigger` (truto.one/docs, Sync job cron triggers). It is never sent twice.

        It does nothing until `schedule` (truto-skills).

        Args:
            trigger: a trigger to copy; what the server owns is left out.
            fields: the fields of the new trigger, over those of `trigger`; `sync_job_id` and `cron_expression` are needed.

        Raises:
            InvalidArgumentError: a field is missing, unknown, or its value does not fit; `cron_expression` has not five
                parts; or both `webhook_id` and `daemon_group_key` are given.
            AmbiguousOutcomeError: no answer came; the trigger may have been created.
            APIStatusError: the server said no.
        """
        return await self._create(trigger, fields)

    async def update(
        self, trigger: str | SyncJobCronTrigger, **fields: Unpack[SyncJobCronTriggerChanges]
    ) -> SyncJobCronTrigger:
        """Change a trigger: `PATCH /sync-job-cron-trigger/<id>` (truto.one/docs). It is never sent twice.

        A new `cron_expression` counts from the next `schedule` on (truto-skills). A trigger stays with its job, account
        and arguments.

        Args:
            trigger: the id of the trigger, to change the fields given; or a whole trigger, to send all that can change.
            fields: what to change. None is sent as null; what is left out stays.

        Raises:
            InvalidArgumentError: nothing would change, or as for `create`.
            AmbiguousOutcomeError: no answer came; the trigger may have been changed.
            APIStatusError: the server said no.
        """
        return await self._update(trigger, fields)

    async def delete(self, id: str) -> None:  # noqa: A002  # the API's own word
        """Delete a trigger: `DELETE /sync-job-cron-trigger/<id>` (truto.one/docs, Sync job cron triggers).

        Raises:
            InvalidArgumentError: the id cannot be right.
            APIStatusError: the server said no; NotFoundError where there is no such trigger.
        """
        await self._delete(id)

    async def schedule(self, id: str) -> None:  # noqa: A002  # the API's own word
        """Put a trigger into force: `POST /sync-job-cron-trigger/<id>/schedule` (truto-skills). It is never sent twice.

        Needed once after `create`, and again after each change of its `cron_expression`.

        Raises:
            InvalidArgumentError: the id cannot be right.
            AmbiguousOutcomeError: no answer came; it may be in force.
            APIStatusError: the server said no; NotFoundError where there is no such trigger.
            ResponseDecodeError: the server does not say that it succeeded.
        """
        await self._order(f"{encode_id(id)}/schedule")

    def _check(self, document: JSONObject) -> None:
        check_exclusive(document, "webhook_id", "daemon_group_key")
        expression = document.get("cron_expression")
        if "cron_expression" in document and len((expression or "").split()) != _PARTS_OF_CRON_EXPRESSIONS:
            raise InvalidArgumentError(f'cron_expression must have five parts, such as "0 */6 * * *": {expression!r}')
