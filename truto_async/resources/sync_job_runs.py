"""Runs of sync jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from truto_async import models
from truto_async._transport.request import Request, encode_id
from truto_async.errors import InvalidArgumentError
from truto_async.resources._base import Resource
from truto_async.resources._documents import to_document

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence

    from truto_async.batch import AsyncBatch, OnError, Progress
    from truto_async.models import Node, SyncJobRun
    from truto_async.models.run import ErrorHandling, Region, RunStatus
    from truto_async.paging import AsyncPager

__all__ = ["AsyncSyncJobRuns"]


class AsyncSyncJobRuns(Resource["SyncJobRun"]):
    """The runs of the sync jobs of the token's environment."""

    _path = "/sync-job-run"

    def _model(self) -> type[SyncJobRun]:
        return models.SyncJobRun

    async def get(self, id: str) -> SyncJobRun:  # noqa: A002  # the API's own word
        """Fetch one run as it is now: `GET /sync-job-run/<id>` (truto.one/docs, Sync job runs).

        Raises:
            InvalidArgumentError: the id cannot be right, as for `sync_jobs.get`.
            APIConnectionError: no answer came.
            APIStatusError: the server said no; NotFoundError where there is no such run in the token's environment.
            ResponseDecodeError: the answer is not this run; its `path` says where.
        """
        return await self._get(id)

    def list(
        self,
        *,
        sync_job_id: str | None = None,
        integrated_account_id: str | None = None,
        status: RunStatus | None = None,
        sort: str | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[SyncJobRun]:
        """List runs: `GET /sync-job-run` (truto-skills: sync job runs). Nothing is fetched before the list is walked.

        Args:
            sync_job_id: only runs of this job.
            integrated_account_id: only runs for this account, as far as they were started with it and not only with `args`.
            status: only runs with this status, such as "failed".
            sort: the order, as a field's name with "-" in front for descending; "-created_at" lists the newest first. Which
                order there is without it is not documented.
            limit: how many runs to fetch at once; default 50.
            max_items: how many runs to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: `limit` or `max_items` is not a positive integer.
        """
        query = {
            "sync_job_id": sync_job_id,
            "integrated_account_id": integrated_account_id,
            "status": status,
            "sort": sort,
        }
        return self._list(query, limit=limit, max_items=max_items, cursor=cursor)

    def get_many(
        self,
        ids: Iterable[str] | AsyncIterable[str],
        *,
        concurrency: int = 32,
        on_error: OnError = "return",
        ordered: bool = False,
        progress: Callable[[Progress], object] | None = None,
    ) -> AsyncBatch[SyncJobRun]:
        """Fetch many runs concurrently, and return an outcome for each id, as they come; see `sync_jobs.get_many`.

        Args:
            ids: the ids, from any collection, generator or, in the asynchronous client, asynchronous iterable.
            concurrency: how many requests are under way at once.
            on_error: "return" to have errors in the outcomes, "raise" to end at the first.
            ordered: True to return the outcomes in the order of the ids.
            progress: called with a `Progress` for each outcome that is returned.

        Raises:
            InvalidArgumentError: an option is out of its range. A single bad id is an outcome with this error.
            AuthenticationError: while walking: the token is not valid; TLSError and ClientClosedError end the walk, too.
        """
        return self._get_many(self.get, ids, concurrency=concurrency, on_error=on_error, ordered=ordered, progress=progress)

    async def start(
        self,
        sync_job_id: str,
        *,
        args: Mapping[str, Any] | None = None,
        integrated_account_id: str | None = None,
        webhook_id: str | None = None,
        daemon_group_key: str | None = None,
        error_handling: ErrorHandling | None = None,
        ignore_previous_run: bool | None = None,
        resources: Sequence[Node | Mapping[str, Any]] | None = None,
        super_query: Region | None = None,
        force: bool | None = None,
        events_to_send: Sequence[str] | None = None,
        datastore_id: str | None = None,
        mutex_key: str | None = None,
        state_key: str | None = None,
    ) -> SyncJobRun:
        """Start a run: `POST /sync-job-run` (truto.one/docs and truto-skills, Sync job runs). It is never sent twice.

        What is None is not sent.

        Args:
            sync_job_id: the id of the job.
            args: its arguments, as its `args_schema` has them.
            integrated_account_id: the account to read. Jobs of runtime 4 may take it from `args` alone.
            webhook_id: the webhook that gets the records, for jobs of runtimes 1 to 3. Not with `daemon_group_key`.
            daemon_group_key: the daemons that do the run.
            error_handling: "fail_fast", "ignore", or "batch" (runtime 2 only). truto.one/docs and truto-skills differ about
                the server's default, so say it where it matters.
            ignore_previous_run: True to begin anew instead of where the run before ended; for jobs of runtime 4, as if
                there were no state.
            resources: steps to take instead of the job's.
            super_query: the region of the SuperQuery database that gets the records: "apac" or "wnam".
            force: True to start even while another run holds the `mutex_key`.
            events_to_send: the only events to send to webhooks.
            datastore_id: a datastore instead of the job's own.
            mutex_key: a key instead of the job's.
            state_key: a namespace instead of the job's.

        Returns:
            The run, which most often has the status "created" yet.

        Raises:
            InvalidArgumentError: a value does not fit, or two exclude each other; nothing was sent.
            AmbiguousOutcomeError: no answer came; the run may have been started.
            APIStatusError: the server said no, as to arguments that the job does not take.
        """
        if webhook_id is not None and daemon_group_key is not None:
            raise InvalidArgumentError("webhook_id and daemon_group_key exclude each other")
        encode_id(sync_job_id)  # which says what is wrong with it
        fields = {
            "sync_job_id": sync_job_id,
            "args": args,
            "integrated_account_id": integrated_account_id,
            "webhook_id": webhook_id,
            "daemon_group_key": daemon_group_key,
            "error_handling": error_handling,
            "ignore_previous_run": ignore_previous_run,
            "resources": resources,
            "super_query": super_query,
            "force": force,
            "events_to_send": events_to_send,
            "datastore_id": datastore_id,
            "mutex_key": mutex_key,
            "state_key": state_key,
        }
        from truto_async.models.run import RunStart  # noqa: PLC0415  # models load when they are first used

        given = {name: value for name, value in fields.items() if value is not None}
        return await self._write("POST", None, to_document(RunStart, given))

    async def stop(self, id: str) -> SyncJobRun:  # noqa: A002  # the API's own word
        """Stop a run and return it: `DELETE /sync-job-run/<id>` (truto.one/docs, Stop sync job run).

        A run that is stopped can still be fetched.

        Raises:
            InvalidArgumentError: the id cannot be right.
            APIStatusError: the server said no; NotFoundError where there is no such run.
        """

        def decode(body: bytes) -> SyncJobRun | None:
            return self._codec.decode(body) if body else None

        run = await self._transport.fetch(Request("DELETE", f"{self._path}/{encode_id(id)}"), decode)
        return await self._get(id) if run is None else run
