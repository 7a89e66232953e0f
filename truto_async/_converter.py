"""How JSON values become fields of attrs classes and back: the one door to cattrs.

Stricter than cattrs' own hooks, which would turn the number 5 into the label "5". The path of a failure is gathered on its
way out, so nothing is decoded twice to find it.
"""

from __future__ import annotations

from datetime import datetime
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, cast, get_args, get_origin

import attrs
from cattrs import Converter

from truto_async import _json, _timestamps
from truto_async._misfit import NAMES, Misfit, exactly, json_array, json_object, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from truto_async._json import JSONObject, JSONValue

    Structure: TypeAlias = Callable[[JSONValue, Any], Any]
    Unstructure: TypeAlias = Callable[[Any], JSONValue]

__all__ = ["converter", "register_tagged_union", "wire"]

_WIRE_TIMES = "wire_times"
_KEPT_APART = ("extra", _WIRE_TIMES)

converter = Converter(detailed_validation=False)


def wire(name: str) -> dict[str, str]:
    """Metadata for a field whose JSON name cannot be its Python name."""
    return {"wire": name}


def register_tagged_union(
    union: Any, tag: str, classes: Mapping[str, type[Any]], *, untagged: type[Any], unknown: type[Any]
) -> None:
    """Structure a union of models that a string field tells apart; a null tag counts as none."""

    def structure(value: JSONValue, _: Any) -> Any:
        name = json_object(value).get(tag)
        if name is not None and type(name) is not str:
            refuse([str], name, tag)
        return converter.structure(value, untagged if name is None else classes.get(name, unknown))

    converter.register_structure_hook(union, structure)


def _wire_fields(cls: type[Any]) -> list[tuple[str, attrs.Attribute[Any]]]:
    fields = attrs.fields(attrs.resolve_types(cls))
    return [(field.metadata.get("wire", field.name), field) for field in fields if field.name not in _KEPT_APART]


def _structure_model(cls: type[Any]) -> Structure:
    fields = _wire_fields(cls)
    hooks = {key: (field.name, converter.get_structure_hook(field.type), field.type) for key, field in fields}
    required = [key for key, field in fields if field.default is attrs.NOTHING]
    # A default such as type="request" is for those made here: what a server left out is None.
    absent = {field.name: None for _, field in fields if field.default and NoneType in get_args(field.type)}
    times = [key for key, field in fields if datetime in get_args(field.type)]

    def structure(value: JSONValue, _: Any) -> Any:
        known: dict[str, Any] = absent.copy()
        extra: JSONObject = {}
        for key, item in json_object(value).items():
            if key not in hooks:
                extra[key] = item
                continue
            name, hook, kind = hooks[key]
            try:
                known[name] = hook(item, kind)
            except Misfit as misfit:
                misfit.steps.append(key)
                raise
        for key in required:
            if key not in value:
                raise Misfit("missing", key)
        if times:
            known[_WIRE_TIMES] = {key: value[key] for key in times if value.get(key) is not None}
        return cls(**known, extra=extra)

    return structure


def _unstructure_model(cls: type[Any]) -> Unstructure:
    hooks = [(key, field.name, converter.get_unstructure_hook(field.type)) for key, field in _wire_fields(cls)]

    def unstructure(model: Any) -> JSONObject:
        known = {key: hook(value) for key, name, hook in hooks if (value := getattr(model, name)) is not None}
        for key, text in getattr(model, _WIRE_TIMES, {}).items():
            # Unless it has been changed since.
            if key in known and _timestamps.to_wire(_timestamps.from_wire(text)) == known[key]:
                known[key] = text
        extra: JSONObject = _json.copy(model.extra)
        return known | extra

    return unstructure


def _structure_list(cls: Any) -> Structure:
    [kind] = get_args(cls)
    hook = converter.get_structure_hook(kind)

    def structure(value: JSONValue, _: Any) -> list[Any]:
        array = json_array(value)
        items: list[Any] = []
        try:
            for item in array:
                items.append(hook(item, kind))  # noqa: PERF401  # its length tells where it failed
        except Misfit as misfit:
            misfit.steps.append(len(items))
            raise
        return items

    return structure


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
    kind = get_args(cls)[1]
    if kind is Any:
        return _json.copy
    hook = converter.get_unstructure_hook(kind)
    return lambda items: {key: hook(item) for key, item in items.items()}


def _structure_union(union: Any) -> Structure:
    """Make the hook of `X | None` or of a union of JSON types, told apart by the type of the value."""
    hooks = {get_origin(kind) or kind: (converter.get_structure_hook(kind), kind) for kind in _kinds(union)}
    if len(hooks) == 2 and NoneType in hooks:
        del hooks[NoneType]
        [(hook, kind)] = hooks.values()
        return lambda value, _: None if value is None else hook(value, kind)

    def structure(value: JSONValue, _: Any) -> Any:
        if type(value) not in hooks:
            refuse(list(hooks), value)
        hook, kind = hooks[type(value)]
        return hook(value, kind)

    return structure


def _unstructure_union(union: Any) -> Unstructure:
    kinds = [kind for kind in _kinds(union) if kind is not NoneType]
    return converter.get_unstructure_hook(kinds[0]) if len(kinds) == 1 else _json.copy


def _structure_timestamp(value: JSONValue, _: Any) -> datetime:
    text = exactly(str, value)
    try:
        return _timestamps.from_wire(text)
    except ValueError:
        raise Misfit(f"expected a timestamp, got {text[:40]!r}") from None


def _is_list(cls: Any) -> bool:
    return cast("object", get_origin(cls)) is list


def _is_dict(cls: Any) -> bool:
    return cast("object", get_origin(cls)) is dict


def _kinds(union: Any) -> list[Any]:
    """List the members of a union; the literals of an open enumeration are covered by its `str`."""
    return [kind for kind in get_args(union) if get_origin(kind) is not Literal]


def _is_plain_union(cls: Any) -> bool:
    """Tell `X | None` and unions of JSON types from unions of models, which are registered one by one."""
    if get_origin(cls) not in (Union, UnionType):
        return False
    kinds = _kinds(cls)
    return (len(kinds) == 2 and NoneType in kinds) or all((get_origin(kind) or kind) in NAMES for kind in kinds)


def _register_hooks() -> None:
    for kind in (str, int, bool, NoneType):
        converter.register_structure_hook(kind, lambda value, kind: exactly(kind, value))
    converter.register_structure_hook(datetime, _structure_timestamp)
    converter.register_unstructure_hook(datetime, _timestamps.to_wire)
    converter.register_unstructure_hook(Any, _json.copy)
    for applies, structure, unstructure in (
        (attrs.has, _structure_model, _unstructure_model),
        (_is_list, _structure_list, _unstructure_list),
        (_is_dict, _structure_dict, _unstructure_dict),
        (_is_plain_union, _structure_union, _unstructure_union),
    ):
        converter.register_structure_hook_factory(applies, structure)
        converter.register_unstructure_hook_factory(applies, unstructure)


_register_hooks()
