"""The cattrs converter: structure and unstructure hooks for the models' types. Nothing else imports cattrs.

The hooks are stricter than those of cattrs, which would turn the number 5 into the label "5". The path of a failure is
gathered on its way out, so nothing is decoded twice to find it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, cast, get_args, get_origin

import attrs
from cattrs import Converter

from truto_async._codec import readers, timestamps
from truto_async._codec.structure_error import (
    JSON_TYPE_NAMES,
    StructureError,
    expect,
    expect_array,
    expect_object,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from truto_async._codec.json import JSONValue

    Structure: TypeAlias = Callable[[JSONValue, Any], Any]
    Unstructure: TypeAlias = Callable[[Any], JSONValue]

__all__ = ["converter", "register_tagged_union", "structure_hook", "unstructure_hook", "wire_name"]

_NOT_IN_JSON = ("extra", "wire_times")
_TAKEN_AS_THEY_ARE = (str, int, bool, dict[str, Any])

_tagged_lists: dict[Any, readers.TaggedList] = {}

converter = Converter(detailed_validation=False)

structure_hook: Callable[[Any], Structure] = cache(converter.get_structure_hook)
unstructure_hook: Callable[[Any], Unstructure] = cache(converter.get_unstructure_hook)


def wire_name(name: str) -> dict[str, str]:
    """Return the metadata of a field whose JSON name cannot be its Python name."""
    return {"wire_name": name}


class _ByTag(dict[object, "Structure"]):
    """The structure hooks of a tagged union by tag, made when a tag is first met."""

    def __init__(self, classes: Mapping[str, type[Any]], untagged: type[Any], unknown: type[Any]) -> None:
        super().__init__()
        self._classes = classes
        self._untagged = untagged
        self._unknown = unknown

    def __missing__(self, tag: object) -> Structure:
        if tag is not None and type(tag) is not str:
            raise TypeError  # the caller knows where
        cls = self._untagged if tag is None else self._classes.get(tag)
        if cls is None:
            return structure_hook(self._unknown)  # not kept: a server could send any number of tags
        self[tag] = hook = structure_hook(cls)
        return hook


def register_tagged_union(
    union: Any, tag: str, classes: Mapping[str, type[Any]], *, untagged: type[Any], unknown: type[Any]
) -> None:
    """Structure a union of models that a string field tells apart; a null tag counts as none."""
    by_tag = _ByTag(classes, untagged, unknown)

    def structure(value: JSONValue, kind: Any) -> Any:
        name = expect_object(value).get(tag)
        return by_tag[name](value, kind) if name is None or type(name) is str else refuse([str], name, tag)

    def structure_list(value: JSONValue, _: Any) -> list[Any]:
        return _structure_items(expect_array(value), structure)

    _tagged_lists[list[union]] = readers.TaggedList(tag, by_tag)
    converter.register_structure_hook_func(lambda kind: kind == union, structure)
    converter.register_structure_hook_func(lambda kind: kind == list[union], structure_list)
    converter.register_unstructure_hook(union, _unstructure_member)


def _unstructure_member(model: Any) -> JSONValue:
    return unstructure_hook(type(model))(model)


def _structure_model(cls: type[Any]) -> Structure:
    return readers.make_reader(cls, _fields(cls))


def _unstructure_model(cls: type[Any]) -> Unstructure:
    return readers.make_writer(cls, _fields(cls))


def _fields(cls: type[Any]) -> list[readers.Field]:
    return [_field(field) for field in attrs.fields(attrs.resolve_types(cls)) if field.name not in _NOT_IN_JSON]


def _field(field: attrs.Attribute[Any]) -> readers.Field:
    kind: Any = field.type
    members = _members(kind)
    # The test that an item fits lets None through, so the hook of `X | None` would only pass everything on to that of X.
    only = members[0] if len(members) == 2 and members[1] is NoneType else kind
    hook = structure_hook if only is not kind else converter.get_structure_hook
    return readers.Field(
        field.name,
        field.metadata.get("wire_name", field.name),
        # A default such as type="request" is for instances made by the user: what a server left out is None.
        None if field.default and NoneType in members else field.default,
        fits=_fits(members),
        read=partial(hook, only),
        write=None if _is_json(kind) else partial(unstructure_hook, only),
        is_time=only is datetime,
        tagged=_tagged_lists.get(only),
    )


def _fits(members: list[Any]) -> str:
    """Write the test that an item is of a JSON type that is taken as it is."""
    if Any in members:
        return "True"
    tests = [f"type(item) is {plain.__name__}" for plain in _TAKEN_AS_THEY_ARE if plain in members]
    tests += ["item is None"] if NoneType in members else []
    tests += ["(type(item) is list and STRINGS.issuperset(map(type, item)))"] if list[str] in members else []
    return " or ".join(tests) or "False"


def _is_json(kind: Any) -> bool:
    """Return whether values of a type are JSON as they are."""
    inside = get_args(kind)[-1:] if get_origin(kind) in (list, dict) else _members(kind)
    return all(member is Any or member in JSON_TYPE_NAMES or (member != kind and _is_json(member)) for member in inside)


def _structure_items(array: list[JSONValue], hook: Structure, kind: Any = None) -> list[Any]:
    items: list[Any] = []
    try:
        for item in array:
            items.append(hook(item, kind))  # noqa: PERF401  # its length is the index of the item that fails
    except StructureError as error:
        error.steps.append(len(items))
        raise
    return items


def _structure_list(cls: Any) -> Structure:
    [kind] = get_args(cls)
    hook = structure_hook(kind)
    return lambda value, _: _structure_items(expect_array(value), hook, kind)


def _unstructure_list(cls: Any) -> Unstructure:
    hook = converter.get_unstructure_hook(get_args(cls)[0])
    return lambda items: [hook(item) for item in items]


def _structure_dict(cls: Any) -> Structure:
    kind = get_args(cls)[1]
    if kind is Any:
        return lambda value, _: expect_object(value)
    hook = converter.get_structure_hook(kind)

    def structure(value: JSONValue, _: Any) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for key, item in expect_object(value).items():
            try:
                items[key] = hook(item, kind)
            except StructureError as error:
                error.steps.append(key)
                raise
        return items

    return structure


def _unstructure_dict(cls: Any) -> Unstructure:
    hook = converter.get_unstructure_hook(get_args(cls)[1])
    return lambda items: {key: hook(item) for key, item in items.items()}


def _structure_union(union: Any) -> Structure:
    """Make the hook of a union of JSON types, which the type of the value tells apart."""
    hooks = {get_origin(kind) or kind: (converter.get_structure_hook(kind), kind) for kind in _members(union)}

    def structure(value: JSONValue, _: Any) -> Any:
        if type(value) not in hooks:
            refuse(list(hooks), value)
        hook, kind = hooks[type(value)]
        return hook(value, kind)

    return structure


def _expecting(kind: type[Any]) -> Structure:
    return lambda value, _: expect(kind, value)


def _structure_time(value: JSONValue, _: Any) -> datetime:
    try:
        return timestamps.from_wire(expect(str, value))
    except ValueError:
        raise StructureError(f"expected a timestamp, got {value[:40]!r}") from None


def _is_list(cls: Any) -> bool:
    return cast("object", get_origin(cls)) is list


def _is_dict(cls: Any) -> bool:
    return cast("object", get_origin(cls)) is dict


def _members(kind: Any) -> list[Any]:
    """List the members of a union, or the type itself. The literals of an open enumeration are covered by its `str`."""
    members = get_args(kind) if _is_union(kind) else [kind]
    return [member for member in members if get_origin(member) is not Literal]


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _is_json_union(cls: Any) -> bool:
    """Return whether it is a union of JSON types; unions of models are registered one by one."""
    return _is_union(cls) and all((get_origin(member) or member) in JSON_TYPE_NAMES for member in _members(cls))


def _register_hooks() -> None:
    for plain in (str, int, bool, NoneType):
        converter.register_structure_hook(plain, _expecting(plain))
    converter.register_structure_hook(datetime, _structure_time)
    converter.register_unstructure_hook(datetime, timestamps.to_wire)
    converter.register_structure_hook_factory(_is_json_union, _structure_union)
    for applies, structure, unstructure in (
        (attrs.has, _structure_model, _unstructure_model),
        (_is_list, _structure_list, _unstructure_list),
        (_is_dict, _structure_dict, _unstructure_dict),
    ):
        converter.register_structure_hook_factory(applies, structure)
        converter.register_unstructure_hook_factory(applies, unstructure)


_register_hooks()
