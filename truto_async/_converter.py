"""How JSON values become fields of attrs classes and back: the one door to cattrs.

Stricter than cattrs' own hooks, which would turn the number 5 into the label "5". The path of a failure is gathered on its
way out, so nothing is decoded twice to find it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, cast, get_args, get_origin

import attrs
from cattrs import Converter

from truto_async import _timestamps
from truto_async._generated import Field, reader, writer
from truto_async._misfit import NAMES, Misfit, exactly, json_array, json_object, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from truto_async._json import JSONObject, JSONValue

    Structure: TypeAlias = Callable[[JSONValue, Any], Any]
    Unstructure: TypeAlias = Callable[[Any], JSONValue]

__all__ = ["converter", "register_tagged_union", "structure_hook", "unstructure_hook", "wire"]

_KEPT_APART = ("extra", "wire_times")
_TAKEN_AS_THEY_ARE = (str, int, bool, dict[str, Any])

converter = Converter(detailed_validation=False)

structure_hook: Callable[[Any], Structure] = cache(converter.get_structure_hook)
unstructure_hook: Callable[[Any], Unstructure] = cache(converter.get_unstructure_hook)


def wire(name: str) -> dict[str, str]:
    """Metadata for a field whose JSON name cannot be its Python name."""
    return {"wire": name}


def register_tagged_union(
    union: Any, tag: str, classes: Mapping[str, type[Any]], *, untagged: type[Any], unknown: type[Any]
) -> None:
    """Structure a union of models that a string field tells apart; a null tag counts as none."""

    def make(_: Any) -> Structure:
        hooks = {name: structure_hook(cls) for name, cls in classes.items()}
        hook_untagged, hook_unknown = structure_hook(untagged), structure_hook(unknown)

        def structure(value: JSONValue, kind: Any) -> Any:
            document: JSONObject = value
            if type(value) is not dict:
                refuse([dict], value)
            name = document.get(tag)
            if type(name) is str:
                return hooks.get(name, hook_unknown)(value, kind)
            return hook_untagged(value, kind) if name is None else refuse([str], name, tag)

        return structure

    converter.register_structure_hook_factory(lambda kind: kind == union, make)
    converter.register_unstructure_hook(union, _unstructure_member)


def _unstructure_member(model: Any) -> JSONValue:
    return unstructure_hook(type(model))(model)


def _structure_model(cls: type[Any]) -> Structure:
    return reader(cls, _fields(cls))


def _unstructure_model(cls: type[Any]) -> Unstructure:
    return writer(cls, _fields(cls))


def _fields(cls: type[Any]) -> list[Field]:
    return [_field(field) for field in attrs.fields(attrs.resolve_types(cls)) if field.name not in _KEPT_APART]


def _field(field: attrs.Attribute[Any]) -> Field:
    kind: Any = field.type
    members = _members(kind)
    # The test that an item fits lets None through, so the hook of `X | None` would only pass everything on to that of X.
    only = members[0] if len(members) == 2 and members[1] is NoneType else kind
    return Field(
        name=field.name,
        key=field.metadata.get("wire", field.name),
        kind=only,
        # A default such as type="request" is for those made here: what a server left out is None.
        default=None if field.default and NoneType in members else field.default,
        fits=_fits(kind),
        read=structure_hook(only),
        write=None if _is_json(kind) else unstructure_hook(only),
        is_time=only is datetime,
    )


def _fits(kind: Any) -> str:
    """Write the test that an item is of a JSON type that is taken as it is."""
    if kind is Any:
        return "True"
    members = _members(kind)
    tests = [f"type(item) is {plain.__name__}" for plain in _TAKEN_AS_THEY_ARE if plain in members]
    return " or ".join(tests + (["item is None"] if NoneType in members else [])) or "False"


def _is_json(kind: Any) -> bool:
    """Tell a type whose values are JSON as they are."""
    inside = get_args(kind)[-1:] if get_origin(kind) in (list, dict) else _members(kind)
    return all(member is Any or member in NAMES or (member != kind and _is_json(member)) for member in inside)


def _structure_list(cls: Any) -> Structure:
    [kind] = get_args(cls)
    hook = structure_hook(kind)
    plain = {kind} & NAMES.keys()

    def structure(value: JSONValue, _: Any) -> list[Any]:
        array = json_array(value)
        if plain and plain.issuperset(map(type, array)):
            return array
        try:
            return [hook(item, kind) for item in array]
        except Misfit as misfit:
            misfit.steps.append(_first_misfit(array, hook, kind))
            raise

    return structure


def _first_misfit(array: list[JSONValue], hook: Structure, kind: Any) -> int:
    """Find the item that does not fit; counting while there is none would slow down what is right."""
    for index, item in enumerate(array):
        try:
            hook(item, kind)
        except Misfit:
            return index
    raise AssertionError("no item is a misfit")  # pragma: no cover  # one of them was


def _unstructure_list(cls: Any) -> Unstructure:
    hook = converter.get_unstructure_hook(get_args(cls)[0])
    return lambda items: [hook(item) for item in items]


def _structure_dict(cls: Any) -> Structure:
    kind = get_args(cls)[1]
    if kind is Any:
        return lambda value, _: json_object(value)
    hook = converter.get_structure_hook(kind)

    def structure(value: JSONValue, _: Any) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for key, item in json_object(value).items():
            try:
                items[key] = hook(item, kind)
            except Misfit as misfit:
                misfit.steps.append(key)
                raise
        return items

    return structure


def _unstructure_dict(cls: Any) -> Unstructure:
    hook = converter.get_unstructure_hook(get_args(cls)[1])
    return lambda items: {key: hook(item) for key, item in items.items()}


def _structure_union(union: Any) -> Structure:
    """Make the hook of a union of JSON types, told apart by the type of the value."""
    hooks = {get_origin(kind) or kind: (converter.get_structure_hook(kind), kind) for kind in _members(union)}

    def structure(value: JSONValue, _: Any) -> Any:
        if type(value) not in hooks:
            refuse(list(hooks), value)
        hook, kind = hooks[type(value)]
        return hook(value, kind)

    return structure


def _structure_timestamp(value: JSONValue, _: Any) -> datetime:
    if type(value) is not str:
        refuse([str], value)
    try:
        return _timestamps.from_wire(value)
    except ValueError:
        raise Misfit(f"expected a timestamp, got {value[:40]!r}") from None


def _is_list(cls: Any) -> bool:
    return cast("object", get_origin(cls)) is list


def _is_dict(cls: Any) -> bool:
    return cast("object", get_origin(cls)) is dict


def _members(kind: Any) -> list[Any]:
    """List the members of a union; the literals of an open enumeration are covered by its `str`."""
    members = get_args(kind) if _is_union(kind) else [kind]
    return [member for member in members if get_origin(member) is not Literal]


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _is_json_union(cls: Any) -> bool:
    """Tell unions of JSON types from unions of models, which are registered one by one."""
    return _is_union(cls) and all((get_origin(member) or member) in NAMES for member in _members(cls))


def _register_hooks() -> None:
    for kind in (str, int, bool, NoneType):
        converter.register_structure_hook(kind, lambda value, kind: exactly(kind, value))
    converter.register_structure_hook(datetime, _structure_timestamp)
    converter.register_unstructure_hook(datetime, _timestamps.to_wire)
    converter.register_structure_hook_factory(_is_json_union, _structure_union)
    for applies, structure, unstructure in (
        (attrs.has, _structure_model, _unstructure_model),
        (_is_list, _structure_list, _unstructure_list),
        (_is_dict, _structure_dict, _unstructure_dict),
    ):
        converter.register_structure_hook_factory(applies, structure)
        converter.register_unstructure_hook_factory(applies, unstructure)


_register_hooks()
