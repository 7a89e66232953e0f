"""Requests and responses as plain values, and the encoding of ids, paths and queries. Nothing here does I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard, cast
from urllib.parse import quote, unquote

from truto_async._codec import timestamps
from truto_async._support import json as json_text
from truto_async.errors import InvalidArgumentError

if TYPE_CHECKING:
    from truto_async._support.json import JSONValue

__all__ = ["Query", "Request", "Response", "build_request", "encode_id"]

QueryValue: TypeAlias = "str | float | bool | datetime | Mapping[str, QueryValue] | Sequence[QueryValue] | None"
"""A value in a query. None is left out; a datetime is written as the API writes times."""

Query: TypeAlias = Mapping[str, QueryValue]
"""A query. Nested mappings and lists are written as `a[b]=c` and `a[]=b`."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_NOT_IDEMPOTENT = frozenset({"POST", "PATCH"})
_MAX_ID_LENGTH = 1000
_PLAIN_ID = re.compile(r"[\w-]{1,100}", re.ASCII)  # most ids are UUIDs, which need no encoding


class Request(NamedTuple):
    """A request, ready to be sent."""

    method: str
    target: str
    """The path and query, percent-encoded."""

    body: bytes | None = None
    account: str | None = None
    """The `integrated_account_id` of the query: each connected account has a rate limit of its own."""

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice does the same as sending it once."""
        return self.method not in _NOT_IDEMPOTENT

    @property
    def is_plain(self) -> bool:
        """Whether it is a GET without a body."""
        return self.method == "GET" and self.body is None

    @property
    def path(self) -> str:
        """The path without the query, which may hold a customer's data."""
        return self.target.partition("?")[0]

    def __str__(self) -> str:
        """Show the method and the path."""
        return f"{self.method} {self.path}"


class Response(NamedTuple):
    """A response of any status. Its repr shows neither headers nor body, which may echo the token."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Show the status."""
        return f"Response({self.status})"


def build_request(method: object, path: object, query: object, json: JSONValue) -> Request:
    """Check and encode a request; raises InvalidArgumentError."""
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise InvalidArgumentError(f"method must be one of {', '.join(sorted(_METHODS))}: {method!r}")
    pairs = _encodable_pairs(query)
    encoded = "&".join(f"{quote(key, safe='')}={quote(text, safe='')}" for key, text in pairs)
    target = "?".join(filter(None, (_path(path), encoded)))
    body = None if json is None else _body(json)
    return Request(method.upper(), target, body, dict(pairs).get("integrated_account_id"))


def encode_id(id: object) -> str:  # noqa: A002  # the API's own word
    """Percent-encode an id as one segment of a path; raises InvalidArgumentError."""
    if isinstance(id, str) and _PLAIN_ID.fullmatch(id):
        return str.__str__(id)  # of an enumeration, the value
    if not isinstance(id, str):
        raise InvalidArgumentError(f"id must be a str, not {type(id).__name__}")
    if not id.strip() or id in (".", ".."):
        raise InvalidArgumentError(f"id must not be empty or a dot: {id!r}")
    if len(id) > _MAX_ID_LENGTH:
        raise InvalidArgumentError(f"id has {len(id):,} characters, at most {_MAX_ID_LENGTH:,} are sent: {id[:20]!r}...")
    _check_characters("id", id)
    return quote(id, safe="")


def _path(path: object) -> str:
    if not isinstance(path, str) or not path.strip("/"):
        raise InvalidArgumentError(f'path must be a str such as "/sync-job": {path!r}')
    if "://" in path or "?" in path or "#" in path or "\\" in path:
        raise InvalidArgumentError(f"path must be a bare path; pass a query as query=: {path!r}")
    _check_characters("path", path)
    segments = path.removeprefix("/").split("/")
    if any(unquote(part) in ("", ".", "..") for part in segments):
        raise InvalidArgumentError(f"path must not have an empty segment, '.' or '..': {path!r}")
    return "/" + "/".join(quote(part, safe="%") for part in segments)


def _check_characters(name: str, text: str) -> None:
    if any(char < " " or "\x7f" <= char <= "\x9f" for char in text) or _has_surrogate(text):
        raise InvalidArgumentError(f"{name} holds a control character or a lone surrogate: {text[:60]!r}")


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _body(json: JSONValue) -> bytes:
    try:
        return json_text.dumps(json)
    except (TypeError, ValueError) as error:
        problem = f"json cannot be written as JSON: {error}"
    raise InvalidArgumentError(problem)


def _encodable_pairs(query: object) -> list[tuple[str, str]]:
    try:
        pairs = [] if query is None else list(_pairs(query))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidArgumentError):
            raise
        problem = f"query cannot be written: {error}"
    else:
        for key, text in pairs:
            if _has_surrogate(key + text):
                raise InvalidArgumentError(f"query: {key!r} holds a lone surrogate: {text[:60]!r}")
        return pairs
    raise InvalidArgumentError(problem)


def _pairs(query: object) -> Iterator[tuple[str, str]]:
    if not isinstance(query, Mapping):
        raise InvalidArgumentError(f"query must be a mapping, not {type(query).__name__}")
    for key, value in cast("Mapping[object, object]", query).items():
        if not isinstance(key, str):
            raise InvalidArgumentError(f"query must have str keys: {key!r}")
        yield from _flatten(key, value)


def _flatten(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Encode nested values as `a[b]=c`, lists as `a[]=b` (truto.one/docs, Querying); None is left out.

    A list of objects is encoded with indices, as the TypeScript SDK does: with `a[][b]` nobody could tell where one object
    ends.
    """
    if isinstance(value, Mapping):
        for name, item in cast("Mapping[object, object]", value).items():
            yield from _flatten(f"{key}[{name}]", item)
    elif _is_sequence(value):
        indexed = any(isinstance(item, Mapping) or _is_sequence(item) for item in value)
        for index, item in enumerate(value):
            yield from _flatten(f"{key}[{index if indexed else ''}]", item)
    elif value is not None:
        yield key, _text(key, value)


def _text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return timestamps.to_wire(value)
    if isinstance(value, str):
        return str.__str__(value)  # of an enumeration, too, the value
    if isinstance(value, int | float):
        return repr(value)
    raise InvalidArgumentError(f"query: {key} must be a str, number, bool, datetime, list or mapping: {value!r}")


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)
