"""JSON to attrs classes and back.

A value either fits the declared type or is refused with its path. What no field is declared for is kept in `extra` and
goes back unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from truto_async import _converter, _json, _misfit
from truto_async.errors import ResponseDecodeError

if TYPE_CHECKING:
    from truto_async._json import JSONObject, JSONValue

__all__ = ["decode", "encode", "parse", "structure", "unstructure"]

T = TypeVar("T")


def decode(body: bytes, cls: type[T]) -> T:
    """Parse and structure an answer; raises ResponseDecodeError."""
    try:
        made: T = _converter.structure_hook(cls)(_json.loads(body), cls)
        return made
    except (ValueError, _misfit.Misfit):
        pass  # again, and step by step, to say what is wrong
    try:
        return structure(parse(body), cls)
    except ResponseDecodeError as error:
        error.body = _text(body)
        raise


def parse(body: bytes) -> JSONValue:
    """Parse an answer; raises ResponseDecodeError."""
    try:
        return _json.loads(body)
    except ValueError as error:
        problem = f"the answer is not JSON: {error}"
    raise ResponseDecodeError(problem, body=_text(body))


def structure(value: JSONValue, cls: type[T], *steps: str | int) -> T:
    """Make an instance of a model from a JSON value; raises ResponseDecodeError with the path of what does not fit.

    The steps are those that lead to the value, where it is a part of something.
    """
    try:
        made: T = _converter.structure_hook(cls)(value, cls)
        return made
    except _misfit.Misfit as misfit:
        misfit.steps += reversed(steps)
        problem, path = str(misfit), misfit.path
    raise ResponseDecodeError(problem, path=path)


def unstructure(model: object) -> JSONObject:
    """Make the JSON object of a model, sharing nothing with it."""
    document: JSONObject = _json.copy(_converter.unstructure_hook(type(model))(model))
    return document


def encode(model: object) -> bytes:
    """Write a model as JSON; raises ValueError or TypeError for what JSON cannot hold."""
    return _json.dumps(_converter.unstructure_hook(type(model))(model))


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
