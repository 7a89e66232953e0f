"""What a run of a sync job would do: the results of `job.plan()`."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, cast

import attrs
from attrs import field, frozen

from truto_async._support import json
from truto_async._support.json import JSONObject, JSONValue
from truto_async.pipeline.argument_check import ArgumentFault

__all__ = [
    "Plan",
    "PlannedCall",
    "PlannedDestination",
    "PlannedLoop",
    "PlannedNode",
    "PlannedRecursion",
    "PlannedRequest",
    "PlannedState",
    "StateAction",
    "Undecided",
    "UndecidedCause",
]

UndecidedCause: TypeAlias = Literal["records", "state", "run", "context", "argument", "jsonata", "invalid"]
"""What keeps a text from being decided before the run.

"records": what the run fetches, makes or hands on. "state": what is kept between runs. "run": the run itself, or its time.
"context": context of the account, or of `add_context` nodes, that was not passed. "argument": an argument that was not
passed. "jsonata": JSONata that is not evaluated here. "invalid": it cannot be evaluated at all.
"""

StateAction: TypeAlias = Literal["read", "write", "delete"]
"""What is done to an entry of the state."""


@frozen
class Undecided:
    """A text of the job whose value is not known before the run. In the plan it stands as it stands in the job."""

    path: str
    """Where it is, such as "$.resources[2].query.updated_at.gt"."""

    text: str
    """The placeholder, the JSONata expression or the path."""

    cause: UndecidedCause
    """Why it is not decided, for programs."""

    reason: str
    """Why it is not decided, for people, such as "reads sync_job_run.id, which the server sets"."""

    reads: str | None = None
    """The value that is not known, such as "sync_job_run.id"; None where it is not a matter of a value."""


@frozen(kw_only=True)
class PlannedNode:
    """What all nodes in a plan have in common."""

    node: str
    """The key of the node in `job.graph`."""

    runs: bool | None = True
    """Whether the node runs, once it gets its turn; None where that is decided at run time."""

    why: str | None = None
    """Why `runs` is not True."""

    event: str | None = None
    """The event of the run that the node waits for, such as "complete"; None for none."""

    each: tuple[str, ...] = ()
    """The nodes for whose records it runs; none for a node that runs once."""

    after: tuple[str, ...] = ()
    """The spools whose records it gets, all at once."""

    undecided: tuple[Undecided, ...] = field(default=(), repr=False)
    """What of the node is decided at run time."""


@frozen(kw_only=True)
class PlannedLoop:
    """An array that a node runs over."""

    path: str
    """The path of the array."""

    elements: tuple[JSONValue, ...] | None = field(default=None, repr=False)
    """The elements; None where they are known at run time only."""


@frozen(kw_only=True)
class PlannedRecursion:
    """How a request is repeated for its own records."""

    condition: JSONValue = None
    """The request is repeated for each record for which this is true."""

    config: JSONValue = field(default=None, repr=False)
    """What the repeated request changes."""


@frozen(kw_only=True)
class PlannedCall:
    """A call of the connected product."""

    integrated_account_id: str | None = None
    """The account that is called."""

    id: JSONValue = field(default=None, repr=False)
    """The id of the record, for methods on one."""

    query: JSONValue = field(default=None, repr=False)
    """The query: an object, or the JSONata of one that is not decided."""

    body: JSONValue = field(default=None, repr=False)
    """The body."""

    element: JSONValue = field(default=None, repr=False)
    """The element of the loop that it is made for; None without a loop."""


@frozen(kw_only=True)
class PlannedRequest(PlannedNode):
    """A request node, or a flat entry, and the calls that it makes."""

    method: str | None = None
    """The method, such as "list". A list goes on page by page."""

    resource: str | None = None
    """The resource, such as "ticketing/tickets"."""

    level: int | None = None
    """How many requests come before it in its chain: 0 for the first ones. None where it never gets its turn."""

    count: int | None = None
    """How many calls it makes, apart from further pages and recursion; None where that is decided at run time."""

    calls: tuple[PlannedCall, ...] = field(default=(), repr=False)
    """The call, with what is not decided as it stands in the job. In a loop over known elements there is one for each of the
    first 100."""

    loop: PlannedLoop | None = None
    """The array that it is repeated for."""

    recursion: PlannedRecursion | None = None
    """How it is repeated for its own records."""

    delete_tracking: str | None = None
    """How deleted records are found: "hard" or "soft"."""

    delete_tracking_query: JSONValue = field(default=None, repr=False)
    """Which records that concerns."""


@frozen(kw_only=True)
class PlannedDestination(PlannedNode):
    """A destination node, and what it gets."""

    destination_type: str | None = None
    """The type: "webhook", "datastore" or "superquery"."""

    id: JSONValue = None
    """The id of the webhook or datastore."""

    method: str | None = None
    """The method of a datastore, such as "uploadObject"."""

    persists: tuple[str, ...] = ()
    """The nodes whose records it gets."""

    config: JSONValue = field(default=None, repr=False)
    """The arguments of the method; in a loop over known elements, those for the first one."""

    expression: JSONValue = field(default=None, repr=False)
    """JSONata over what is handed on."""

    loop: PlannedLoop | None = None
    """The array that it is called for, element by element."""


@frozen(kw_only=True)
class PlannedState(PlannedNode):
    """A node that reads, writes or deletes an entry of the state kept between runs."""

    action: StateAction
    """What is done."""

    namespace: str | None = None
    """The `state_key` of the run; None for the namespace that runs without one share."""

    key: str | None = None
    """The key of the entry."""

    value: JSONValue = field(default=None, repr=False)
    """What is written; when reading, the value where there is no entry."""


@frozen(kw_only=True, repr=False)
class Plan:
    """What a run of a sync job would do. Users get it from `job.plan()`.

    Values that are known are filled in. What is decided at run time stands as it stands in the job, and `undecided` has each
    such text with the reason. `to_text()` and `to_dict()` show the values of the arguments; the repr shows none.
    """

    job_id: str
    """The id of the job."""

    label: str | None = None
    """The label of the job."""

    args: JSONObject = field(factory=dict[str, Any])
    """The arguments, with the defaults of those that were not passed."""

    defaulted: tuple[str, ...] = ()
    """The names of the arguments that have their default."""

    faults: tuple[ArgumentFault, ...] = ()
    """What is wrong with the arguments, as `job.check_args` finds it."""

    mutex_key: str | None = None
    """The key of the run: it waits for other runs with the same. None for none."""

    state_key: str | None = None
    """The namespace of the run's state. None for the one that runs without a `state_key` share."""

    requests: tuple[PlannedRequest, ...] = ()
    """The requests by level; then those that wait for the end of the run, and last those that never get their turn."""

    destinations: tuple[PlannedDestination, ...] = ()
    """What records are handed on to."""

    states: tuple[PlannedState, ...] = ()
    """What is done to the state kept between runs."""

    persisted: tuple[str, ...] = ()
    """Of flat entries: those whose records go to the webhook or daemon that the start of the run names."""

    not_planned: tuple[str, ...] = ()
    """The nodes of types that this version does not know. What they do is not in the plan."""

    undecided: tuple[Undecided, ...] = ()
    """All that is decided at run time: of the job's own fields first, and then of the nodes above."""

    def to_text(self) -> str:
        """Return the plan as text for a terminal."""
        from truto_async.pipeline._planning.text import render  # noqa: PLC0415  # programs need the values only

        return render(self)

    def to_dict(self) -> JSONObject:
        """Return the plan as a JSON object, with the fields of the classes as keys. It shares nothing with the plan."""
        return cast("JSONObject", _as_json(self))

    def __repr__(self) -> str:
        """Show the sizes, and no values: arguments can be secrets."""
        sizes = {name: len(getattr(self, name)) for name in ("faults", "requests", "destinations", "states", "undecided")}
        return (
            f"{type(self).__name__}(job_id={self.job_id!r}, {', '.join(f'<{size} {name}>' for name, size in sizes.items())})"
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # IPython's protocol
        """Show the plan in IPython and Jupyter as `to_text` does."""
        printer.text(repr(self) if cycle else self.to_text().rstrip())


def _as_json(value: Any) -> JSONValue:
    """Turn results into JSON: their classes into objects, tuples into arrays."""
    cls: type[Any] = value.__class__
    items: tuple[Any, ...] = value
    if attrs.has(cls):
        return {each.name: _as_json(getattr(value, each.name)) for each in attrs.fields(cls)}
    return [_as_json(item) for item in items] if isinstance(value, tuple) else json.copy(value)
