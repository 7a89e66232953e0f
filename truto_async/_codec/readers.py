"""Generated code: for each model, a function that fills its fields from JSON and one that writes them back.

The functions are generated as source, since a loop over a table of fields takes three times as long. A value of a plain JSON
type is taken as it is; anything else goes through the hook of the field's type, which is made when first needed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from truto_async._codec import timestamps
from truto_async._codec.structure_error import StructureError, refuse
from truto_async._support.json import EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["Field", "TaggedList", "make_reader", "make_writer"]


class TaggedList(NamedTuple):
    """The items of a list of models that a string field tells apart."""

    tag: str
    by_tag: Mapping[object, Callable[[JSONValue, Any], Any]]
    """The structure hook for each tag; raises TypeError for a tag that is neither a string nor null."""


class Field(NamedTuple):
    """How a field of a model is read from JSON, and written."""

    name: str
    key: str
    """Its name in JSON."""

    default: Any
    """Its value where the JSON has none; attrs.NOTHING where the JSON must have one."""

    fits: str
    """A Python expression: whether `item` can be taken as it is."""

    read: Callable[[], Any]
    """Makes the structure hook, a function of the item; its second parameter is not used."""

    write: Callable[[], Any] | None
    """Makes the unstructure hook, a function of the value; None where the value is JSON already."""

    is_time: bool
    """Whether it is written as the server wrote it, from `wire_times`."""

    tagged: TaggedList | None
    """Its items, where it is a list of tagged models."""


_READER = """\
def function(value, _):
    if type(value) is not dict:
        refuse([dict], value)
    self = Blank()
    seen = 0
    at = None
    try:
{fields}
    except StructureError as error:
        if at is not None:
            error.steps.append(at)
        raise
    self.extra = EMPTY if seen == len(value) else {{key: item for key, item in value.items() if key not in known}}
{finish}
"""
_FIELD = """\
        if {key!r} in value:
            seen += 1
            item = value[{key!r}]
{read}
        else:
            {absent}
"""
_READ = """\
            self.{name} = item if {fits} else read_{name}(item, at := {key!r})
"""
_READ_TIME = """\
            try:
                self.{name} = item if {fits} else moment if (moment := fromisoformat(item)).tzinfo is UTC else to_utc(moment)
            except (TypeError, ValueError):
                self.{name} = read_{name}(item, at := {key!r})  # which says what is wrong
"""
_READ_TAGGED_LIST = """\
            at = {key!r}
            try:
                if type(item) is not list:
                    raise TypeError
                self.{name} = [by_tag_{name}[entry.get({tag!r})](entry, None) for entry in item]
            except (AttributeError, TypeError, StructureError):
                self.{name} = item if {fits} else read_{name}(item, None)  # which says what is wrong, and where
"""
_WRITER = """\
def function(self):
    value = {{}}
{fields}
    return value | self.extra if self.extra else value
"""
_WRITE_FIELD = """\
    item = self.{name}
    if item is not None:
        value[{key!r}] = {written}
"""
_FACTORY: Any = attrs.Factory  # a class, though its stub says function
_STRINGS = frozenset({str})


def make_reader(cls: type[Any], fields: Sequence[Field]) -> Callable[[JSONValue, Any], Any]:
    """Return the function that makes an instance of a JSON value; raises StructureError with the path."""
    names: dict[str, Any] = {
        "EMPTY": EMPTY,
        "STRINGS": _STRINGS,
        "StructureError": StructureError,
        "UTC": UTC,
        "cls": cls,
        "fromisoformat": datetime.fromisoformat,
        "known": {field.key for field in fields},
        "refuse": refuse,
        "to_utc": timestamps.to_utc,
    }
    for field in fields:
        names[f"read_{field.name}"] = _deferred(names, f"read_{field.name}", field.read)
        names[f"default_{field.name}"] = field.default
        names[f"by_tag_{field.name}"] = field.tagged and field.tagged.by_tag
    finish = ["    self.__class__ = cls", "    return self"]
    if _is_ours(cls):
        names["Blank"] = _writable_twin(cls)
    else:
        # Somebody's own subclass may check or change what it is made of.
        names["Blank"] = SimpleNamespace
        finish = ["    return cls(**vars(self))"]
    times = [field.key for field in fields if field.is_time]
    if times:
        finish.insert(0, f"    self.wire_times = {{key: value[key] for key in {times} if value.get(key) is not None}}")
    return _compiled(cls, _READER.format(fields="".join(map(_read, fields)), finish="\n".join(finish)), names)


def make_writer(cls: type[Any], fields: Sequence[Field]) -> Callable[[Any], JSONObject]:
    """Return the function that makes the JSON object of an instance; the two share free-form values."""
    names: dict[str, Any] = {"write_time": _write_time}
    for field in fields:
        if field.write is not None:
            names[f"write_{field.name}"] = _deferred(names, f"write_{field.name}", field.write)
    lines = [_WRITE_FIELD.format(name=field.name, key=field.key, written=_written(field)) for field in fields]
    return _compiled(cls, _WRITER.format(fields="".join(lines)), names)


def _deferred(names: dict[str, Any], name: str, make: Callable[[], Any]) -> Callable[..., Any]:
    """Stand in for a hook until it is first called; then make it and put it in this function's place."""

    def first_call(*arguments: Any) -> Any:
        names[name] = hook = make()
        return hook(*arguments)

    return first_call


def _read(field: Field) -> str:
    template = _READ_TIME if field.is_time else _READ if field.tagged is None else _READ_TAGGED_LIST
    read = template.format(**field._asdict() | {"tag": field.tagged and field.tagged.tag})
    return _FIELD.format(key=field.key, read=read, absent=_absent(field))


def _absent(field: Field) -> str:
    if field.default is attrs.NOTHING:
        return f"at = {field.key!r}; raise StructureError('missing')"
    if isinstance(field.default, _FACTORY):
        return "pass"  # only a user's own subclass has such fields, and its __init__ makes the value
    return f"self.{field.name} = {'None' if field.default is None else f'default_{field.name}'}"


def _written(field: Field) -> str:
    if field.is_time:
        return f"write_time(item, self.wire_times.get({field.key!r}))"
    return "item" if field.write is None else f"write_{field.name}(item)"


def _write_time(moment: datetime, text: str | None) -> str:
    """Write a time as the server did, unless it was changed since."""
    return text if text is not None and timestamps.from_wire(text) == moment else timestamps.to_wire(moment)


def _compiled(cls: type[Any], source: str, names: dict[str, Any]) -> Callable[..., Any]:
    exec(compile(source, f"<generated for {cls.__qualname__}>", "exec"), names)  # noqa: S102  # our own templates and fields
    function: Callable[..., Any] = names["function"]
    return function


def _is_ours(cls: type[Any]) -> bool:
    return cls.__module__.partition(".")[0] == __name__.partition(".")[0]


def _writable_twin(cls: type[Any]) -> type[Any]:
    """Make a class of the same layout, whose instances can be filled and then become those of the frozen class.

    That takes a quarter of the time of the frozen `__init__`.
    """
    writable = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    return type(cls.__name__, cls.__bases__, writable | {"__slots__": cls.__slots__})
