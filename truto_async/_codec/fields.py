"""The fields of models: from their types to the generated readers and writers.

A value of a type that is not a model goes to the cattrs converter. It is loaded when a value needs it, which a job usually
does not: the generated readers take plain JSON types, times and models themselves.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, get_args, get_origin

import attrs

from truto_async._codec import readers
from truto_async._codec.structure_error import JSON_TYPE_NAMES, StructureError, expect_array, expect_object, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cattrs import Converter

    from truto_async._support.json import JSONValue

    Structure: TypeAlias = Callable[[JSONValue, Any], Any]
    Unstructure: TypeAlias = Callable[[Any], JSONValue]

__all__ = ["generated_hooks", "register_hooks", "register_tagged_union", "structure_hook", "unstructure_hook", "wire_name"]

_NOT_IN_JSON = ("extra", "wire_times")
_TAKEN_AS_THEY_ARE = (str, int, float, bool, dict[str, Any])

_structure_hooks: dict[Any, Structure] = {}
_unstructure_hooks: dict[Any, Unstructure] = {}
_registered: set[Any] = set()
_tagged_lists: dict[Any, readers.TaggedList] = {}


def generated_hooks(cls: type[Any]) -> tuple[Structure, Unstructure]:
    """Return the functions that read and write a model as its fields say, whatever is registered for it."""
    return readers.make_reader(cls, _fields(cls)), readers.make_writer(cls, _fields(cls))


def structure_hook(kind: Any) -> Structure:
    """Return the function that makes a value of a type from a JSON value; raises StructureError."""
    hook = _structure_hooks.get(kind)
    if hook is None:
        hook = readers.make_reader(kind, _fields(kind)) if _is_model(kind) else _cattrs_hook(kind)
        _structure_hooks[kind] = hook
    return hook


def unstructure_hook(kind: Any) -> Unstructure:
    """Return the function that makes a JSON value from a value of a type."""
    hook = _unstructure_hooks.get(kind)
    if hook is None:
        model = _is_model(kind)
        hook = readers.make_writer(kind, _fields(kind)) if model else _converter().get_unstructure_hook(kind)
        _unstructure_hooks[kind] = hook
    return hook


def register_hooks(kind: Any, structure: Structure, unstructure: Unstructure) -> None:
    """Read and write a type with functions of its own."""
    _registered.add(kind)
    _structure_hooks[kind] = structure
    _unstructure_hooks[kind] = unstructure


def wire_name(name: str | None) -> dict[str, str | None]:
    """Return the metadata of a field whose JSON name cannot be its Python name; None for a field that is not in JSON."""
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
    """Read and write a union of models that a string field tells apart; a null tag counts as none."""
    by_tag = _ByTag(classes, untagged, unknown)

    def structure(value: JSONValue, kind: Any) -> Any:
        name = expect_object(value).get(tag)
        return by_tag[name](value, kind) if name is None or type(name) is str else refuse([str], name, tag)

    def structure_list(value: JSONValue, _: Any) -> list[Any]:
        items: list[Any] = []
        try:
            for item in expect_array(value):
                items.append(structure(item, union))  # noqa: PERF401  # its length is the index of the item that fails
        except StructureError as error:
            if type(value) is list:
                error.steps.append(len(items))
            raise
        return items

    def unstructure(model: Any) -> JSONValue:
        return unstructure_hook(type(model))(model)

    register_hooks(union, structure, unstructure)
    register_hooks(list[union], structure_list, lambda models: [unstructure(model) for model in models])
    _tagged_lists[list[union]] = readers.TaggedList(tag, by_tag)


@cache
def _converter() -> Converter:
    """Load cattrs, with the hooks that are not those of models."""
    from truto_async._codec.converter import make_converter  # noqa: PLC0415

    return make_converter(_is_ours, structure_hook, unstructure_hook)


def _cattrs_hook(kind: Any) -> Structure:
    hook = _converter().get_structure_hook(kind)
    return lambda value, _: hook(value, kind)  # some hooks of cattrs need the type


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and attrs.has(kind)


def _is_ours(kind: Any) -> bool:
    """Return whether a type is read and written here, and not by cattrs."""
    return _is_model(kind) or kind in _registered


def _fields(cls: type[Any]) -> list[readers.Field]:
    if any(isinstance(field.type, str) for field in attrs.fields(cls)):
        attrs.resolve_types(cls)  # a user's subclass with postponed annotations
    keeps_times = hasattr(attrs.fields(cls), "wire_times")
    return [_field(field, keeps_times) for field in attrs.fields(cls) if _is_in_json(field)]


def _is_in_json(field: attrs.Attribute[Any]) -> bool:
    return field.name not in _NOT_IN_JSON and field.metadata.get("wire_name", field.name) is not None


def _field(field: attrs.Attribute[Any], keeps_times: bool) -> readers.Field:  # noqa: FBT001  # of its class
    kind: Any = field.type
    members = _members(kind)
    # The test that an item fits lets None through, so the hook of `X | None` would only pass everything on to that of X.
    only = members[0] if len(members) == 2 and members[1] is NoneType else kind
    return readers.Field(
        field.name,
        field.metadata.get("wire_name", field.name),
        # A default such as type="request" is for instances made by the user: what a server left out is None.
        None if field.default and NoneType in members else field.default,
        fits=_fits(members),
        read=partial(structure_hook, only),
        write=None if _is_json(members) else partial(unstructure_hook, only),
        is_time=only is datetime and keeps_times,
        tagged=_tagged_lists.get(only),
    )


def _fits(members: list[Any]) -> str:
    """Write the test that an item is of a JSON type that is taken as it is."""
    if Any in members:
        return "True"
    tests = [f"type(item) is {plain.__name__}" for plain in _TAKEN_AS_THEY_ARE if plain in members]
    tests += ["item is None"] if NoneType in members else []
    tests += ["type(item) is list and STRINGS.issuperset(map(type, item))"] if list[str] in members else []
    return " or ".join(tests) or "False"


def _members(kind: Any) -> list[Any]:
    """List the members of a union, or the type itself. The literals of an open enumeration are covered by its `str`."""
    members = get_args(kind) if get_origin(kind) in (Union, UnionType) else [kind]
    return [member for member in members if get_origin(member) is not Literal]


def _is_json(members: list[Any]) -> bool:
    """Return whether values of these types are JSON as they are."""
    return all(
        member is Any
        or member in JSON_TYPE_NAMES
        or (get_origin(member) in (list, dict) and _is_json(_members(get_args(member)[-1])))
        for member in members
    )


# Free-form objects need no cattrs.
register_hooks(dict[str, Any], lambda value, _: expect_object(value), lambda value: value)
