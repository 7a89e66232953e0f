"""What is sent to write an object: checked against its model, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from truto_async import models
from truto_async._support import json
from truto_async.errors import InvalidArgumentError, ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from truto_async._support.json import JSONObject
    from truto_async.models import Model

__all__ = ["check_exclusive", "check_names", "to_document"]


def check_names(names: Iterable[str], known: Iterable[str]) -> None:
    """Raise InvalidArgumentError for a name that is not among those known."""
    unknown = sorted(set(names).difference(known))
    if unknown:
        raise InvalidArgumentError(f"there is no field {unknown[0]!r}; there are {', '.join(known)}")


def check_exclusive(fields: Mapping[str, object], one: str, other: str) -> None:
    """Raise InvalidArgumentError where two fields that exclude each other are both given."""
    if fields.get(one) is not None and fields.get(other) is not None:
        raise InvalidArgumentError(f"{one} and {other} exclude each other")


def to_document(model: type[Model], fields: Mapping[str, object]) -> JSONObject:
    """Return the JSON of single fields of a model; raises InvalidArgumentError for a value that does not fit."""
    try:
        document: JSONObject = {name: _plain(value) for name, value in fields.items()}
        model.from_dict({"id": "", **document})
    except (ResponseDecodeError, ValueError, RecursionError) as error:
        problem = str(error)
    else:
        return document
    raise InvalidArgumentError(problem)


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("Sequence[Any]", value)]
    return json.copy(value)
