"""What the fake knows of Truto's API: the routes of all nouns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.testing._nouns import records, sync_jobs
from truto_async.testing._routes import Routes

if TYPE_CHECKING:
    from truto_async.testing._database import Database

__all__ = ["routes_of"]


def routes_of(database: Database) -> Routes:
    """Return the routes to what a database has."""
    routes = Routes()
    for noun in (sync_jobs, records):
        noun.add_routes(routes, database)
    return routes
