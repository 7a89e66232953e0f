"""Scripted faults and recorded requests of a FakeTruto."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from attrs.validators import and_, ge, instance_of, lt, optional

from truto_async._support.json import JSONValue

__all__ = ["Fault", "RecordedRequest"]


@frozen(kw_only=True)
class RecordedRequest:
    """A request as the server saw it."""

    method: str
    """The method, such as "GET"."""

    path: str
    """The path as it was sent, still percent-encoded, without the query."""

    segments: tuple[str, ...]
    """The parts of the path, decoded: `("sync-job", "4a4de828-...")`."""

    query: Mapping[str, list[str]]
    """The query, decoded: each key and its values."""

    headers: Mapping[str, str] = field(repr=False)
    """The headers, their names in lower case. The `authorization` among them is left out of the repr."""

    body: bytes = b""
    """The body."""

    time: float
    """When it came, in seconds of time.monotonic()."""


@frozen(kw_only=True)
class Fault:
    """What to do instead of answering, or before it."""

    status: int | None = field(default=None, validator=optional(and_(instance_of(int), ge(200), lt(600))))
    """The status to answer with; None to answer as usual, after `delay`."""

    headers: Mapping[str, str] = field(factory=dict[str, str])
    """Headers of the answer."""

    body: JSONValue = None
    """The body of the answer: bytes or str as they are, anything else as JSON; None for the error envelope of `status`."""

    delay: float = 0.0
    """Seconds to wait first."""

    drop: bool = False
    """True to close the connection without an answer."""

    path: str | None = None
    """Only for requests whose path starts with this; None for any."""

    carried_out: bool = False
    """True to carry out a request although it is answered with `status`."""

    def applies_to(self, request: RecordedRequest) -> bool:
        """Return whether this fault applies to the request."""
        return self.path is None or request.path.startswith(self.path)
