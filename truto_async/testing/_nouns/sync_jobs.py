"""Sync jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.testing._nouns.crud import Collection, add_crud

if TYPE_CHECKING:
    from truto_async.testing._database import Database
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]


def add_routes(routes: Routes, database: Database) -> None:
    """Add the routes of sync jobs."""
    jobs = Collection(
        documents=database.jobs,
        name="Sync job",
        filters=("integration_name", "environment_id"),
        defaults={
            "label": "Untitled",
            "integration_name": "",
            "default_runtime_version": 3,
            "args_schema": {},
            "resources": [],
        },
    )
    add_crud(routes, "sync-job", lambda _: jobs)
