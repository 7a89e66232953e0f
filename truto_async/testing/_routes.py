"""The table of routes: which function answers which request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from truto_async._support.json import JSONValue
from truto_async.testing._records import RecordedRequest

__all__ = ["Handler", "RefusedError", "Routes"]

Handler: TypeAlias = Callable[[RecordedRequest], JSONValue]


class RefusedError(Exception):
    """An answer that says no."""

    def __init__(self, status: int, message: str) -> None:
        """Take the status and the message of the error envelope."""
        super().__init__(status, message)
        self.status = status
        self.message = message


class Routes:
    """The handlers by method and path; the parts `{noun}` and `{id}` of a path stand for any."""

    def __init__(self) -> None:
        """Begin with no route."""
        self._handlers: dict[tuple[str, ...], Handler] = {}

    def add(self, route: str, handler: Handler) -> None:
        """Add a route, such as "GET /sync-job/{id}"."""
        method, path = route.split(" /")
        self._handlers[(method, *path.split("/"))] = handler

    def answer(self, request: RecordedRequest) -> JSONValue:
        """Return the JSON that a handler has for the request. Raises RefusedError, also where there is no handler."""
        noun, *rest = request.segments
        any_id = ["{id}", *rest[1:]] if rest else rest
        for path in ((noun, *rest), (noun, *any_id), ("{noun}", *rest), ("{noun}", *any_id)):
            handler = self._handlers.get((request.method, *path))
            if handler is not None:
                return handler(request)
        raise RefusedError(404, f"Cannot {request.method} {request.path}")
