"""The expressions of a sync job: where it has templates, JSONata and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from attrs import frozen

from truto_async._codec.structure_error import json_path
from truto_async.models.configs import DestinationConfig, ExpressionConfig, StateConfig
from truto_async.models.nodes import RequestNode, UnknownNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models.nodes import Node
    from truto_async.models.sync_job import SyncJob

__all__ = ["Expression", "ExpressionLanguage", "find_expressions"]

ExpressionLanguage: TypeAlias = Literal["template", "jsonata", "path"]
"""How a text is read: text with placeholders, JSONata, or the path of a value."""


@frozen
class Expression:
    """A text of a job that is evaluated when the job runs."""

    text: str
    """The text."""

    language: ExpressionLanguage
    """How it is read."""

    path: str
    """Where it is, such as "$.resources[3].query.since"."""

    node: int | None
    """The place in `resources` of the node that it belongs to; None for the job's own."""


def find_expressions(job: SyncJob) -> Iterator[Expression]:
    """Find all texts of a job that are evaluated when it runs, in the order of its nodes, the job's own first.

    Which field is read how follows truto-skills (sync jobs). A template need not hold a placeholder.
    """
    yield from _strings(job.mutex_key, "template", None, "mutex_key")
    yield from _strings(job.state_key, "template", None, "state_key")
    yield from _strings(job.args_validation, "jsonata", None, "args_validation")
    for index, node in enumerate(job.resources or []):
        for language, value, steps in _fields(node):
            yield from _strings(value, language, index, "resources", index, *steps)


def _fields(node: Node) -> Iterator[tuple[ExpressionLanguage, JSONValue, tuple[str, ...]]]:
    """List the fields of a node that can hold expressions."""
    yield "jsonata", node.run_if, ("run_if",)
    if isinstance(node, RequestNode):
        yield "template", node.integrated_account_id, ("integrated_account_id",)
        yield "template", node.id, ("id",)
        yield ("jsonata" if isinstance(node.query, str) else "template"), node.query, ("query",)
        yield ("jsonata" if isinstance(node.body, str) else "template"), node.body, ("body",)
        yield _loop_language(node.loop_on), node.loop_on, ("loop_on",)
        if node.recurse is not None:
            yield "template", node.recurse.if_, ("recurse", "if")
            yield "template", node.recurse.config, ("recurse", "config")
        yield "template", node.delete_tracking_query, ("delete_tracking_query",)
    elif isinstance(node, UnknownNode):
        yield "template", node.extra, ()
    else:
        match node.config:
            case ExpressionConfig(expression=text):
                yield "jsonata", text, ("config", "expression")
            case StateConfig() as config:
                yield "template", config.key, ("config", "key")
                yield "template", config.default, ("config", "default")
                yield "template", config.value, ("config", "value")
                yield "jsonata", config.value_expression, ("config", "value_expression")
            case DestinationConfig() as config:
                yield "template", config.id, ("config", "id")
                yield "template", config.config, ("config", "config")
                yield "jsonata", config.expression, ("config", "expression")
            case dict() as config:
                yield "template", config, ("config",)
            case _:
                pass
        loop_on = getattr(node, "loop_on", None)
        yield _loop_language(loop_on), loop_on, ("loop_on",)


def _loop_language(loop_on: JSONValue) -> ExpressionLanguage:
    """Flat entries may have a placeholder where typed nodes have a path (truto.one/docs: sync jobs)."""
    return "path" if isinstance(loop_on, str) and "{{" not in loop_on else "template"


def _strings(value: JSONValue, language: ExpressionLanguage, node: int | None, *steps: str | int) -> Iterator[Expression]:
    for text, found in strings(value, *steps):
        yield Expression(text, language, json_path(found), node)


def strings(value: JSONValue, *steps: str | int) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Find the strings in a JSON value, with the steps to each; the keys of objects are not evaluated."""
    pending: list[tuple[JSONValue, tuple[str | int, ...]]] = [(value, steps)]
    while pending:
        item, steps = pending.pop()
        if isinstance(item, str):
            yield item, steps
        elif isinstance(item, dict):
            members = cast("JSONObject", item)
            pending += [(members[key], (*steps, key)) for key in reversed(members)]
        elif isinstance(item, list):
            elements: list[JSONValue] = item  # pyright: ignore[reportUnknownVariableType]  # JSON values
            pending += [(elements[place], (*steps, place)) for place in reversed(range(len(elements)))]
