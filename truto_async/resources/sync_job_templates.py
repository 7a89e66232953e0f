"""Templates of sync jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from truto_async import models
from truto_async.resources._entity import EntityResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from truto_async.models import ArgsSchema, Node, SyncJobTemplate
    from truto_async.models.template import Sharing
    from truto_async.paging import AsyncPager

__all__ = ["AsyncSyncJobTemplates", "SyncJobTemplateFields"]


class SyncJobTemplateFields(TypedDict, total=False):
    """The fields of a template that can be written. One that is left out is not sent; None is sent as null."""

    label: str
    description: str | None
    integration_name: str | None
    default_runtime_version: int
    sharing: Sharing | None
    args_schema: ArgsSchema | Mapping[str, Any] | None
    args_validation: str | None
    resources: Sequence[Node | Mapping[str, Any]] | None


class AsyncSyncJobTemplates(EntityResource["SyncJobTemplate"]):
    """The templates of sync jobs: those of the token's team, and those that others share with it."""

    _path = "/sync-job-template"
    _fields = _changes = tuple(SyncJobTemplateFields.__annotations__)
    _required = ("label",)
    _server_fields = (*EntityResource._server_fields, "team_id")  # noqa: SLF001  # its own base

    def _model(self) -> type[SyncJobTemplate]:
        return models.SyncJobTemplate

    async def get(self, id: str) -> SyncJobTemplate:  # noqa: A002  # the API's own word
        """Fetch one template: `GET /sync-job-template/<id>` (truto.one/docs, Sync job templates).

        Raises:
            InvalidArgumentError: the id cannot be right, as for `sync_jobs.get`.
            APIConnectionError: no answer came.
            APIStatusError: the server said no; NotFoundError where there is no such template, or none that the team sees.
            ResponseDecodeError: the answer is not this template; its `path` says where.
        """
        return await self._get(id)

    def list(
        self,
        *,
        id: str | None = None,  # noqa: A002  # the API's own word
        integration_name: str | None = None,
        team_id: str | None = None,
        label: str | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[SyncJobTemplate]:
        """List templates: `GET /sync-job-template` (truto.one/docs). Nothing is fetched before the list is walked.

        Args:
            id: only the template with this id.
            integration_name: only templates for this connected product, such as "zendesk".
            team_id: only templates of this team.
            label: only templates with this label.
            limit: how many templates to fetch at once; default 50.
            max_items: how many templates to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: `limit` or `max_items` is not a positive integer.
        """
        query = {"id": id, "integration_name": integration_name, "team_id": team_id, "label": label}
        return self._list(query, limit=limit, max_items=max_items, cursor=cursor)

    async def create(
        self, template: SyncJobTemplate | None = None, **fields: Unpack[SyncJobTemplateFields]
    ) -> SyncJobTemplate:
        """Create a template: `POST /sync-job-template` (truto.one/docs, Sync job templates). It is never sent twice.

        Args:
            template: a template to copy; what the server owns is left out.
            fields: the fields of the new template, over those of `template`; a `label` is needed. `default_runtime_version`
                is 4 where neither says otherwise.

        Raises:
            InvalidArgumentError: there is no label, there is no such field, or its value does not fit.
            AmbiguousOutcomeError: no answer came; the template may have been created.
            APIStatusError: the server said no.
        """
        return await self._create(template, fields, {"default_runtime_version": 4})

    async def update(self, template: str | SyncJobTemplate, **fields: Unpack[SyncJobTemplateFields]) -> SyncJobTemplate:
        """Change a template of the token's team: `PATCH /sync-job-template/<id>` (truto.one/docs). It is never sent twice.

        Args:
            template: the id of the template, to change the fields given; or a whole template, to send all its fields.
            fields: what to change. None is sent as null; what is left out stays.

        Raises:
            InvalidArgumentError: nothing would change, there is no such field, or its value does not fit.
            AmbiguousOutcomeError: no answer came; the template may have been changed.
            APIStatusError: the server said no, as to a template of another team.
        """
        return await self._update(template, fields)

    async def delete(self, id: str) -> None:  # noqa: A002  # the API's own word
        """Delete a template of the token's team: `DELETE /sync-job-template/<id>` (truto.one/docs).

        Raises:
            InvalidArgumentError: the id cannot be right.
            APIStatusError: the server said no, as to a template of another team; NotFoundError where there is no such one.
        """
        await self._delete(id)
