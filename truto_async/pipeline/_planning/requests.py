"""Plan the calls of a request, and what a destination gets."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, cast

from truto_async._codec.structure_error import JSON_TYPE_NAMES
from truto_async.pipeline._planning.evaluation import as_text
from truto_async.pipeline._planning.scope import ABSENT, NotKnownError
from truto_async.pipeline.plans import PlannedCall, PlannedDestination, PlannedLoop, PlannedRecursion, PlannedRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from truto_async._support.json import JSONValue
    from truto_async.models.nodes import DestinationNode, RequestNode
    from truto_async.pipeline._planning.evaluation import Evaluation
    from truto_async.pipeline._planning.turns import Turn

__all__ = ["plan_destination", "plan_request"]

_MOST_CALLS = 100


def plan_request(key: str, node: RequestNode, turn: Turn, evaluation: Evaluation) -> PlannedRequest:
    """Plan a request with its calls."""
    loop = _plan_loop(node.loop_on, evaluation)
    calls = tuple(_plan_calls(node, loop, evaluation))
    recursion = None
    if node.recurse is not None:
        condition = evaluation.template(node.recurse.if_, "recurse", "if")
        recursion = PlannedRecursion(condition, evaluation.template(node.recurse.config, "recurse", "config"))
    delete_tracking_query = evaluation.template(node.delete_tracking_query, "delete_tracking_query")
    return PlannedRequest(
        node=key,
        method=node.method,
        resource=node.resource,
        level=turn.level,
        event=turn.event,
        runs=turn.runs,
        why=turn.why,
        each=turn.each,
        after=turn.after,
        loop=loop,
        recursion=recursion,
        delete_tracking=node.delete_tracking,
        delete_tracking_query=delete_tracking_query,
        calls=calls,
        count=_count(turn, loop),
        undecided=evaluation.undecided,
    )


def plan_destination(
    key: str, node: DestinationNode, persists: Iterable[str], turn: Turn, evaluation: Evaluation
) -> PlannedDestination:
    """Plan what is handed on to a destination."""
    loop = _plan_loop(node.loop_on, evaluation)
    identity = arguments = expression = None
    if node.config is not None:
        _, inside = next(_elements(loop, evaluation), (None, evaluation))
        identity = inside.template(node.config.id, "config", "id")
        arguments = inside.template(node.config.config, "config", "config")
        expression = inside.filled_in(node.config.expression, "config", "expression")
    return PlannedDestination(
        node=key,
        destination_type=node.destination_type,
        id=identity,
        method=node.method,
        persists=tuple(persists),
        config=arguments,
        expression=expression,
        loop=loop,
        runs=turn.runs,
        why=turn.why,
        undecided=evaluation.undecided,
    )


def _plan_loop(loop_on: JSONValue, evaluation: Evaluation) -> PlannedLoop | None:
    """Find the elements of a loop."""
    if not loop_on:
        return None
    text = loop_on if isinstance(loop_on, str) else json.dumps(loop_on, ensure_ascii=False)
    # Flat entries may have a placeholder where typed nodes have a path (truto.one/docs: sync jobs).
    path = text.strip().removeprefix("{{").removesuffix("}}").strip()
    try:
        value = evaluation.scope.look_up(path)
    except NotKnownError as unknown:
        evaluation.note_unknown(text, unknown, "loop_on")
        return PlannedLoop(path)
    if isinstance(value, list):
        return PlannedLoop(path, tuple(cast("list[JSONValue]", value)))
    found = "nothing" if value is ABSENT else JSON_TYPE_NAMES.get(type(value), "an object")
    evaluation.note(text, "invalid", f"leads to {found}, not to an array", "loop_on")
    return PlannedLoop(path)


def _elements(loop: PlannedLoop | None, evaluation: Evaluation) -> Iterator[tuple[JSONValue, Evaluation]]:
    """List the elements of a loop, each with what can be evaluated inside it; None where there are none to tell."""
    if loop is None:
        yield None, evaluation
    elif loop.elements is None:
        yield None, evaluation.inside(evaluation.scope.inside_loop(loop.path))
    else:
        for element in loop.elements:
            yield element, evaluation.inside(evaluation.scope.with_element(loop.path, element))


def _plan_calls(node: RequestNode, loop: PlannedLoop | None, evaluation: Evaluation) -> Iterator[PlannedCall]:
    for element, inside in islice(_elements(loop, evaluation), _MOST_CALLS):
        yield PlannedCall(
            integrated_account_id=as_text(inside.template(node.integrated_account_id, "integrated_account_id")),
            id=inside.template(node.id, "id"),
            query=inside.filled_in(node.query, "query"),
            body=inside.filled_in(node.body, "body"),
            element=element,
        )


def _count(turn: Turn, loop: PlannedLoop | None) -> int | None:
    if turn.runs is False:
        return 0
    if turn.runs is None or turn.each or turn.after:
        return None
    if loop is None:
        return 1
    return None if loop.elements is None else len(loop.elements)
