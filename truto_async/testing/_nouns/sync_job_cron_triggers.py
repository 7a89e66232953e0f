"""Cron triggers of sync jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.testing._nouns.crud import Collection, add_crud, refuse_both, refuse_missing, refuse_others
from truto_async.testing._routes import RefusedError

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._database import Database
    from truto_async.testing._records import RecordedRequest
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]


def add_routes(routes: Routes, database: Database) -> None:
    """Add the routes of cron triggers."""

    def check(trigger: JSONObject) -> None:
        refuse_missing(trigger, "sync_job_id", "cron_expression")
        if trigger["sync_job_id"] not in database.jobs:
            raise RefusedError(404, "Sync job not found")
        if len(str(trigger["cron_expression"]).split()) != 5:
            raise RefusedError(400, "cron_expression must have five fields")
        refuse_both(trigger, "webhook_id", "daemon_group_key")
        refuse_others(trigger, "error_handling", ("fail_fast", "ignore", "batch"))
        refuse_others(trigger, "super_query", ("apac", "wnam"))

    triggers = Collection(
        documents=database.cron_triggers,
        name="Sync job cron trigger",
        filters=("integrated_account_id", "sync_job_id"),
        defaults={"args": {}, "meta": {}, "webhook_id": None, "daemon_group_key": None},
        check=check,
    )

    def schedule(request: RecordedRequest) -> JSONValue:
        database.scheduled[triggers.get(request)["id"]] = triggers.get(request)["cron_expression"]
        return {"success": True}

    add_crud(routes, "sync-job-cron-trigger", lambda _: triggers)
    routes.add("POST /sync-job-cron-trigger/{id}/schedule", schedule)
