"""What every model can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import attrs
from attrs import frozen

from truto_async import _codec, _json
from truto_async._json import EMPTY, JSONObject
from truto_async.errors import InvalidArgumentError, ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Model"]


@frozen(kw_only=True, repr=False)
class Model:
    """The base of the models: attrs classes, frozen and compared by value.

    A field that the server left out and one that it sent as null are both None.
    """

    extra: JSONObject = EMPTY
    """The fields that this class does not know, by their JSON names. Where there are none, it cannot be filled."""

    def to_dict(self) -> JSONObject:
        """Give the JSON object that this was made from, unknown fields included.

        A field that is None is left out, whether the server left it out or sent null. Times come back as the server
        wrote them. The result shares nothing with the model: change it freely.
        """
        return _codec.unstructure(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        """Make one from its JSON object, such as an exported file.

        The data is copied. Raises ResponseDecodeError with the `path` of what does not fit.
        """
        try:
            copy = _json.copy(data)
        except ValueError as error:
            problem = str(error)
        else:
            return _codec.codec(cls).structure(copy)
        raise ResponseDecodeError(problem)

    def to_json(self) -> bytes:
        """Give the JSON object that this was made from as compact UTF-8, what `to_dict` gives and several times faster.

        Raises InvalidArgumentError where a value that the program put in has no JSON, such as NaN.
        """
        try:
            return _codec.encode(self)
        except (TypeError, ValueError) as error:
            problem = f"{type(self).__name__} cannot be written as JSON: {error}"
        raise InvalidArgumentError(problem)

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Make one from its JSON.

        Raises ResponseDecodeError where it is not JSON, or with the `path` of what does not fit.
        """
        body = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        return _codec.codec(cls).decode(body)

    def __repr__(self) -> str:
        """Show the fields that are set."""
        first, *others = (field.name for field in attrs.fields(type(self)))
        values = ((name, getattr(self, name)) for name in (*others, first) if name != "wire_times")
        shown = [f"{name}={value!r}" for name, value in values if value is not None and value != {}]
        return f"{type(self).__name__}({', '.join(shown)})"
