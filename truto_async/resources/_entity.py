"""The base of the resources whose objects have an id: fetching one or many, and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from truto_async._codec.body import parse_body, text_of
from truto_async._support.json import as_object
from truto_async._transport.request import Request, build_request, encode_id
from truto_async.errors import InvalidArgumentError, ResponseDecodeError
from truto_async.resources._base import Resource
from truto_async.resources._documents import check_names, to_document

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.batch import AsyncBatch, OnError, Progress
    from truto_async.models import Entity

__all__ = ["EntityResource"]

E = TypeVar("E", bound="Entity")


class EntityResource(Resource[E]):
    """The operations on objects that have an id, and fields to write."""

    _fields: tuple[str, ...] = ()
    """The names of the fields that can be given for a new object."""

    _changes: tuple[str, ...] = ()
    """The names of those that can be changed."""

    _required: tuple[str, ...] = ()
    """The names of those that a new object must have."""

    _server_fields: tuple[str, ...] = ("id", "environment_id", "created_at", "updated_at")
    """The names of the fields that the server sets, which are not sent with a whole object."""

    async def _get(self, id: str) -> E:  # noqa: A002  # the API's own word
        """Fetch one object, and make sure that it is the one.

        Bytes that a server or proxy wrongly sends on an idle connection are taken for the response to the next request, and
        every later request gets the response of the one before it. New connections end that.
        """

        def verify(found: E) -> ResponseDecodeError | None:
            if found.id == id or found.id.lower() == id.lower():
                return None
            return ResponseDecodeError(f"asked for {id!r}, got {found.id!r}", path="$.id")

        return await self._transport.fetch(Request("GET", f"{self._path}/{encode_id(id)}"), self._codec.decode, verify)

    def _get_many(
        self,
        get: Callable[[str], Awaitable[E]],
        ids: Iterable[str] | AsyncIterable[str],
        *,
        concurrency: int,
        on_error: OnError,
        ordered: bool,
        progress: Callable[[Progress], object] | None,
    ) -> AsyncBatch[E]:
        """Return a batch that fetches the ids."""
        from truto_async.batch import AsyncBatch, BatchPlan  # noqa: PLC0415  # most scripts have no batches

        plan = BatchPlan(
            get,
            ids,
            check_open=self._transport.check_open,
            concurrency=concurrency,
            on_error=on_error,
            ordered=ordered,
            progress=progress,
        )
        return AsyncBatch(plan)

    async def _create(
        self, whole: E | None, fields: Mapping[str, object], defaults: Mapping[str, object] | None = None
    ) -> E:
        """Make an object of a whole one and single fields; raises InvalidArgumentError."""
        check_names(fields, self._fields)
        document = {**(defaults or {}), **self._whole(whole, self._server_fields), **to_document(self._model(), fields)}
        missing = [name for name in self._required if document.get(name) is None]
        if missing:
            raise InvalidArgumentError(f"create: {missing[0]} is missing")
        self._check(document)
        return await self._send("POST", None, None, document)

    async def _update(self, target: str | E, fields: Mapping[str, object]) -> E:
        """Change fields of the object with an id, or send a whole object; raises InvalidArgumentError."""
        check_names(fields, self._changes)
        whole = None if isinstance(target, str) else target
        fixed = {*self._server_fields, *self._fields}.difference(self._changes)
        document = {**self._whole(whole, fixed), **to_document(self._model(), fields)}
        if not document:
            raise InvalidArgumentError("update: no field is given, so nothing would change")
        self._check(document)
        return await self._send("PATCH", target if isinstance(target, str) else target.id, None, document)

    def _check(self, document: JSONObject) -> None:
        """Raise InvalidArgumentError for values that do not go together."""

    async def _delete(self, id: str) -> None:  # noqa: A002
        await self._transport.fetch(Request("DELETE", f"{self._path}/{encode_id(id)}"), lambda _: None)

    async def _order(self, path: str, body: JSONValue = None) -> None:
        """Have the server do something; raises ResponseDecodeError where it does not say that it succeeded."""
        await self._transport.fetch(build_request("POST", f"{self._path}/{path}", None, body), _check_success)

    def _whole(self, whole: E | None, left_out: Iterable[str]) -> JSONObject:
        """Return the JSON of a whole object; raises InvalidArgumentError where it is something else."""
        if whole is None:
            return {}
        name = self._model().__name__
        if not _is_a(self._model(), whole):
            raise InvalidArgumentError(f"this must be a {name}, not {type(whole).__name__}; pass single fields by name")
        return {name: value for name, value in whole.to_dict().items() if name not in left_out}


def _is_a(model: type[object], value: object) -> bool:
    return isinstance(value, model)


def _check_success(body: bytes) -> None:
    if body and as_object(parse_body(body)).get("success") is not True:
        raise ResponseDecodeError("expected true", path="$.success", body=text_of(body))
