"""Plan the nodes of a job that reach outside of it: requests, destinations and state."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from attrs import evolve

from truto_async._codec.structure_error import JSON_TYPE_NAMES
from truto_async.models.nodes import DeleteStateNode, GetStateNode
from truto_async.pipeline._planning.evaluation import as_text
from truto_async.pipeline._planning.scope import ABSENT, NotKnownError
from truto_async.pipeline.plans import (
    PlannedCall,
    PlannedDestination,
    PlannedLoop,
    PlannedRecursion,
    PlannedRequest,
    PlannedState,
    Undecided,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from truto_async._support.json import JSONValue
    from truto_async.models.nodes import DestinationNode, RequestNode, UpdateStateNode
    from truto_async.pipeline._planning.evaluation import Evaluation
    from truto_async.pipeline._planning.turns import Turn

__all__ = ["plan_destination", "plan_request", "plan_state"]

_MOST_CALLS = 100


def plan_request(key: str, node: RequestNode, turn: Turn, evaluation: Evaluation) -> PlannedRequest:
    """Plan a request with its calls."""
    loop = _plan_loop(node.loop_on, evaluation)
    return PlannedRequest(
        node=key,
        runs=turn.runs,
        why=turn.why,
        event=turn.event,
        each=turn.each,
        after=turn.after,
        method=node.method,
        resource=node.resource,
        level=turn.level,
        count=_count(turn, loop),
        calls=tuple(_plan_calls(node, loop, evaluation)),
        loop=loop,
        recursion=_plan_recursion(node, evaluation),
        delete_tracking=node.delete_tracking,
        delete_tracking_query=evaluation.template(node.delete_tracking_query, "delete_tracking_query"),
        undecided=_undecided(turn, evaluation),  # the last one: what is above notes it
    )


def plan_destination(
    key: str, node: DestinationNode, turn: Turn, evaluation: Evaluation, persists: Iterable[str]
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
        runs=turn.runs,
        why=turn.why,
        event=turn.event,
        each=turn.each,
        after=turn.after,
        destination_type=node.destination_type,
        id=identity,
        method=node.method,
        persists=tuple(persists),
        config=arguments,
        expression=expression,
        loop=loop,
        undecided=_undecided(turn, evaluation),
    )


def plan_state(
    key: str,
    node: GetStateNode | UpdateStateNode | DeleteStateNode,
    turn: Turn,
    evaluation: Evaluation,
    namespace: str | None,
) -> PlannedState:
    """Plan what is done to an entry of the state."""
    config = node.config
    entry = None if config is None else as_text(evaluation.template(config.key, "config", "key"))
    value: JSONValue = None
    if config is None or isinstance(node, DeleteStateNode):
        pass
    elif isinstance(node, GetStateNode):
        value = evaluation.template(config.default, "config", "default")
    elif config.value_expression:
        value = evaluation.filled_in(config.value_expression, "config", "value_expression", nothing=ABSENT)
    else:
        value = evaluation.template(config.value, "config", "value")
    if value is ABSENT:
        value, turn = None, turn.skipped("value_expression gives nothing, so nothing is written")
    return PlannedState(
        node=key,
        runs=turn.runs,
        why=turn.why,
        event=turn.event,
        each=turn.each,
        after=turn.after,
        action="delete" if isinstance(node, DeleteStateNode) else "read" if isinstance(node, GetStateNode) else "write",
        namespace=namespace,
        key=entry,
        value=value,
        undecided=_undecided(turn, evaluation),
    )


def _plan_calls(node: RequestNode, loop: PlannedLoop | None, evaluation: Evaluation) -> Iterator[PlannedCall]:
    for element, inside in islice(_elements(loop, evaluation), _MOST_CALLS):
        yield PlannedCall(
            integrated_account_id=as_text(inside.template(node.integrated_account_id, "integrated_account_id")),
            id=inside.template(node.id, "id"),
            query=inside.filled_in(node.query, "query"),
            body=inside.filled_in(node.body, "body"),
            element=element,
        )


def _plan_recursion(node: RequestNode, evaluation: Evaluation) -> PlannedRecursion | None:
    if node.recurse is None:
        return None
    return PlannedRecursion(
        condition=evaluation.template(node.recurse.if_, "recurse", "if"),
        config=evaluation.template(node.recurse.config, "recurse", "config"),
    )


def _plan_loop(loop_on: JSONValue, evaluation: Evaluation) -> PlannedLoop | None:
    """Find the elements of a loop."""
    if not loop_on:
        return None
    # Flat entries may have a placeholder where typed nodes have a path; one page of truto.one/docs (sync jobs) has it as the
    # key of an object, as YAML reads braces without quotes.
    text: str = loop_on if isinstance(loop_on, str) else next(iter(loop_on))
    loop = PlannedLoop(path=text.strip("{} "))
    try:
        found = evaluation.scope.look_up(loop.path)
    except NotKnownError as unknown:
        evaluation.note_unknown(text, unknown, "loop_on")
        return loop
    elements: list[JSONValue] = found
    if isinstance(found, list):
        return evolve(loop, elements=tuple(elements))
    what = "nothing" if found is ABSENT else JSON_TYPE_NAMES.get(found.__class__, "an object")
    evaluation.note(text, "invalid", f"leads to {what}, and not to an array", "loop_on")
    return loop


def _elements(loop: PlannedLoop | None, evaluation: Evaluation) -> Iterator[tuple[JSONValue, Evaluation]]:
    """List the elements of a loop, each with what can be evaluated for it; None where there are none to tell."""
    if loop is None:
        yield None, evaluation
    elif loop.elements is None:
        yield None, evaluation.inside(evaluation.scope.inside_loop(loop.path))
    else:
        for element in loop.elements:
            yield element, evaluation.inside(evaluation.scope.with_element(loop.path, element))


def _undecided(turn: Turn, evaluation: Evaluation) -> tuple[Undecided, ...]:
    """Return what is not decided; nothing for a node that does not run, where it does not matter."""
    return () if turn.runs is False else evaluation.undecided


def _count(turn: Turn, loop: PlannedLoop | None) -> int | None:
    if turn.runs is False:
        return 0
    if turn.runs is None or turn.each or turn.after:
        return None
    if loop is None:
        return 1
    return None if loop.elements is None else len(loop.elements)
