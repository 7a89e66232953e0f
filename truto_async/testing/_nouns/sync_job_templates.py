"""Templates of sync jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.testing._nouns.crud import Collection, add_crud, refuse_missing, refuse_others

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject
    from truto_async.testing._database import Database
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]


def add_routes(routes: Routes, database: Database) -> None:
    """Add the routes of templates."""

    def check(template: JSONObject) -> None:
        refuse_missing(template, "label", "default_runtime_version")
        refuse_others(template, "sharing", ("deny", "ask", "allow"))

    templates = Collection(
        documents=database.templates,
        name="Sync job template",
        filters=("id", "integration_name", "team_id", "label"),
        defaults={"integration_name": None, "description": None, "sharing": "deny", "args_schema": {}, "resources": []},
        check=check,
    )
    add_crud(routes, "sync-job-template", lambda _: templates)
