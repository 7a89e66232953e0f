"""What is known before a run, and why the rest is not."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

from attrs import evolve, frozen

from truto_async._support import json
from truto_async.models.nodes import AddContextNode, GetStateNode, RequestNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models.nodes import Node
    from truto_async.models.sync_job import SyncJob
    from truto_async.pipeline.graph import Graph
    from truto_async.pipeline.plans import UndecidedCause

__all__ = ["ABSENT", "NotKnownError", "OpenObject", "Scope", "first_scope"]

ABSENT = object()
"""What a path leads to where there is surely nothing."""

_Explanation: TypeAlias = "tuple[UndecidedCause, str]"


class NotKnownError(BaseException):  # no Exception, so that it passes through libraries that catch those
    """What was read is known at run time only."""

    def __init__(self, *steps: str) -> None:
        """Keep the path of what was read."""
        super().__init__(".".join(steps))
        self.steps = steps


class OpenObject(dict[str, Any]):
    """An object that will have more members at run time than are known now.

    Reading a member that is not known, or all of the members, raises NotKnownError. So an expression finds out by itself
    whether it can be evaluated. What an ordinary dict does not have, on the other hand, is known to be absent.
    """

    def __init__(self, known: Mapping[str, JSONValue], *steps: str) -> None:
        """Hold what is known at a path."""
        super().__init__(known)
        self.steps = steps

    @property
    def known(self) -> JSONObject:
        """What is known of it."""
        return dict(dict[str, Any].items(self))

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self.__missing__(str(key))

    def __missing__(self, key: str) -> NoReturn:
        raise NotKnownError(*self.steps, key)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002  # nothing is known to be absent
        """Return a member."""
        return self[key]

    def _refuse(self, *_: object) -> NoReturn:
        raise NotKnownError(*self.steps)

    __iter__ = __len__ = items = keys = values = cast("Any", _refuse)


@frozen
class Scope:
    """What the expressions of a node can read."""

    root: OpenObject
    """What is known."""

    _sources: _Sources

    _loop: tuple[str, ...] = ()

    @cached_property
    def plain(self) -> JSONObject:
        """What is known, as ordinary objects, in which what is not known is just not there."""
        return cast("JSONObject", _plain(self.root))

    def adding(self, members: Mapping[str, JSONValue]) -> Scope:
        """Return the scope with more members at the top."""
        return evolve(self, root=OpenObject({**self.root.known, **members}))

    def inside_loop(self, path: str) -> Scope:
        """Return the scope inside a loop over an array that is not known."""
        return evolve(self, loop=tuple(path.split(".")))

    def with_element(self, path: str, element: JSONValue) -> Scope:
        """Return the scope inside a loop, where the path of a known array leads to the current element."""
        return evolve(self, root=_with_value(self.root, path, element))

    def look_up(self, path: str) -> JSONValue:
        """Return what a path leads to; ABSENT for nothing. Raises NotKnownError."""
        value: Any = self.root
        for step in path.split("."):
            if isinstance(value, list) and step.isdecimal() and int(step) < len(cast("list[JSONValue]", value)):
                value = value[int(step)]
            elif isinstance(value, dict) and step in value:
                value = value[step]
            else:
                return ABSENT
        return value

    def explain(self, steps: tuple[str, ...]) -> _Explanation:
        """Say why a value is not known: its cause, and a phrase for people."""
        if self._loop and steps[: len(self._loop)] == self._loop[: len(steps)]:
            return "records", f"reads {'.'.join(self._loop)}, the element of the loop"
        return self._sources.explain(steps)


def first_scope(job: SyncJob, graph: Graph, args: JSONObject, context: JSONObject) -> Scope:
    """Return what is known to the whole job: its arguments and the context that was passed."""
    sources = _Sources.of(graph)
    run = {"args": args, **({"sync_job_id": job.id} if job.id else {}), **json.as_object(context.get("sync_job_run"))}
    known: JSONObject = {
        **(args if graph.is_flat else {}),  # flat entries name arguments without their "args." (truto.one/docs: sync jobs)
        **context,
        "args": args,
        "sync_job_run": OpenObject(run, "sync_job_run"),
        "resources": _open_resources(sources.models, json.as_object(context.get("resources"))),
    }
    return Scope(OpenObject(known), sources)


@frozen
class _Sources:
    """Where values come from at run time."""

    models: frozenset[str]
    """The unified models of the requests, such as "ticketing" for "ticketing/tickets"."""

    _nodes: Mapping[str, Node]

    _by_path: Mapping[tuple[str, ...], list[str]]

    _context_words: Mapping[str, list[str]]

    @classmethod
    def of(cls, graph: Graph) -> _Sources:
        models: set[str] = set()
        by_path: dict[tuple[str, ...], list[str]] = {}
        words: dict[str, list[str]] = {}
        for key, node in graph.nodes.items():
            if isinstance(node, RequestNode) and node.resource:
                model, *resource = node.resource.split("/")[:2]  # what is below is addressed by these
                models.update([model] if resource else [])
                by_path.setdefault((model, *resource), []).append(key)
            if node.name and key not in by_path.setdefault((node.name,), []):
                by_path[node.name,].append(key)
            if isinstance(node, AddContextNode) and node.config is not None:
                for word in set(re.findall(r"[\w-]+", node.config.expression or "")):
                    words.setdefault(word, []).append(key)
        return cls(frozenset(models), graph.nodes, by_path, words)

    def explain(self, steps: tuple[str, ...]) -> _Explanation:
        """Say why a value is not known."""
        if not steps:
            return "run", "reads everything, of which the run has more"
        head, *others = steps
        reads = f"reads {'.'.join(steps)}"
        match head:
            case "$now" | "$millis" | "$random":
                return "run", f"calls {head}(), which gives something else in each run"
            case "resources" if others:
                return self._explain_output(reads, tuple(others))
            case "resources":
                return "records", f"{reads}, what the run fetches and makes"
            case "sync_job_run" | "previous_run_date":
                return "run", f"{reads}, which the server sets"
            case "payload":
                return "records", f"{reads}, the records that are handed on"
            case "total_records_size":
                return "records", f"{reads}, which the run counts"
            case _ if head in self._context_words:
                return "context", f"{reads}, which the run may add to its context ({_listed(self._context_words[head])})"
            case _:
                return "context", f"{reads} of the account's context: pass context={{{head!r}: ...}}"

    def _explain_output(self, reads: str, path: tuple[str, ...]) -> _Explanation:
        keys = self._by_path.get(path, ())
        if not keys:
            return "invalid", f"{reads}, which no node gives"
        if any(isinstance(self._nodes[key], RequestNode) for key in keys):
            return "records", f"{reads}, which the run fetches ({_listed(keys)})"
        if isinstance(self._nodes[keys[0]], GetStateNode):
            return "state", f"{reads}, which the run reads from its state ({_listed(keys)})"
        return "records", f"{reads}, which the run makes ({_listed(keys)})"


def _listed(keys: Iterable[str]) -> str:
    first, *others = keys
    return f"{first} and {len(others)} more" if len(others) > 1 else ", ".join([first, *others])


def _open_resources(models: Iterable[str], given: JSONObject) -> OpenObject:
    """Return what is known of the records and results of a run: what was passed, open down to the members of each."""
    members = {name: json.as_object(given.get(name)) for name in models} | given
    return OpenObject(
        {name: OpenObject(value, "resources", name) if isinstance(value, dict) else value for name, value in members.items()},
        "resources",
    )


def _plain(value: JSONValue) -> JSONValue:
    return {key: _plain(item) for key, item in value.known.items()} if isinstance(value, OpenObject) else value


def _with_value(root: OpenObject, path: str, value: JSONValue) -> OpenObject:
    """Return an object with another value at a path that is there. It shares the rest with the first."""
    changed = copied = _shallow_copy(root)
    *containers, last = path.split(".")
    for step in containers:
        key = _key(copied, step)
        copied[key] = _shallow_copy(copied[key])
        copied = copied[key]
    copied[_key(copied, last)] = value
    return cast("OpenObject", changed)


def _shallow_copy(container: Any) -> Any:
    return OpenObject(container.known, *container.steps) if isinstance(container, OpenObject) else container.copy()


def _key(container: Any, step: str) -> str | int:
    return int(step) if isinstance(container, list) else step
