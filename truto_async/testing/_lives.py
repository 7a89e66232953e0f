"""How a run lives: the steps that a test planned, and the counters that grow meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import define, field, frozen
from attrs.validators import and_, ge, instance_of, min_len, optional

from truto_async._support import json
from truto_async._support.json import JSONObject, JSONValue

__all__ = ["DEFAULT_PLAN", "FINAL", "Life", "RunStep", "first_stats"]

FINAL = frozenset({"completed", "failed", "stopped"})

_RECORDS_PER_NODE = 100

Stats: TypeAlias = Mapping[str, Mapping[str, Mapping[str, int]]]


def _entries(logs: Iterable[str | Mapping[str, JSONValue]]) -> tuple[JSONObject, ...]:
    entries = tuple({"logs": [entry]} if isinstance(entry, str) else json.copy(entry) for entry in logs)
    json.dumps(entries)  # what is no JSON is an error here, not in the server
    return entries


def _as_json(stats: Stats | None) -> JSONObject | None:
    return None if stats is None else json.copy(stats)


@frozen
class RunStep:
    """A step in the life of a run of a FakeTruto."""

    status: str = field(validator=and_(instance_of(str), min_len(1)))
    """The status: "created", "running", "rate_limited", "completed", "failed", "stopped", or one that is yet to come."""

    seconds: float = field(default=0.0, validator=ge(0.0))
    """How long it lasts. The last step of a life lasts for ever."""

    stats: Stats | None = field(default=None, kw_only=True, converter=_as_json)
    """The run's `resource_stats` from here on: names of nodes, to methods, to counters. Where no step of a life has any, the
    server makes them grow while the run is "running"."""

    logs: tuple[JSONObject, ...] = field(default=(), kw_only=True, converter=_entries)
    """Entries for the `rapid_bridge` log: the fields of each, or a str for one with that message in its `logs`."""

    retry_after: float | None = field(default=None, kw_only=True, validator=optional(ge(0.0)))
    """Seconds after which the provider may be asked again: for "rate_limited". It is logged and delivered, and that is all;
    how long the step lasts is up to `seconds`."""


DEFAULT_PLAN = (RunStep("created", 0.01), RunStep("running", 0.03), RunStep("completed"))


@define(eq=False)
class Life:
    """A run that has not ended."""

    run: JSONObject
    """The run's document."""

    steps: Sequence[RunStep]
    """What was planned for it."""

    mutex: str | None
    """The key that it shares with runs that it may not overlap; None where it shares none."""

    events: Sequence[str] | None
    """The only events that it sends; None for all."""

    index: int = -1
    """The number of the step that it is in; -1 before the first."""

    entered: float = 0.0
    """When that began, in seconds of time.monotonic()."""

    over: bool = False
    """True once it ended."""

    @property
    def step(self) -> RunStep:
        """The step that it is in."""
        return self.steps[self.index]

    def enter_next_step(self, moment: float) -> None:
        """Go on to the next step, with its counters."""
        self.grow(moment)
        self.index, self.entered = self.index + 1, moment
        if self.step.stats is not None:
            self.run["resource_stats"] = json.copy(self.step.stats)
        self.grow(moment)

    def grow(self, now: float) -> bool:
        """Set the counters to what they are by now, where no step says it; return whether they changed."""
        if self.index < 0 or any(step.stats is not None for step in self.steps):
            return False
        count = int(_RECORDS_PER_NODE * self._progress(now))
        counters = [methods[method] for methods in self.run["resource_stats"].values() for method in methods]
        if all(counter["fetched"] == count for counter in counters):
            return False
        for counter in counters:
            counter.update(fetched=count, persisted=count)
        return True

    def _progress(self, now: float) -> float:
        """Return the part of the records that is fetched: all in the end, but half where the run does not complete."""
        if self.step.status == "completed":
            return 1.0
        whole = sum(_running(self.steps)) * (1.0 if self.steps[-1].status == "completed" else 2.0)
        done = sum(_running(self.steps[: self.index]))
        if self.step.status == "running":
            done += min(now - self.entered, self.step.seconds)
        return done / whole if whole else 0.0


def first_stats(resources: Sequence[JSONValue] | None) -> JSONObject:
    """Return the counters of a run that begins: for each node that makes requests, by its name or else its resource."""
    stats: JSONObject = {}
    for node in map(json.as_object, resources or ()):
        if "resource" in node and "method" in node:
            methods = stats.setdefault(node.get("name") or node["resource"], {})
            methods[node["method"]] = {"fetched": 0, "persisted": 0}
    return stats


def _running(steps: Iterable[RunStep]) -> Iterable[float]:
    return (step.seconds for step in steps if step.status == "running")
