"""Any other resource, as plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from truto_async._support import json
from truto_async._transport.request import build_request
from truto_async.errors import InvalidArgumentError
from truto_async.resources._base import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from truto_async._support.json import JSONObject
    from truto_async._transport.request import Query
    from truto_async._transport.transport import Transport
    from truto_async.paging import AsyncPager

__all__ = ["AsyncGenericResource"]


class AsyncGenericResource(Resource["JSONObject"]):
    """The operations on any kind of object, as plain dicts: for what has no attribute of its own."""

    def __init__(self, transport: Transport, path: str) -> None:
        """Users get one from `resource`; raises InvalidArgumentError for a path that cannot be right."""
        super().__init__(transport)
        self._path = build_request("GET", path, None, None).target

    def __repr__(self) -> str:
        """Show the path."""
        return f"{type(self).__name__}({self._path!r})"

    def _model(self) -> type[JSONObject]:
        return dict[str, Any]

    async def get(self, id: str, *, query: Query | None = None) -> JSONObject:  # noqa: A002  # the API's own word
        """Fetch one object: `GET /<path>/<id>`.

        The id is sent as given, as one percent-encoded segment of the path. The answer may have another id, as where "me" is
        asked for, so it is not compared.

        Args:
            id: the id.
            query: the query, as for `request`.

        Raises:
            InvalidArgumentError: the id or query cannot be sent.
            APIConnectionError: no answer came.
            APIStatusError: the server said no; NotFoundError where there is no such object.
            ResponseDecodeError: the answer is not a JSON object.
        """
        return await self._send("GET", id, query, None)

    def list(
        self,
        *,
        query: Query | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[JSONObject]:
        """List objects: `GET /<path>`, page by page. Nothing is fetched before the list is walked.

        Args:
            query: filters, as for `request`.
            limit: how many objects to fetch at once; default 50.
            max_items: how many objects to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: `limit` or `max_items` is not a positive integer; while walking: the query cannot be sent.
        """
        return self._list({} if query is None else query, limit=limit, max_items=max_items, cursor=cursor)

    async def create(self, fields: Mapping[str, Any], *, query: Query | None = None) -> JSONObject:
        """Create an object: `POST /<path>`. It is never sent twice.

        Args:
            fields: the object, without what the server owns.
            query: the query, as for `request`.

        Raises:
            InvalidArgumentError: the fields or query cannot be sent.
            AmbiguousOutcomeError: no answer came; the object may have been created.
            APIStatusError: the server said no.
            ResponseDecodeError: the answer is not a JSON object.
        """
        return await self._send("POST", None, query, _body(fields))

    async def update(self, id: str, fields: Mapping[str, Any], *, query: Query | None = None) -> JSONObject:  # noqa: A002
        """Change fields of an object: `PATCH /<path>/<id>`. It is never sent twice.

        Args:
            id: the id.
            fields: what to change; what is left out stays.
            query: the query, as for `request`.

        Raises:
            InvalidArgumentError: the id, fields or query cannot be sent.
            AmbiguousOutcomeError: no answer came; the object may have been changed.
            APIStatusError: the server said no.
            ResponseDecodeError: the answer is not a JSON object.
        """
        return await self._send("PATCH", id, query, _body(fields))

    async def delete(self, id: str, *, query: Query | None = None) -> JSONObject | None:  # noqa: A002  # the API's own word
        """Delete an object: `DELETE /<path>/<id>`.

        Returns:
            The answer, which most often is `{"id": ...}`; None where there is none.

        Raises:
            InvalidArgumentError: the id or query cannot be sent.
            APIStatusError: the server said no; NotFoundError where there is no such object.
            ResponseDecodeError: the answer is not a JSON object.
        """
        return await self._remove(id, query)


def _body(fields: object) -> JSONObject:
    """Return what is to be sent; raises InvalidArgumentError."""
    try:
        document = json.copy(fields)
    except ValueError as error:
        problem = str(error)
    else:
        if isinstance(document, dict):
            return json.as_object(document)
        problem = f"fields must be a mapping, not {type(fields).__name__}"
    raise InvalidArgumentError(problem)
