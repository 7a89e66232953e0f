"""What the fake knows of Truto's API: the routes of all nouns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.testing._nouns import (
    batch_requests,
    logs,
    records,
    runs,
    sync_job_cron_triggers,
    sync_job_run_state,
    sync_job_templates,
    sync_jobs,
    webhooks,
)
from truto_async.testing._routes import Routes

if TYPE_CHECKING:
    from truto_async.testing._database import Database
    from truto_async.testing._deliveries import Deliveries
    from truto_async.testing._runs import Runs

__all__ = ["routes_of"]


def routes_of(database: Database, live_runs: Runs, deliveries: Deliveries) -> Routes:
    """Return the routes to what a database has."""
    routes = Routes()
    runs.add_routes(routes, database, live_runs)
    webhooks.add_routes(routes, database, deliveries)
    for noun in (
        sync_jobs,
        sync_job_cron_triggers,
        sync_job_templates,
        sync_job_run_state,
        logs,
        batch_requests,
        records,
    ):
        noun.add_routes(routes, database)
    return routes
