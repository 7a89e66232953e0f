"""The arguments of a sync job: what it takes, and where it uses that."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from attrs import evolve, frozen

from truto_async._codec.structure_error import json_path
from truto_async._support.json import JSONValue  # attrs looks the annotation up
from truto_async.models.nodes import UnknownNode
from truto_async.pipeline import _jsonata
from truto_async.pipeline.expressions import find_expressions, strings
from truto_async.pipeline.placeholders import KeyPattern, Template

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from truto_async.models.args import ArgSpec, ArgsSchema
    from truto_async.models.sync_job import SyncJob
    from truto_async.pipeline.expressions import Expression

__all__ = ["Argument", "find_arguments"]


@frozen
class Argument:
    """An argument of a sync job. Users get it from `job.arguments`."""

    name: str
    """The name."""

    types: tuple[str, ...] = ()
    """The JSON types that a value may have, such as ("string",); empty where nothing is said."""

    format: str | None = None
    """What the value stands for, such as "integrated_account_id" or "date"."""

    required: bool = False
    """True where a run needs it. One with a default may be left out all the same."""

    description: str | None = None
    """A sentence for people."""

    default: JSONValue = None
    """The value where a run gives none; None where there is no such value."""

    declared: bool = True
    """False where the job uses the argument and its `args_schema` does not have it."""

    uses: tuple[str, ...] = ()
    """Where it is used, such as "$.resources[3].query.since". What reads all arguments at once uses each of them."""


def find_arguments(job: SyncJob) -> Mapping[str, Argument]:
    """Find the arguments of a job by name: first those that it declares, then those that it uses all the same.

    Placeholders, JSONata and the paths of loops use them, `args_validation` included. Without the extra `jsonata`, JSONata
    is only searched for what looks like `args.name`. So are fields that this version does not know, for declared arguments.
    """
    declared = declared_arguments(job.args_schema)
    expressions = [*find_expressions(job)]
    uses = [*find_uses(expressions, declared)]
    names = dict.fromkeys([*declared, *(name for _, found in uses for name in found if name is not None)])
    uses += _guess_uses(job, expressions)
    return MappingProxyType(
        {
            name: evolve(
                declared.get(name) or Argument(name, declared=False),
                uses=tuple(dict.fromkeys(path for path, found in uses if name in found or None in found)),
            )
            for name in names
        }
    )


def find_uses(expressions: Iterable[Expression], declared: Container[str]) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Find where expressions read arguments, and which; None stands for all of them."""
    for expression in expressions:
        names = tuple(_names(_paths(expression), declared))
        if names:
            yield expression.path, names


def declared_arguments(schema: ArgsSchema | None) -> dict[str, Argument]:
    """Return the arguments of a schema by name, in either of its forms, without their uses."""
    if schema is None:
        return {}
    required = _listed_as_required(schema)
    others = schema.extra.get("properties", {}) if schema.is_json_schema else schema.extra  # specifications in another form
    return {
        **{name: _argument(name, spec, required=name in required) for name, spec in schema.properties.items()},
        **{name: Argument(name, required=name in required) for name in others},
        **{name: Argument(name, required=True) for name in required if name not in schema.properties and name not in others},
    }


def _listed_as_required(schema: ArgsSchema) -> list[str]:
    listed = schema.extra.get("required") if schema.is_json_schema else None
    return [name for name in cast("list[object]", listed) if isinstance(name, str)] if isinstance(listed, list) else []


def _argument(name: str, spec: ArgSpec, *, required: bool) -> Argument:
    return Argument(
        name,
        types=(spec.type,) if isinstance(spec.type, str) else tuple(spec.type or ()),
        format=spec.format,
        required=required or spec.required is True,
        description=spec.description,
        default=spec.default,
    )


def _paths(expression: Expression) -> Iterable[Sequence[object]]:
    """Find the paths that an expression reads."""
    match expression.language:
        case "jsonata":
            return _jsonata.paths_of(expression.text) if _may_read_arguments(expression.text) else ()
        case "path":
            return [expression.text.split(".")]
        case _:
            return _template_paths(expression.text)


def _template_paths(text: str) -> Iterator[Sequence[object]]:
    for placeholder in Template.parse(text).placeholders:
        yield from placeholder.reads


def _may_read_arguments(text: str) -> bool:
    """Return whether parsing can find something: `args`, or what reads everything at once."""
    return "args" in text or re.search(r"\$(?!\w)|[*%]|\beval\b|\(\s*\)", text) is not None


def _names(paths: Iterable[Sequence[object]], declared: Container[str]) -> Iterator[str | None]:
    """Find the arguments that paths lead to; None stands for all of them."""
    for path in paths:
        match path:
            case ["args", str(name), *_] if name:
                yield name
            case [] | ["args"] | ["args", KeyPattern(), *_] | [KeyPattern(), *_]:
                yield None
            case [str(name)] if name in declared:  # loops may name an argument without "args" (truto.one/docs: sync jobs)
                yield name
            case _:
                pass


def _guess_uses(job: SyncJob, expressions: Iterable[Expression]) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Find what the other texts of the job seem to use; nobody knows how they are read."""
    nodes = job.resources or []
    unknown = {index for index, node in enumerate(nodes) if isinstance(node, UnknownNode)}
    known = {expression.path for expression in expressions if expression.node not in unknown}
    document = job.extra | {"resources": [node.to_dict() for node in nodes]}
    for text, steps in strings(document):
        if "args" in text and (path := json_path(steps)) not in known:
            yield path, tuple(_names([*_template_paths(text), *_jsonata.guess_paths(text)], ()))
