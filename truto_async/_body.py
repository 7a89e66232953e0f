"""The body of an answer, which is JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async import _json
from truto_async.errors import ResponseDecodeError

if TYPE_CHECKING:
    from truto_async._json import JSONValue

__all__ = ["parse", "text"]


def parse(body: bytes) -> JSONValue:
    """Parse an answer; raises ResponseDecodeError."""
    try:
        return _json.loads(body)
    except ValueError as error:
        problem = f"the answer is not JSON: {error}"
    raise ResponseDecodeError(problem, body=text(body))


def text(body: bytes) -> str:
    """Give a body as text, for messages."""
    return body.decode("utf-8", "replace")
