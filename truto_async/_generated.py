"""Functions that fill and read the fields of a model, written as source for each class.

Loops over a table of fields take three times as long. The source does the same for every field: a value that fits as it is
is taken, and anything else goes through the hook of the field's type.
"""

from __future__ import annotations

from textwrap import indent
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from truto_async import _timestamps
from truto_async._json import EMPTY
from truto_async._misfit import Misfit, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from truto_async._json import JSONObject, JSONValue

__all__ = ["Field", "reader", "writer"]


@frozen(kw_only=True)
class Field:
    """How a field of a model is read from JSON, and written."""

    name: str
    key: str
    """Its name in JSON."""

    kind: Any
    default: Any
    """What it has where JSON has nothing; attrs.NOTHING where something must be there."""

    fits: str
    """The test, in Python, that `item` needs no hook."""

    read: Any
    """The hook of cattrs: a function of a value and of `kind`."""

    write: Any
    """The hook of cattrs: a function of the value. None where the value is JSON already."""

    is_time: bool
    """Whether it comes back as it was written, from `wire_times`."""


_FACTORY: Any = attrs.Factory  # a class, though its stub says function
_READER = """
def function(value, _):
    if type(value) is not dict:
        refuse([dict], value)
    self = Blank()
    seen = 0
    try:
{fields}
    except Misfit as misfit:
        misfit.steps.append(at)
        raise
    self.extra = EMPTY if seen == len(value) else {{key: item for key, item in value.items() if key not in known}}
{finish}
"""
_READ_FIELD = """
if {key!r} in value:
    seen += 1
    item = value[{key!r}]
    if {fits}:
        self.{name} = item
    else:
        at = {key!r}
        self.{name} = read_{name}(item, kind_{name})
else:
    {absent}
"""
_WRITER = """
def function(self):
    value = {{}}
{fields}
    return value | self.extra if self.extra else value
"""
_WRITE_FIELD = """
item = self.{name}
if item is not None:
    value[{key!r}] = {written}
"""


def reader(cls: type[Any], fields: Sequence[Field]) -> Callable[[JSONValue, Any], Any]:
    """Make the function that makes an instance of a JSON value; what it raises knows its path."""
    names: dict[str, Any] = {
        "EMPTY": EMPTY,
        "Misfit": Misfit,
        "refuse": refuse,
        "cls": cls,
        "known": {field.key for field in fields},
    }
    for field in fields:
        names |= {f"read_{field.name}": field.read, f"kind_{field.name}": field.kind, f"default_{field.name}": field.default}
    finish = ["self.__class__ = cls", "return self"]
    if _is_ours(cls):
        names["Blank"] = _blank(cls)
    else:
        # Somebody's own subclass may check or change what it is made of.
        names["Blank"] = SimpleNamespace
        finish = ["return cls(**vars(self))"]
    times = [field.key for field in fields if field.is_time]
    if times:
        finish.insert(0, f"self.wire_times = {{key: value[key] for key in {times} if value.get(key) is not None}}")
    lines = [_READ_FIELD.format(name=field.name, key=field.key, fits=field.fits, absent=_absent(field)) for field in fields]
    source = _READER.format(fields=indent("".join(lines), " " * 8), finish=indent("\n".join(finish), " " * 4))
    return _compiled(cls, source, names)


def writer(cls: type[Any], fields: Sequence[Field]) -> Callable[[Any], JSONObject]:
    """Make the function that makes the JSON object of an instance; the two share what is free-form."""
    names = {f"write_{field.name}": field.write for field in fields} | {"time": _time}
    lines = [_WRITE_FIELD.format(name=field.name, key=field.key, written=_written(field)) for field in fields]
    return _compiled(cls, _WRITER.format(fields=indent("".join(lines), " " * 4)), names)


def _absent(field: Field) -> str:
    if field.default is attrs.NOTHING:
        return f"at = {field.key!r}; raise Misfit('missing')"
    if isinstance(field.default, _FACTORY):
        return "pass"  # only a user's own subclass has such fields, and its __init__ makes the value
    return f"self.{field.name} = {'None' if field.default is None else f'default_{field.name}'}"


def _written(field: Field) -> str:
    if field.is_time:
        return f"time(item, self.wire_times.get({field.key!r}))"
    return "item" if field.write is None else f"write_{field.name}(item)"


def _time(moment: datetime, text: str | None) -> str:
    """Write a time as the server did, unless it was changed since."""
    return text if text is not None and _timestamps.from_wire(text) == moment else _timestamps.to_wire(moment)


def _compiled(cls: type[Any], source: str, names: dict[str, Any]) -> Callable[..., Any]:
    exec(compile(source, f"<generated for {cls.__qualname__}>", "exec"), names)  # noqa: S102  # our own templates and fields
    function: Callable[..., Any] = names["function"]
    return function


def _is_ours(cls: type[Any]) -> bool:
    return cls.__module__.partition(".")[0] == __name__.partition(".")[0]


def _blank(cls: type[Any]) -> type[Any]:
    """Make a class of the same layout, whose instances can be filled and then become those of the frozen class.

    That takes a quarter of the time of the frozen `__init__`.
    """
    open_again = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    return type(cls.__name__, cls.__bases__, open_again | {"__slots__": cls.__slots__})
