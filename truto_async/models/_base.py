"""The base class of the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs
from attrs import field, frozen

from truto_async._codec import codec
from truto_async._support import json
from truto_async._support.json import EMPTY, JSONObject
from truto_async.errors import InvalidArgumentError, ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Entity", "Model"]

_LONGEST_VALUE = 80


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Model:
    """The base of the models: attrs classes, frozen and compared by value.

    A field that the server left out and one that it sent as null are both None.
    """

    extra: JSONObject = EMPTY
    """The fields that this class does not know, by their JSON names. Where there are none, it is empty and stays empty."""

    def to_dict(self) -> JSONObject:
        """Return the JSON object that this was made from, unknown fields included.

        A field that is None is left out, whether the server left it out or sent null. Times come back as the server
        wrote them. The result shares nothing with the model: change it freely.
        """
        return codec.unstructure(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        """Make a model from its JSON object, such as an exported file.

        The data is copied. Raises ResponseDecodeError with the `path` of what does not fit.
        """
        try:
            copy = json.copy(data)
        except ValueError as error:
            problem = str(error)
        else:
            return codec.codec_for(cls).structure(copy)
        raise ResponseDecodeError(problem)

    def to_json(self) -> bytes:
        """Return what `to_dict` returns as compact JSON in UTF-8, several times faster.

        Raises InvalidArgumentError for a value that JSON does not have, such as NaN.
        """
        try:
            return codec.encode(self)
        except (TypeError, ValueError) as error:
            problem = f"{type(self).__name__} cannot be written as JSON: {error}"
        raise InvalidArgumentError(problem)

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Make a model from its JSON text.

        Raises ResponseDecodeError where it is not JSON, or with the `path` of what does not fit.
        """
        body = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        return codec.codec_for(cls).decode(body)

    # What follows attrs could generate for each class; one method for all of them makes importing the models faster.

    def __eq__(self, other: object) -> bool:
        """Compare by class and fields."""
        if type(other) is not type(self):
            return NotImplemented
        fields = attrs.fields(type(self))
        return all(getattr(self, field.name) == getattr(other, field.name) for field in fields if field.eq)

    def __hash__(self) -> int:
        """Raise TypeError."""
        raise TypeError(f"a {type(self).__name__} has no hash, since its fields can hold lists and dicts; use to_json()")

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the fields by name."""
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Set the fields, though the class is frozen; models without unknown fields share one empty `extra` again."""
        if not state["extra"]:
            state["extra"] = EMPTY
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """Show the fields that are set, on one line; long values are abbreviated."""
        first, *others = (field.name for field in attrs.fields(type(self)) if field.repr)
        values = ((name, getattr(self, name)) for name in (*others, first))
        shown = [f"{name}={_abbreviated(value)}" for name, value in values if value is not None and value != {}]
        return f"{type(self).__name__}({', '.join(shown)})"


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Entity(Model):
    """The base of the models that have an id and times."""

    id: str
    """The id, a UUID. The only field that is always there; it may be empty in an exported file."""

    wire_times: dict[str, str] = field(factory=dict[str, str], eq=False, repr=False)
    """The times as the server wrote them, by field, which `to_dict` returns. Neither compared nor shown."""

    def __hash__(self) -> int:
        """Hash by id, so that such objects can be in sets and keys of dicts."""
        return hash(self.id)


def _abbreviated(value: Any) -> str:
    text = repr(value)
    if len(text) <= _LONGEST_VALUE:
        return text
    if isinstance(value, str):
        return f"{text[:_LONGEST_VALUE]}...'"
    if isinstance(value, list | dict):
        count = len(value)  # pyright: ignore[reportUnknownArgumentType]  # of whatever items
        return f"<{count} {'items' if isinstance(value, list) else 'entries'}>"
    return text
