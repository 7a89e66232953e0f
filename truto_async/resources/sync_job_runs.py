"""Runs of sync jobs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from truto_async import models
from truto_async._codec.body import parse_body
from truto_async._config.checks import check_number
from truto_async._transport.request import build_request, encode_id
from truto_async.errors import InvalidArgumentError, TrutoError
from truto_async.resources._base import cursor_of, rows_of
from truto_async.resources._documents import check_exclusive, to_document
from truto_async.resources._entity import EntityResource

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from truto_async._runs.following import Following
    from truto_async._runs.source import RunPage
    from truto_async._runs.start import StartOnce
    from truto_async._runs.starts import Start
    from truto_async._support.json import JSONObject
    from truto_async._transport.request import Query, Response
    from truto_async._transport.transport import Transport
    from truto_async.batch import AsyncBatch, OnError, Progress
    from truto_async.models import Node, RapidBridgeLog, SyncJobRun
    from truto_async.models.run import ErrorHandling, Region, RunStatus
    from truto_async.paging import AsyncPager
    from truto_async.runs import RunEvent

__all__ = ["AsyncSyncJobRuns"]

_FIRST_POLL = 1.0
_POLL_PAGE = 100
_POLL_TIMEOUT = 10.0
_LOG_ENTRIES = 500


class AsyncSyncJobRuns(EntityResource["SyncJobRun"]):
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
        check_args: bool = False,
    ) -> SyncJobRun:
        """Start a run: `POST /sync-job-run` (truto.one/docs and truto-skills, Sync job runs). It is never sent twice.

        Where no answer comes, the job's runs are listed a few times, for up to 16 seconds or the client's `deadline`. If
        there is exactly one that was created since, for the same job, account and arguments, it is the one. What is None is
        not sent.

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
            check_args: True to fetch the job first, and refuse arguments that do not fit, as `SyncJob.check_args` finds.
                Where it cannot evaluate `args_validation`, the server alone does.

        Returns:
            The run, which most often has the status "created" yet.

        Raises:
            InvalidArgumentError: a value does not fit, or two exclude each other; nothing was started.
            AmbiguousOutcomeError: no answer came, and the run may have been started; it names the runs that were seen.
            APIStatusError: the server said no, as to arguments that the job does not take.
        """
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
        check_exclusive(fields, "webhook_id", "daemon_group_key")
        from truto_async.models.run import RunStart  # noqa: PLC0415  # models load when they are first used

        document = to_document(RunStart, {name: value for name, value in fields.items() if value is not None})
        if check_args:
            await self._check_args(sync_job_id, document.get("args", {}))
        return await self._start_once(document)

    async def stop(self, id: str) -> SyncJobRun:  # noqa: A002  # the API's own word
        """Stop a run and return it: `DELETE /sync-job-run/<id>` (truto.one/docs, Stop sync job run).

        A run that is stopped can still be fetched.

        Raises:
            InvalidArgumentError: the id cannot be right.
            APIStatusError: the server said no; NotFoundError where there is no such run.
        """
        run = await self._remove(id)
        return await self._get(id) if run is None else run

    async def wait(
        self,
        run: str | SyncJobRun,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # its end is an error that knows the run
        on_timeout: Literal["leave", "stop"] = "leave",
        poll: float | None = None,
    ) -> SyncJobRun:
        """Wait until a run has ended, and return it: it is completed, or it was stopped.

        A run that is limited in its rate resumes by itself, and one with a status that this version does not know has not
        ended. A poll that fails says nothing about the run, and is repeated. All runs that a client follows in one event
        loop are polled together, with at most 8 requests a second.

        Args:
            run: the run or its id, which may come from another process.
            timeout: how many seconds to wait in all; None for no limit. The client's options do not apply to polls.
            on_timeout: "leave" to let the run go on after the timeout, "stop" to stop it.
            poll: the seconds from the first look at the run to the second; default 1. The intervals grow up to 10 seconds.

        Raises:
            InvalidArgumentError: the id cannot be right, or an option is out of its range.
            RunFailedError: the run has failed; it has the entries of the log that explain it, and a reason.
            RunTimeoutError: the run has not ended in time; `run` is the run as it was seen last, or as it was stopped.
            NotFoundError: there is no such run in the token's environment; other errors that a repetition cannot mend,
                such as AuthenticationError, are raised as well.
            ClientClosedError: the client was closed; the run goes on.
        """
        from truto_async._runs.following import goes_on  # noqa: PLC0415  # most scripts follow no runs
        from truto_async.runs import RunTimeoutError  # noqa: PLC0415  # the same

        run_id, seen = (run.id, run) if isinstance(run, models.SyncJobRun) else (run, None)
        encode_id(run_id)  # which says what is wrong with it
        if timeout is not None:
            check_number("timeout", timeout, int | float)
        if on_timeout not in ("leave", "stop"):
            raise InvalidArgumentError(f'on_timeout must be "leave" or "stop": {on_timeout!r}')
        interval = _interval(poll)
        with goes_on(run_id):
            try:
                ended = await self._following.finish(run_id, seen, timeout, interval)
            except RunTimeoutError as error:
                if on_timeout == "leave":
                    raise
                ended = await self._stop_late(run_id, error)
        if ended.status == "failed":
            raise await self._failure(ended)
        return ended

    def watch(self, run: str | SyncJobRun, *, poll: float | None = None) -> AsyncGenerator[RunEvent, None]:
        """Walk over what happens to a run, from its present status to its end.

        The events are RunStatusChanged, RunProgress, RunRateLimited, RunStalled and, at last, RunFinished. A run that fails
        raises nothing here. Runs are polled as for `wait`, and what comes and goes between two polls is not seen.

        Args:
            run: the run or its id, which may come from another process.
            poll: the seconds from the first look at the run to the second; default 1. The intervals grow up to 10 seconds.

        Raises:
            InvalidArgumentError: the id cannot be right, or `poll` is out of its range.
            NotFoundError: while walking: there is no such run in the token's environment; other errors that a repetition
                cannot mend, such as AuthenticationError and ClientClosedError, are raised as well.
        """
        run_id = run.id if isinstance(run, models.SyncJobRun) else run
        encode_id(run_id)  # which says what is wrong with it
        return self._following.watch(run_id, _interval(poll), self._resumes_at)

    @property
    def _following(self) -> Following:
        return self._transport.companion(_follow)

    async def _check_args(self, sync_job_id: str, args: Mapping[str, Any]) -> None:
        from truto_async.resources.sync_jobs import AsyncSyncJobs  # noqa: PLC0415  # most scripts check no arguments

        job = await AsyncSyncJobs(self._transport).get(sync_job_id)
        faults = [fault.message for fault in job.check_args(args) if fault.code != "not_checked"]  # the server will
        if faults:
            raise InvalidArgumentError(f"args do not fit the job {job.id}: {'; '.join(faults)}")

    async def _end_of(self, run_id: str) -> SyncJobRun:
        """Wait until a run has ended in whatever way; for the tracker."""
        return await self._following.finish(run_id, None, None, _FIRST_POLL)

    async def _look_for(self, start: Start) -> Sequence[SyncJobRun]:
        """Return the runs that may be the outcome of a start; for the tracker. Empty if the server's clock is unknown."""
        look = await self._starter(None).look(start)
        return () if look is None else look.matches

    async def _start_once(self, document: JSONObject) -> SyncJobRun:
        from truto_async._runs.starts import Start  # noqa: PLC0415  # most scripts start no runs

        return await self._starter(document).run(Start(document))

    def _starter(self, document: JSONObject | None) -> StartOnce:
        from truto_async._runs.start import StartOnce  # noqa: PLC0415  # most scripts start no runs

        def within(seconds: float | None) -> AsyncSyncJobRuns:
            return self if seconds is None else AsyncSyncJobRuns(self._transport.with_options({"deadline": seconds}))

        return StartOnce(
            self._following.starts,
            send=lambda seconds: within(seconds)._send("POST", None, None, document),  # noqa: SLF001  # its own class
            page=lambda query, seconds: within(seconds)._run_page(query),  # noqa: SLF001  # its own class
            seconds=self._transport.settings.deadline,
        )

    async def _run_page(self, query: Query) -> RunPage:
        """Fetch a page of runs without reading them yet, and see what time it is at the server."""
        from truto_async._runs.source import RunPage, server_time  # noqa: PLC0415  # as above

        responses: list[Response] = []
        request = build_request("GET", self._path, query, None)
        document = await self._transport.fetch(request, parse_body, see=responses.append)
        return RunPage(
            rows=rows_of(document)[1],
            next_cursor=cursor_of(document),
            server_time=server_time(responses[-1]),
            received=time.monotonic(),
            codec=self._codec,
        )

    async def _stop_late(self, run_id: str, error: TrutoError) -> SyncJobRun:
        """Stop a run that did not end in time; if it ended meanwhile all the same, return it."""
        from truto_async.runs import RunTimeoutError  # noqa: PLC0415  # as above

        try:
            run = await self.stop(run_id)
        except TrutoError as problem:
            error.add_note(f"The run could not be stopped: {problem}")
            raise error from problem
        if run.status in ("completed", "failed"):
            return run
        raise RunTimeoutError(f"{error}; it was stopped", run=run)

    async def _failure(self, run: SyncJobRun) -> TrutoError:
        """Make the error for a run that has failed."""
        from truto_async._runs.failure import failure  # noqa: PLC0415  # as above

        try:
            return failure(run, await self._logs(run.id))
        except TrutoError as problem:
            error = failure(run, [])
            error.add_note(f"Its log could not be read: {problem}")
            return error

    async def _resumes_at(self, run_id: str) -> datetime | None:
        """Look up when a limited run resumes; None where nobody knows."""
        from truto_async._runs.failure import rate_limited_until  # noqa: PLC0415  # as above

        try:
            return rate_limited_until(await self._logs(run_id))
        except TrutoError:
            return None

    async def _logs(self, run_id: str) -> Sequence[RapidBridgeLog]:
        from truto_async.resources.logs import AsyncLogs  # noqa: PLC0415  # as above

        pages = AsyncLogs(self._transport).rapid_bridge(sync_job_run_id=run_id, max_items=_LOG_ENTRIES).pages()
        entries: list[RapidBridgeLog] = []
        while True:
            async with self._following.limit:
                page = await anext(pages, None)
            if page is None:
                return entries
            entries += page.items


def _interval(poll: float | None) -> float:
    if poll is None:
        return _FIRST_POLL
    check_number("poll", poll, int | float)
    return poll


def _follow(transport: Transport) -> Following:
    """Make what a client and its copies share to follow runs; polls have options of their own."""
    from truto_async._runs.following import Following  # noqa: PLC0415  # most scripts follow no runs
    from truto_async._runs.source import RunSource  # noqa: PLC0415  # the same

    runs = AsyncSyncJobRuns(transport.with_options({"timeout": _POLL_TIMEOUT, "deadline": None, "retry": None}))

    async def page(cursor: str | None) -> RunPage:
        query: Query = {"sort": "-created_at", "limit": _POLL_PAGE, "next_cursor": cursor}
        return await runs._run_page(query)  # noqa: SLF001  # its own class

    return Following(RunSource(transport=transport, get=runs.get, page=page))
