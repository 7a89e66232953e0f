"""Plan a run of a sync job: what it would do, as far as that can be told before."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from truto_async._support import json
from truto_async.errors import InvalidArgumentError
from truto_async.models.nodes import (
    AddContextNode,
    DeleteStateNode,
    DestinationNode,
    GetStateNode,
    RequestNode,
    UnknownNode,
    UpdateStateNode,
)
from truto_async.pipeline._planning.evaluation import UNDECIDED, Evaluation, as_text, is_true
from truto_async.pipeline._planning.requests import plan_destination, plan_request
from truto_async.pipeline._planning.scope import first_scope
from truto_async.pipeline._planning.turns import Turns
from truto_async.pipeline.argument_check import check_arguments
from truto_async.pipeline.arguments import declared_arguments
from truto_async.pipeline.plans import Plan, PlannedDestination, PlannedRequest, PlannedState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models.nodes import Node
    from truto_async.models.sync_job import SyncJob
    from truto_async.pipeline._planning.scope import Scope
    from truto_async.pipeline._planning.turns import Turn
    from truto_async.pipeline.graph import Graph

__all__ = ["plan"]


def plan(job: SyncJob, args: Mapping[str, object] | None = None, context: Mapping[str, object] | None = None) -> Plan:
    """Return what a run of a job would do, without asking anybody. The same as `job.plan(args, context)`.

    Args:
        job: the job.
        args: the arguments of the run, as for `sync_job_runs.start`. Defaults of the job's `args_schema` are filled in.
        context: what else is known and can be read at the top: the fields of the account's context, such as
            `{"drive_items": [...]}`, what `add_context` nodes would add, `tenant_id`, and what the run would find, such as
            `{"resources": {"cursor": {"value": "2026-01-01"}}}`.

    Nothing is sent. Arguments that are wrong are no error: `faults` of the plan has them. With the extra `jsonata`, JSONata is
    evaluated, too.

    Raises:
        InvalidArgumentError: `args` or `context` is not a dict, or `context` holds what JSON does not have.
    """
    faults = check_arguments(job, args)
    known = dict(_readable(args or {}))
    defaults = {name: value for name, value in _defaults(job).items() if name not in known}
    known |= defaults
    graph = job.graph
    scope = first_scope(job, graph, known, _as_context(context))
    own = Evaluation(scope)
    keys = {name: own.template(getattr(job, name), name) for name in ("mutex_key", "state_key")}
    mutex_key, state_key = map(as_text, keys.values())
    planner = _Planner(graph, scope, state_key)
    planner.visit_all()
    return Plan(
        job_id=job.id,
        label=job.label,
        args=known,
        defaulted=tuple(defaults),
        faults=faults,
        mutex_key=mutex_key,
        state_key=state_key,
        requests=tuple(sorted(planner.requests, key=_moment)),
        destinations=(*planner.destinations, *_destination_of_flat_entries(graph)),
        states=tuple(sorted(planner.states, key=_is_late)),
        unknown=tuple(key for key, node in graph.nodes.items() if isinstance(node, UnknownNode)),
        job_undecided=own.undecided,
    )


class _Planner:
    """Visits the nodes of a job, each after those before it."""

    def __init__(self, graph: Graph, scope: Scope, state_key: str | None) -> None:
        self.requests: list[PlannedRequest] = []
        self.destinations: list[PlannedDestination] = []
        self.states: list[PlannedState] = []
        self._graph = graph
        self._state_key = state_key
        self._places = {key: place for place, key in enumerate(graph.nodes)}
        self._turns = Turns(graph)
        self._first = scope
        self._scopes: dict[str, Scope] = {}  # what the nodes behind each node can read
        self._persisted: dict[str, list[str]] = {}
        for edge in graph.edges:
            if edge.kind == "resources_to_persist":
                self._persisted.setdefault(edge.target, []).append(edge.source)

    def visit_all(self) -> None:
        for key in self._graph.order:
            self._visit(key, self._graph.nodes[key])

    def _visit(self, key: str, node: Node) -> None:
        scope = self._scope_of(key)
        evaluation = Evaluation(scope, "resources", self._places[key])
        turn = self._turns[key] = _with_condition(self._turns.before(key), node, evaluation)
        self._scopes[key] = scope
        match node:
            case RequestNode():
                self.requests.append(plan_request(key, node, turn, evaluation))
            case DestinationNode():
                self.destinations.append(plan_destination(key, node, self._persisted.get(key, ()), turn, evaluation))
            case GetStateNode() | UpdateStateNode() | DeleteStateNode():
                self.states.append(_state(key, node, turn, evaluation, self._state_key))
            case AddContextNode():
                self._add_context(key, node, turn, evaluation)
            case _:
                pass

    def _scope_of(self, key: str) -> Scope:
        """Join what the parents of a node can read."""
        scopes = [self._scopes[parent] for parent in self._graph.parents(key) if parent in self._scopes]
        first, *others = scopes or [self._first]
        for other in others:
            first = first if other is first else first.adding(other.root.known)
        return first

    def _add_context(self, key: str, node: AddContextNode, turn: Turn, evaluation: Evaluation) -> None:
        """Let the nodes behind a node, and those beside it that come later, see what it adds."""
        expression = None if node.config is None else node.config.expression
        added = evaluation.expression(expression, "config", "expression") if expression and turn.runs else None
        if isinstance(added, dict):
            for behind in (key, *self._graph.parents(key)):
                self._scopes[behind] = self._scopes[behind].adding(cast("JSONObject", added))
            if not self._graph.parents(key):
                self._first = self._first.adding(cast("JSONObject", added))


def _with_condition(turn: Turn, node: Node, evaluation: Evaluation) -> Turn:
    """Decide `run_if`, as far as that is possible."""
    if not node.run_if or turn.runs is False:
        return turn
    value = evaluation.expression(node.run_if, "run_if")
    if value is UNDECIDED:
        return turn.unless(None, f"run_if is decided at run time: {node.run_if}")
    return turn.unless(not is_true(value), f"run_if is not true: {node.run_if}")


def _state(
    key: str, node: GetStateNode | UpdateStateNode | DeleteStateNode, turn: Turn, evaluation: Evaluation, namespace: str | None
) -> PlannedState:
    """Plan what is done to an entry of the state."""
    config = node.config
    value = entry = None
    if config is not None:
        entry = evaluation.template(config.key, "config", "key")
        if isinstance(node, GetStateNode):
            value = evaluation.template(config.default, "config", "default")
        elif isinstance(node, UpdateStateNode) and config.value_expression:
            value = evaluation.filled_in(config.value_expression, "config", "value_expression")
        elif isinstance(node, UpdateStateNode):
            value = evaluation.template(config.value, "config", "value")
    return PlannedState(
        node=key,
        action={"get_state": "read", "update_state": "write", "delete_state": "delete"}[node.type],
        namespace=namespace,
        key=as_text(entry),
        value=value,
        each=turn.each,
        after=turn.after,
        event=turn.event,
        runs=turn.runs,
        why=turn.why,
        undecided=evaluation.undecided,
    )


def _destination_of_flat_entries(graph: Graph) -> Iterator[PlannedDestination]:
    """Yield what the records of flat entries go to: what the start of the run names, if anything is persisted."""
    persisted = tuple(key for key, node in graph.nodes.items() if graph.is_flat and _is_persisted(node))
    if persisted:
        yield PlannedDestination(persists=persisted)


def _is_persisted(node: Node) -> bool:
    """Unified resources are, and resources of the product's own API are not, unless `persist` says otherwise."""
    if node.persist is None:
        return isinstance(node, RequestNode) and "/" in (node.resource or "")
    return node.persist


def _moment(request: PlannedRequest) -> tuple[bool, bool, int]:
    """Sort requests by when they are made: those that wait for the end of the run late, those that are never made last."""
    return request.level is None, _is_late(request), request.level or 0


def _is_late(node: PlannedRequest | PlannedState) -> bool:
    """Return whether a node waits for the end of the run."""
    return node.event in ("complete", "error")


def _defaults(job: SyncJob) -> JSONObject:
    declared = declared_arguments(job.args_schema)
    return {name: json.copy(argument.default) for name, argument in declared.items() if argument.default is not None}


def _readable(args: Mapping[str, object]) -> Iterator[tuple[str, JSONValue]]:
    """Find the arguments that JSON can hold, as it has them; the others are among the faults."""
    for name, value in args.items():
        with suppress(TypeError, ValueError):
            yield name, json.loads(json.dumps(value))


def _as_context(context: Mapping[str, object] | None) -> JSONObject:
    try:
        plain = json.loads(json.dumps({} if context is None else context))
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"context cannot be written as JSON: {error}") from None
    if not isinstance(plain, dict):
        raise InvalidArgumentError(f"context must be a dict, not {type(context).__name__}")
    return cast("JSONObject", plain)
