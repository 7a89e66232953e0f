"""Runs of sync jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import frozen

from truto_async._support import json
from truto_async.pipeline import UNDEFINED, PlaceholderError, render
from truto_async.testing._args import check_args
from truto_async.testing._database import ENVIRONMENT_ID, Database
from truto_async.testing._nouns.crud import Collection, body_of, refuse_both, refuse_missing, refuse_others
from truto_async.testing._routes import RefusedError
from truto_async.testing._runs import Runs

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._records import RecordedRequest
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]

_AS_GIVEN = ("integrated_account_id", "webhook_id", "daemon_id", "daemon_group_key", "super_query")


def add_routes(routes: Routes, database: Database, runs: Runs) -> None:
    """Add the routes of runs."""
    noun = _SyncJobRuns(database, runs)
    routes.add("GET /sync-job-run", noun.list)
    routes.add("POST /sync-job-run", noun.start)
    routes.add("GET /sync-job-run/{id}", noun.get)
    routes.add("PATCH /sync-job-run/{id}", noun.update)
    routes.add("DELETE /sync-job-run/{id}", noun.stop)


@frozen
class _SyncJobRuns:
    database: Database
    runs: Runs

    @property
    def collection(self) -> Collection:
        filters = ("sync_job_id", "integrated_account_id", "status")
        return Collection(documents=self.database.runs, name="Sync job run", filters=filters, sortable=True)

    def list(self, request: RecordedRequest) -> JSONObject:
        self.runs.advance()
        listed = self.collection.list(request)
        self.runs.grow(run["id"] for run in listed["result"])
        return listed

    def get(self, request: RecordedRequest) -> JSONObject:
        self.runs.advance()
        self.runs.grow([request.segments[1]])
        return self.collection.get(request)

    def update(self, request: RecordedRequest) -> JSONObject:
        run = self.collection.get(request)
        self.runs.change(run, body_of(request))
        return run

    def stop(self, request: RecordedRequest) -> JSONObject:
        run = self.collection.get(request)
        self.runs.stop(run)
        return run

    def start(self, request: RecordedRequest) -> JSONObject:
        body = body_of(request)
        refuse_missing(body, "sync_job_id")
        job = self.database.jobs.get(body["sync_job_id"])
        if job is None:
            raise RefusedError(404, "Sync job not found")
        refuse_both(body, "webhook_id", "daemon_group_key")
        refuse_others(body, "error_handling", ("fail_fast", "ignore", "batch"))
        refuse_others(body, "super_query", ("apac", "wnam"))
        args = _first(body.get("args"), {})
        check_args(args, job.get("args_schema"))
        run: JSONObject = {"id": str(uuid4()), "sync_job_id": job["id"], "status": "created", "args": args}
        run |= {name: body.get(name) for name in _AS_GIVEN}
        run |= {
            "resources": _first(body.get("resources"), json.copy(job.get("resources"))),
            "version": job.get("default_runtime_version"),
            "error_handling": _first(body.get("error_handling"), "fail_fast"),
            "ignore_previous_run": body.get("ignore_previous_run") is True,
            "environment_id": ENVIRONMENT_ID,
            "result": None,
        }
        scope: JSONObject = {"args": args, "sync_job_run": dict(run)}
        for name in ("mutex_key", "state_key"):
            run[name] = _key(_first(body.get(name), job.get(name)), scope)
        mutex = None if body.get("force") else run["mutex_key"]
        return self.runs.start(run, mutex=mutex, events=body.get("events_to_send"))


def _key(template: str | None, scope: JSONObject) -> str | None:
    try:
        key = None if template is None else render(template, scope)
    except PlaceholderError as error:
        raise RefusedError(400, str(error)) from None
    return None if key is None or key is UNDEFINED else str(key)


def _first(given: JSONValue, default: JSONValue) -> JSONValue:
    return default if given is None else given
