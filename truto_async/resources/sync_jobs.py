"""Sync jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from truto_async import models
from truto_async.resources._entity import EntityResource

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
    from typing import Unpack

    from truto_async.batch import AsyncBatch, OnError, Progress
    from truto_async.models import ArgsSchema, Node, SyncJob
    from truto_async.paging import AsyncPager

__all__ = ["AsyncSyncJobs", "SyncJobFields"]


class SyncJobFields(TypedDict, total=False):
    """The fields of a sync job that can be written. One that is left out is not sent; None is sent as null."""

    label: str | None
    integration_name: str | None
    default_runtime_version: int | None
    args_schema: ArgsSchema | Mapping[str, Any] | None
    args_validation: str | None
    mutex_key: str | None
    state_key: str | None
    resources: Sequence[Node | Mapping[str, Any]] | None


class AsyncSyncJobs(EntityResource["SyncJob"]):
    """The sync jobs of the token's environment."""

    _path = "/sync-job"
    _fields = _changes = tuple(SyncJobFields.__annotations__)

    def _model(self) -> type[SyncJob]:
        return models.SyncJob

    async def get(self, id: str) -> SyncJob:  # noqa: A002  # the API's own word
        """Fetch one sync job: `GET /sync-job/<id>` (truto.one/docs, Sync jobs).

        The id is sent as given, as one percent-encoded segment of the path.

        Raises:
            InvalidArgumentError: the id is empty, a dot, longer than 1,000 characters, or holds control characters.
            ClientClosedError: the client is closed.
            APIConnectionError: no answer came; APITimeoutError where it took too long, TLSError for a bad certificate.
            APIStatusError: the server said no; NotFoundError where there is no such job in the token's environment.
            ResponseDecodeError: the answer is not this sync job; its `path` says where.
        """
        return await self._get(id)

    def list(
        self,
        *,
        integration_name: str | None = None,
        environment_id: str | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[SyncJob]:
        """List sync jobs: `GET /sync-job` (truto.one/docs, Sync jobs). Nothing is fetched before the list is walked.

        Args:
            integration_name: only jobs of this connected product, such as "zendesk".
            environment_id: only jobs of this environment; the token's own is the only one it sees.
            limit: how many jobs to fetch at once; default 50. The server's own default is 5,000 (truto-skills), which takes
                long to read in one go.
            max_items: how many jobs to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: `limit` or `max_items` is not a positive integer.
        """
        query = {"integration_name": integration_name, "environment_id": environment_id}
        return self._list(query, limit=limit, max_items=max_items, cursor=cursor)

    def get_many(
        self,
        ids: Iterable[str] | AsyncIterable[str],
        *,
        concurrency: int = 32,
        on_error: OnError = "return",
        ordered: bool = False,
        progress: Callable[[Progress], object] | None = None,
    ) -> AsyncBatch[SyncJob]:
        """Fetch many sync jobs concurrently, and return an outcome for each id, as they come.

        Ids are pulled as they are needed, and about `concurrency` jobs are held at any time, however many there are. An id
        that comes again while its request is under way shares the request.

        Args:
            ids: the ids, from any collection, generator or, in the asynchronous client, asynchronous iterable. A generator
                stays yours: leaving the loop does not close it, and the ids that were not pulled are still in it. Only an
                asynchronous generator that is waiting at that moment is cancelled.
            concurrency: how many requests are under way at once.
            on_error: "return" to have errors in the outcomes, "raise" to end at the first.
            ordered: True to return the outcomes in the order of the ids; a slow request then holds up those behind it.
            progress: called with a `Progress` for each outcome that is returned.

        Raises:
            InvalidArgumentError: an option is out of its range. A single bad id is an outcome with this error.
            AuthenticationError: while walking: the token is not valid; TLSError and ClientClosedError end the walk, too.
        """
        return self._get_many(self.get, ids, concurrency=concurrency, on_error=on_error, ordered=ordered, progress=progress)

    async def create(self, job: SyncJob | None = None, **fields: Unpack[SyncJobFields]) -> SyncJob:
        """Create a sync job: `POST /sync-job` (truto.one/docs, Sync jobs). It is never sent twice.

        Args:
            job: a job to copy, such as an exported file read with `SyncJob.from_dict`; what the server owns is left out.
            fields: the fields of the new job, over those of `job`. `default_runtime_version` is 4 where neither says
                otherwise; the server's own default is older.

        Raises:
            InvalidArgumentError: there is no such field, or its value does not fit.
            AmbiguousOutcomeError: no answer came; the job may have been created.
            APIStatusError: the server said no.
        """
        return await self._create(job, fields, {"default_runtime_version": 4})

    async def update(self, job: str | SyncJob, **fields: Unpack[SyncJobFields]) -> SyncJob:
        """Change a sync job: `PATCH /sync-job/<id>` (truto.one/docs, Sync jobs). It is never sent twice.

        Args:
            job: the id of the job, to change the fields given; or a whole job, to send all its fields.
            fields: what to change. None is sent as null; what is left out stays.

        Raises:
            InvalidArgumentError: nothing would change, there is no such field, or its value does not fit.
            AmbiguousOutcomeError: no answer came; the job may have been changed.
            APIStatusError: the server said no.
        """
        return await self._update(job, fields)

    async def delete(self, id: str) -> None:  # noqa: A002  # the API's own word
        """Delete a sync job: `DELETE /sync-job/<id>` (truto.one/docs, Sync jobs).

        Raises:
            InvalidArgumentError: the id cannot be right.
            APIStatusError: the server said no; NotFoundError where there is no such job.
        """
        await self._delete(id)
