"""Answers as the server writes them: JSON, the envelope of errors, and what a test scripted."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from attrs import frozen

from truto_async._support import json

if TYPE_CHECKING:
    from truto_async._support.json import JSONValue
    from truto_async.testing._records import Fault

__all__ = ["Answer", "json_answer", "refusal", "scripted"]

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


@frozen
class Answer:
    """What to send back, and how."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    delay: float = 0.0
    drop: bool = False


def json_answer(status: int, body: JSONValue) -> Answer:
    """Return an answer in JSON."""
    return Answer(status, json.dumps(body), _JSON_HEADERS)


def refusal(status: int, message: str) -> Answer:
    """Return the error envelope of a status."""
    error = _PHRASES.get(status, "Unknown")
    return json_answer(status, {"statusCode": status, "error": error, "message": message})


def scripted(fault: Fault, status: int) -> Answer:
    """Return the body of a fault, or the error envelope of the status where it has none."""
    if fault.body is None:
        return refusal(status, "Scripted by the test")
    if isinstance(fault.body, bytes | str):
        body = fault.body.encode() if isinstance(fault.body, str) else fault.body
        return Answer(status, body, {"Content-Type": "text/html; charset=utf-8"})
    return json_answer(status, fault.body)
