"""What most nouns have in common: list, get, create, update and delete."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import field, frozen

from truto_async._support import json
from truto_async._support.json import JSONObject, JSONValue
from truto_async.testing._database import ENVIRONMENT_ID, now
from truto_async.testing._routes import RefusedError

if TYPE_CHECKING:
    from truto_async.testing._records import RecordedRequest
    from truto_async.testing._routes import Routes

__all__ = [
    "Collection",
    "add_crud",
    "body_of",
    "json_body",
    "page",
    "refuse_both",
    "refuse_missing",
    "refuse_others",
    "wanted",
]

_DEFAULT_LIMIT = 5000
_SERVER_FIELDS = ("id", "environment_id", "created_at", "updated_at")
_QUERY_OF_LISTS = ("limit", "next_cursor", "sort")


@frozen(kw_only=True)
class Collection:
    """The documents of a noun, and what may be done with them."""

    documents: dict[str, JSONObject]
    """The documents by id."""

    name: str
    """What one is called in messages, such as "Sync job"."""

    filters: Sequence[str] | None = ()
    """The fields that a list can be filtered by; None for any."""

    sortable: bool = False
    """Whether a list can be asked to sort, as in `sort=-created_at`."""

    defaults: JSONObject = field(factory=dict[str, JSONValue])
    """The server's values for fields that are left out."""

    check: Callable[[JSONObject], None] | None = None
    """Raises RefusedError for a document that the server would not take."""

    def list(self, request: RecordedRequest) -> JSONObject:
        """Return a page of the documents that are wanted."""
        found: Sequence[JSONObject] = wanted(list(self.documents.values()), request.query, self.filters)
        if self.sortable and "sort" in request.query:
            found = _sorted(found, request.query["sort"][-1])
        return page(found, request.query)

    def get(self, request: RecordedRequest) -> JSONObject:
        """Return one document. Raises RefusedError where there is none."""
        try:
            return self.documents[request.segments[1]]
        except KeyError:
            raise RefusedError(404, f"{self.name} not found") from None

    def create(self, request: RecordedRequest) -> JSONObject:
        """Make a document and return it."""
        made = now()
        own = {"id": str(uuid4()), "environment_id": ENVIRONMENT_ID, "created_at": made, "updated_at": made}
        document = json.as_object(json.copy(self.defaults)) | body_of(request) | own
        if self.check is not None:
            self.check(document)
        self.documents[document["id"]] = document
        return document

    def update(self, request: RecordedRequest) -> JSONObject:
        """Change a document and return it."""
        document = self.get(request) | body_of(request) | {"updated_at": now()}
        if self.check is not None:
            self.check(document)
        self.documents[request.segments[1]] = document
        return document

    def delete(self, request: RecordedRequest) -> JSONObject:
        """Delete a document and return its id."""
        self.get(request)
        del self.documents[request.segments[1]]
        return {"id": request.segments[1]}


def add_crud(routes: Routes, noun: str, collection: Callable[[RecordedRequest], Collection]) -> None:
    """Add the five routes of a noun, whose documents may depend on the request."""
    routes.add(f"GET /{noun}", lambda request: collection(request).list(request))
    routes.add(f"POST /{noun}", lambda request: collection(request).create(request))
    routes.add(f"GET /{noun}/{{id}}", lambda request: collection(request).get(request))
    routes.add(f"PATCH /{noun}/{{id}}", lambda request: collection(request).update(request))
    routes.add(f"DELETE /{noun}/{{id}}", lambda request: collection(request).delete(request))


def body_of(request: RecordedRequest) -> JSONObject:
    """Return the fields that are to be written; what the server owns is ignored. Raises RefusedError for anything else."""
    return {name: value for name, value in json_body(request).items() if name not in _SERVER_FIELDS}


def json_body(request: RecordedRequest) -> JSONObject:
    """Return the body. Raises RefusedError if it is not an object."""
    try:
        document = json.loads(request.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise RefusedError(400, "The body must be a JSON object")
    return json.as_object(document)


def refuse_missing(document: JSONObject, *names: str) -> None:
    """Raise RefusedError for the first of these fields that has no value."""
    for name in names:
        if document.get(name) in (None, ""):
            raise RefusedError(400, f"{name} is required")


def refuse_both(document: JSONObject, one: str, other: str) -> None:
    """Raise RefusedError where two fields that exclude each other both have a value."""
    if document.get(one) is not None and document.get(other) is not None:
        raise RefusedError(400, f"{one} and {other} exclude each other")


def refuse_others(document: JSONObject, name: str, values: Sequence[str]) -> None:
    """Raise RefusedError for a field with a value that is none of these."""
    if document.get(name) not in (None, *values):
        raise RefusedError(400, f"{name} must be one of {', '.join(values)}")


def wanted(
    documents: Iterable[JSONObject], query: Mapping[str, list[str]], filters: Sequence[str] | None
) -> list[JSONObject]:
    """Return the documents whose fields have the values that the query asks for."""
    names = [name for name in query if name not in _QUERY_OF_LISTS and (filters is None or name in filters)]
    values = [(name, query[name][-1]) for name in names]
    return [document for document in documents if all(_text(document.get(name)) == value for name, value in values)]


def page(
    found: Sequence[JSONObject], query: Mapping[str, list[str]], *, default: int = _DEFAULT_LIMIT, most: int | None = None
) -> JSONObject:
    """Return the page that the query asks for, in its envelope. Raises RefusedError for a bad limit or cursor."""
    try:
        limit = int(query.get("limit", [str(default)])[-1])
        start = _offset(query.get("next_cursor", [""])[-1])
    except (ValueError, binascii.Error):
        raise RefusedError(400, "Invalid limit or next_cursor") from None
    if limit < 1 or (most is not None and limit > most):
        raise RefusedError(400, f"limit must be from 1 to {most}" if most else "limit must be 1 or more")
    end = start + limit
    cursor = base64.urlsafe_b64encode(b"offset:%d" % end).decode() if end < len(found) else None
    return {"result": list(found[start:end]), "next_cursor": cursor, "limit": limit}


def _sorted(found: Sequence[JSONObject], by: str) -> Sequence[JSONObject]:
    name = by.removeprefix("-")
    backwards = name != by
    latest_first = found[::-1] if backwards else found  # of equals, too
    return sorted(latest_first, key=lambda document: str(document.get(name) or ""), reverse=backwards)


def _offset(cursor: str) -> int:
    return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("offset:")) if cursor else 0


def _text(value: JSONValue) -> JSONValue:
    """Return a value as a query has it."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value).decode()
