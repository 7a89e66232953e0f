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
from truto_async.pipeline._planning.nodes import plan_destination, plan_request, plan_state
from truto_async.pipeline._planning.scope import first_scope
from truto_async.pipeline._planning.turns import Turns
from truto_async.pipeline.argument_check import check_arguments
from truto_async.pipeline.arguments import declared_arguments
from truto_async.pipeline.plans import Plan, Undecided

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models.nodes import Node
    from truto_async.models.sync_job import SyncJob
    from truto_async.pipeline._planning.scope import Scope
    from truto_async.pipeline._planning.turns import Turn
    from truto_async.pipeline.graph import Graph, Reference
    from truto_async.pipeline.plans import PlannedDestination, PlannedRequest, PlannedState

__all__ = ["plan"]


def plan(job: SyncJob, args: Mapping[str, object] | None = None, context: Mapping[str, object] | None = None) -> Plan:
    """Return what a run of a job would do; see `SyncJob.plan`."""
    faults = check_arguments(job, args)
    known = dict(_readable(args or {}))
    defaults = {name: value for name, value in _defaults(job).items() if name not in known}
    known |= defaults
    graph = job.graph
    scope = first_scope(job, graph, known, _as_context(context))
    own = Evaluation(scope)
    mutex_key = as_text(own.template(job.mutex_key, "mutex_key"))
    state_key = as_text(own.template(job.state_key, "state_key"))
    planner = _Planner(graph, scope, state_key)
    planner.visit_all()
    requests = sorted(planner.requests, key=_moment)
    states = sorted(planner.states, key=_is_late)
    return Plan(
        job_id=job.id,
        label=job.label,
        args=known,
        defaulted=tuple(defaults),
        faults=faults,
        mutex_key=mutex_key,
        state_key=state_key,
        requests=tuple(requests),
        destinations=tuple(planner.destinations),
        states=tuple(states),
        persisted=tuple(key for key, node in graph.nodes.items() if graph.is_flat and _is_persisted(node)),
        not_planned=tuple(key for key, node in graph.nodes.items() if isinstance(node, UnknownNode)),
        undecided=(
            *own.undecided,
            *(text for node in (*requests, *planner.destinations, *states) for text in node.undecided),
        ),
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
        self._of_roots = scope
        self._scopes: dict[str, Scope] = {}  # what the nodes behind each node can read
        self._unknown: dict[str, list[Reference]] = {}
        for reference in graph.unknown:
            self._unknown.setdefault(reference.node, []).append(reference)
        self._persisted: dict[str, list[str]] = {}
        for edge in graph.edges:
            if edge.kind == "resources_to_persist":
                self._persisted.setdefault(edge.target, []).append(edge.source)

    def visit_all(self) -> None:
        """Plan all nodes."""
        for key in self._graph.order:
            self._visit(key, self._graph.nodes[key])

    def _visit(self, key: str, node: Node) -> None:
        self._scopes[key] = self._joined_scope(key)
        evaluation = Evaluation(self._scopes[key], "resources", self._places[key])
        for reference in self._unknown.get(key, ()):
            evaluation.add(Undecided(reference.path, reference.name, "invalid", "no node is called so"))
        turn = self._turns[key] = _with_condition(self._turns.left_to(key), node, evaluation)
        match node:
            case RequestNode():
                self.requests.append(plan_request(key, node, turn, evaluation))
            case DestinationNode():
                self.destinations.append(plan_destination(key, node, turn, evaluation, self._persisted.get(key, ())))
            case GetStateNode() | UpdateStateNode() | DeleteStateNode():
                self.states.append(plan_state(key, node, turn, evaluation, self._state_key))
            case AddContextNode() if turn.runs:
                self._add_context(key, node, evaluation)
            case _:
                pass

    def _joined_scope(self, key: str) -> Scope:
        """Return what a node can read: all that its parents let it."""
        scopes = [self._scopes[parent] for parent in self._graph.parents(key) if parent in self._scopes]
        joined, *others = scopes or [self._of_roots]
        for other in others:
            joined = joined if other is joined else joined.adding(other.root.known)
        return joined

    def _add_context(self, key: str, node: AddContextNode, evaluation: Evaluation) -> None:
        """Let the nodes behind a node, and those beside it that come later, read what it adds."""
        expression = node.config.expression if node.config is not None else None
        added = evaluation.expression(expression, "config", "expression") if expression else None
        if not isinstance(added, dict):
            return
        members = cast("JSONObject", added)
        parents = self._graph.parents(key)
        for place in (key, *parents):
            self._scopes[place] = self._scopes[place].adding(members)
        if not parents:
            self._of_roots = self._of_roots.adding(members)


def _with_condition(turn: Turn, node: Node, evaluation: Evaluation) -> Turn:
    """Decide `run_if`, as far as that is possible."""
    if not node.run_if or turn.runs is False:
        return turn
    value = evaluation.expression(node.run_if, "run_if")
    if value is UNDECIDED:
        return turn.doubtful(f"run_if is decided at run time: {node.run_if}")
    return turn if is_true(value) else turn.skipped(f"run_if is not true: {node.run_if}")


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


def _readable(args: Mapping[str, object]) -> Iterator[tuple[str, JSONValue]]:
    """Find the arguments that JSON can hold, as it has them; the others are among the faults."""
    for name, value in args.items():
        with suppress(TypeError, ValueError):
            yield name, json.loads(json.dumps(value))


def _defaults(job: SyncJob) -> JSONObject:
    declared = declared_arguments(job.args_schema)
    return {name: json.copy(argument.default) for name, argument in declared.items() if argument.default is not None}


def _as_context(context: Mapping[str, object] | None) -> JSONObject:
    try:
        plain = json.loads(json.dumps({} if context is None else context))
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"context cannot be written as JSON: {error}") from None
    if not isinstance(plain, dict):
        raise InvalidArgumentError(f"context must be a dict, not {type(context).__name__}")
    return cast("JSONObject", plain)
