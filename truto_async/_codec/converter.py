"""The cattrs converter: hooks for types that are not models. Nothing else imports cattrs.

The hooks are stricter than those of cattrs, which would turn the number 5 into the label "5". The path of a failure is
gathered on its way out, so nothing is decoded twice to find it.
"""

from __future__ import annotations

from datetime import datetime
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, cast, get_args, get_origin

from cattrs import Converter

from truto_async._codec import timestamps
from truto_async._codec.structure_error import (
    JSON_TYPE_NAMES,
    StructureError,
    expect,
    expect_array,
    expect_object,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from truto_async._support.json import JSONValue

    Structure: TypeAlias = Callable[[JSONValue, Any], Any]
    Unstructure: TypeAlias = Callable[[Any], JSONValue]

__all__ = ["make_converter"]


def make_converter(
    is_model: Callable[[Any], bool],
    structure_model: Callable[[Any], Structure],
    unstructure_model: Callable[[Any], Unstructure],
) -> Converter:
    """Make a converter for JSON types, times, and lists, dicts and unions of them and of models.

    Args:
        is_model: returns whether a type is read and written by functions of its own.
        structure_model: returns the function that reads such a type.
        unstructure_model: returns the function that writes such a type.
    """
    converter = Converter(detailed_validation=False)

    def structure_list(cls: Any) -> Structure:
        [kind] = get_args(cls)
        hook = converter.get_structure_hook(kind)

        def structure(value: JSONValue, _: Any) -> list[Any]:
            array, items = expect_array(value), list[Any]()
            try:
                for item in array:
                    items.append(hook(item, kind))  # its length is the index of the item that fails
            except StructureError as error:
                error.steps.append(len(items))
                raise
            return items

        return structure

    def unstructure_list(cls: Any) -> Unstructure:
        hook = converter.get_unstructure_hook(get_args(cls)[0])
        return lambda items: [hook(item) for item in items]

    def structure_dict(cls: Any) -> Structure:
        kind = get_args(cls)[1]
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

    def unstructure_dict(cls: Any) -> Unstructure:
        hook = converter.get_unstructure_hook(get_args(cls)[1])
        return lambda items: {key: hook(item) for key, item in items.items()}

    def structure_union(union: Any) -> Structure:
        """Make the hook of a union of JSON types, which the type of the value tells apart."""
        hooks = {get_origin(kind) or kind: (converter.get_structure_hook(kind), kind) for kind in _members(union)}

        def structure(value: JSONValue, _: Any) -> Any:
            if type(value) not in hooks:
                refuse(list(hooks), value)
            hook, kind = hooks[type(value)]
            return hook(value, kind)

        return structure

    for plain in (str, int, float, bool, NoneType):
        converter.register_structure_hook(plain, _expecting(plain))
    converter.register_structure_hook(datetime, _structure_time)
    converter.register_unstructure_hook(datetime, timestamps.to_wire)
    converter.register_structure_hook_factory(_is_json_union, structure_union)
    for applies, structure, unstructure in (
        (_is_list, structure_list, unstructure_list),
        (_is_dict, structure_dict, unstructure_dict),
        (is_model, structure_model, unstructure_model),
    ):
        converter.register_structure_hook_factory(applies, structure)
        converter.register_unstructure_hook_factory(applies, unstructure)
    return converter


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


def _members(union: Any) -> list[Any]:
    """List the members of a union. The literals of an open enumeration are covered by its `str`."""
    return [member for member in get_args(union) if get_origin(member) is not Literal]


def _is_json_union(cls: Any) -> bool:
    """Return whether it is a union of JSON types; unions of models are registered one by one."""
    is_union = get_origin(cls) in (Union, UnionType)
    return is_union and all((get_origin(member) or member) in JSON_TYPE_NAMES for member in _members(cls))
