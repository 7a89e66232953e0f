"""Response bodies: JSON, or text for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async._support import json
from truto_async.errors import ResponseDecodeError

if TYPE_CHECKING:
    from truto_async._support.json import JSONValue

__all__ = ["parse_body", "text_of"]


def parse_body(body: bytes) -> JSONValue:
    """Parse a response's body; raises ResponseDecodeError."""
    try:
        return json.loads(body)
    except ValueError as error:
        problem = f"the answer is not JSON: {error}"
    raise ResponseDecodeError(problem, body=text_of(body))


def text_of(body: bytes) -> str:
    """Return a body as text, with replacement characters where it is not UTF-8."""
    return body.decode("utf-8", "replace")
