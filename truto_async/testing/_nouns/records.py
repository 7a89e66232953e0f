"""Any other noun of the admin API: plain documents, with no checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.testing._nouns.crud import Collection, add_crud
from truto_async.testing._routes import RefusedError

if TYPE_CHECKING:
    from truto_async.testing._database import Database
    from truto_async.testing._records import RecordedRequest
    from truto_async.testing._routes import Routes

__all__ = ["add_routes"]


def add_routes(routes: Routes, database: Database) -> None:
    """Add routes for each noun that the database has when it is asked."""

    def collection(request: RecordedRequest) -> Collection:
        noun = request.segments[0]
        if noun not in database.records:
            raise RefusedError(404, f"Cannot {request.method} {request.path}")
        name = noun.replace("-", " ").capitalize()
        return Collection(documents=database.records[noun], name=name, filters=None)

    add_crud(routes, "{noun}", collection)
