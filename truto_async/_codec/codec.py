"""Codecs: bytes to models and back.

A value either fits the declared type or is refused with its path. Fields that a model does not declare are kept in its
`extra` and written back unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from truto_async._codec import fields
from truto_async._codec.body import parse_body, text_of
from truto_async._codec.structure_error import StructureError
from truto_async._support import json
from truto_async.errors import ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["Codec", "codec_for", "encode", "unstructure"]

T = TypeVar("T")

_codecs: dict[type[Any], Codec[Any]] = {}


class Codec(Generic[T]):
    """Decodes JSON into instances of one class."""

    def __init__(self, cls: type[T]) -> None:
        self._cls = cls
        self._structure: Callable[[JSONValue, Any], T] = fields.structure_hook(cls)

    def decode(self, body: bytes) -> T:
        """Parse and structure a response's body; raises ResponseDecodeError."""
        try:
            return self._structure(json.loads(body), self._cls)
        except (ValueError, StructureError):
            pass  # once more below, step by step, to say what is wrong
        try:
            return self.structure(parse_body(body))
        except ResponseDecodeError as error:
            error.body = text_of(body)
            raise

    def structure(self, value: JSONValue, *steps: str | int) -> T:
        """Make an instance of a JSON value; raises ResponseDecodeError with the path of what does not fit.

        Args:
            value: the JSON value.
            steps: the keys and indices that lead to it, where it is a part of something larger.
        """
        try:
            return self._structure(value, self._cls)
        except StructureError as error:
            error.steps += reversed(steps)
            problem, path = str(error), error.path
        raise ResponseDecodeError(problem, path=path)


def codec_for(cls: type[T]) -> Codec[T]:
    """Return the codec of a class, made on first use."""
    if cls not in _codecs:
        _codecs[cls] = Codec(cls)
    return _codecs[cls]


def unstructure(model: object) -> JSONObject:
    """Return the JSON object of a model. It shares nothing with the model."""
    document: JSONObject = json.copy(fields.unstructure_hook(type(model))(model))
    return document


def encode(model: object) -> bytes:
    """Return a model as JSON text; raises ValueError or TypeError for values that JSON does not have."""
    return json.dumps(fields.unstructure_hook(type(model))(model))
