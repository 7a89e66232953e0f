"""JSON to attrs classes and back.

A value either fits the declared type or is refused with its path. What no field is declared for is kept in `extra` and
goes back unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from truto_async import _body, _converter, _json, _misfit
from truto_async.errors import ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from truto_async._json import JSONObject, JSONValue

__all__ = ["Codec", "codec", "encode", "unstructure"]

T = TypeVar("T")

_codecs: dict[type[Any], Codec[Any]] = {}


class Codec(Generic[T]):
    """Reads one class."""

    def __init__(self, cls: type[T]) -> None:
        """Take the class."""
        self._cls = cls
        self._structure: Callable[[JSONValue, Any], T] = _converter.structure_hook(cls)

    def decode(self, body: bytes) -> T:
        """Parse and structure an answer; raises ResponseDecodeError."""
        try:
            return self._structure(_json.loads(body), self._cls)
        except (ValueError, _misfit.Misfit):
            pass  # again, and step by step, to say what is wrong
        try:
            return self.structure(_body.parse(body))
        except ResponseDecodeError as error:
            error.body = _body.text(body)
            raise

    def structure(self, value: JSONValue, *steps: str | int) -> T:
        """Make an instance of a JSON value; raises ResponseDecodeError with the path of what does not fit.

        The steps are those that lead to the value, where it is a part of something.
        """
        try:
            return self._structure(value, self._cls)
        except _misfit.Misfit as misfit:
            misfit.steps += reversed(steps)
            problem, path = str(misfit), misfit.path
        raise ResponseDecodeError(problem, path=path)


def codec(cls: type[T]) -> Codec[T]:
    """Give the codec of a class."""
    if cls not in _codecs:
        _codecs[cls] = Codec(cls)
    return _codecs[cls]


def unstructure(model: object) -> JSONObject:
    """Make the JSON object of a model, sharing nothing with it."""
    document: JSONObject = _json.copy(_converter.unstructure_hook(type(model))(model))
    return document


def encode(model: object) -> bytes:
    """Write a model as JSON; raises ValueError or TypeError for what JSON cannot hold."""
    return _json.dumps(_converter.unstructure_hook(type(model))(model))
