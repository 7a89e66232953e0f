"""What a run of a sync job would do: the results of `job.plan()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import attrs
from attrs import field, frozen

from truto_async._support import json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.pipeline.argument_check import ArgumentFault

__all__ = [
    "Plan",
    "PlannedCall",
    "PlannedDestination",
    "PlannedLoop",
    "PlannedRecursion",
    "PlannedRequest",
    "PlannedState",
    "StateAction",
    "Undecided",
    "UndecidedCause",
]

UndecidedCause: TypeAlias = Literal["records", "state", "run", "context", "argument", "jsonata", "invalid"]
"""Why something is not decided before the run: it depends on records that the run fetches or makes, on the state kept between
runs, on the run itself or its time, on context that was not passed, on an argument that was not passed; it is JSONata that
cannot be evaluated here; or it is invalid."""

StateAction: TypeAlias = Literal["read", "write", "delete"]
"""What a node does with an entry of the state."""


@frozen
class Undecided:
    """A text of the job whose value is not known before the run. It stands in the plan as it stands in the job."""

    path: str
    """Where it is, such as "$.resources[2].query.updated_at.gt"."""

    text: str
    """The placeholder, the JSONata expression or the path."""

    cause: UndecidedCause
    """Why it is not decided, for programs."""

    reason: str
    """Why it is not decided, for people, such as "reads sync_job_run.id, which the server sets"."""

    reads: str | None = None
    """The value that is not known, such as "sync_job_run.id"; None where it is not a matter of one value."""


@frozen
class PlannedLoop:
    """An array that a request or a destination is repeated for."""

    path: str
    """What `loop_on` says."""

    elements: tuple[JSONValue, ...] | None = field(default=None, repr=False)
    """The elements; None where they are known at run time only."""


@frozen
class PlannedRecursion:
    """How a request is repeated for its own records."""

    condition: str | None = None
    """The request is repeated for records for which this is true."""

    config: JSONValue = field(default=None, repr=False)
    """What the repeated request changes."""


@frozen
class PlannedCall:
    """A call of the connected product."""

    integrated_account_id: str | None = None
    """The account that is called."""

    id: JSONValue = field(default=None, repr=False)
    """The id of the record, for methods on one."""

    query: JSONValue = field(default=None, repr=False)
    """The query: an object, or JSONata that is not decided."""

    body: JSONValue = field(default=None, repr=False)
    """The body."""

    element: JSONValue = field(default=None, repr=False)
    """The element of the loop that it is made for; None without a loop."""


@frozen
class PlannedRequest:
    """A request node, or a flat entry, with the calls that it makes."""

    node: str
    """Its key in `job.graph`."""

    method: str | None = None
    """The method, such as "list". A list goes on page by page."""

    resource: str | None = None
    """The resource, such as "ticketing/tickets"."""

    level: int | None = None
    """How many requests come before it in its chain: 0 for the first ones. None where it never gets its turn."""

    event: str | None = None
    """The event of the run that it waits for, such as "complete"; None for none."""

    runs: bool | None = True
    """Whether it is made: False where it is skipped, None where that is decided at run time."""

    why: str | None = None
    """Why `runs` is not True."""

    each: tuple[str, ...] = ()
    """It is made for the records of these nodes."""

    after: tuple[str, ...] = ()
    """It is made once these spools have all their records."""

    loop: PlannedLoop | None = None
    """The array that it is repeated for."""

    recursion: PlannedRecursion | None = None
    """How it is repeated for its own records."""

    delete_tracking: str | None = None
    """How deleted records are found: "hard" or "soft"."""

    delete_tracking_query: JSONValue = field(default=None, repr=False)
    """Which records that concerns."""

    calls: tuple[PlannedCall, ...] = field(default=(), repr=False)
    """The call, with what is not decided as it stands in the job; in a loop over known elements, a call for each of the first
    100 of them."""

    count: int | None = None
    """How many calls are made at first, without further pages and recursion; None where that is decided at run time."""

    undecided: tuple[Undecided, ...] = field(default=(), repr=False)
    """What is decided at run time."""


@frozen
class PlannedDestination:
    """Something that records are handed on to."""

    node: str | None = None
    """Its key in `job.graph`. None for what the start of the run names, a webhook or a daemon: flat entries go there."""

    destination_type: str | None = None
    """The type: "webhook", "datastore" or "superquery"."""

    id: JSONValue = None
    """The id of the webhook or datastore."""

    method: str | None = None
    """The method of a datastore, such as "uploadObject"."""

    persists: tuple[str, ...] = ()
    """The nodes whose records it gets."""

    config: JSONValue = field(default=None, repr=False)
    """The arguments of the method."""

    expression: str | None = field(default=None, repr=False)
    """JSONata over what is handed on."""

    loop: PlannedLoop | None = None
    """The array that it is called for, element by element."""

    runs: bool | None = True
    """Whether it gets anything: False where it is skipped, None where that is decided at run time."""

    why: str | None = None
    """Why `runs` is not True."""

    undecided: tuple[Undecided, ...] = field(default=(), repr=False)
    """What is decided at run time."""


@frozen
class PlannedState:
    """An entry of the state kept between runs that is read, written or deleted."""

    node: str
    """The key in `job.graph` of the node that does it."""

    action: StateAction
    """What is done."""

    namespace: str | None = None
    """The `state_key` of the run; None for the namespace that jobs without a `state_key` share."""

    key: str | None = None
    """The key of the entry."""

    value: JSONValue = field(default=None, repr=False)
    """What is written; when reading, the value where there is no entry."""

    each: tuple[str, ...] = ()
    """It is done for the records of these nodes."""

    after: tuple[str, ...] = ()
    """It is done once these spools have all their records."""

    event: str | None = None
    """The event of the run that it waits for, such as "complete"; None for none."""

    runs: bool | None = True
    """Whether it is done: False where it is skipped, None where that is decided at run time."""

    why: str | None = None
    """Why `runs` is not True."""

    undecided: tuple[Undecided, ...] = field(default=(), repr=False)
    """What is decided at run time."""


@frozen(repr=False)
class Plan:
    """What a run of a sync job would do. Users get it from `job.plan()`.

    Values that are known are filled in. What is decided at run time stands as it stands in the job, and `undecided` has each
    such place with the reason. `to_text()` and `to_dict()` show the values of the arguments; the repr shows none.
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
    """The key that the run would share with runs that it waits for; None for none."""

    state_key: str | None = None
    """The namespace of the run's state; None where all runs without one share a namespace."""

    requests: tuple[PlannedRequest, ...] = ()
    """The requests by level, those that wait for the end of the run last."""

    destinations: tuple[PlannedDestination, ...] = ()
    """What records are handed on to."""

    states: tuple[PlannedState, ...] = ()
    """What is done to the state kept between runs."""

    unknown: tuple[str, ...] = ()
    """The nodes of a type that this version does not know: what they do is not planned."""

    job_undecided: tuple[Undecided, ...] = ()
    """What of the job's own fields is decided when the run is made."""

    @property
    def undecided(self) -> tuple[Undecided, ...]:
        """All that is decided at run time, the job's own fields first."""
        parts = (*self.requests, *self.destinations, *self.states)
        return (*self.job_undecided, *(each for part in parts for each in part.undecided))

    def to_text(self) -> str:
        """Return the plan as text for a terminal."""
        from truto_async.pipeline._planning.text import render  # noqa: PLC0415  # programs need the values only

        return render(self)

    def to_dict(self) -> JSONObject:
        """Return the plan as a JSON object. The values in it are copies."""
        return {**cast("JSONObject", _as_json(self)), "undecided": [_as_json(each) for each in self.undecided]}

    def __repr__(self) -> str:
        """Show the sizes, and no values."""
        return f"{type(self).__name__}({', '.join(self._sizes())})"

    def _sizes(self) -> Iterator[str]:
        yield f"job_id={self.job_id!r}"
        for name in ("faults", "requests", "destinations", "states", "undecided"):
            yield f"<{len(getattr(self, name))} {name}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # IPython's protocol
        """Show the plan in IPython and Jupyter as `to_text()` does."""
        printer.text(repr(self) if cycle else self.to_text().rstrip())


def _as_json(value: Any) -> JSONValue:
    """Turn results into JSON: their classes into objects, tuples into arrays."""
    if attrs.has(type(value)):
        return {each.name: _as_json(getattr(value, each.name)) for each in attrs.fields(type(value))}
    if isinstance(value, tuple):
        return [_as_json(item) for item in cast("tuple[Any, ...]", value)]
    return json.copy(value)
