"""What is known before a run, and why the rest is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, cast

from attrs import evolve, frozen

from truto_async._support import json
from truto_async.models.nodes import AddContextNode, GetStateNode, Node, RequestNode
from truto_async.pipeline.plans import UndecidedCause

if TYPE_CHECKING:
    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.models.sync_job import SyncJob
    from truto_async.pipeline.graph import Graph

__all__ = ["ABSENT", "NotKnownError", "OpenObject", "Scope", "first_scope"]

ABSENT: Final = object()
"""What a path leads to where there is surely nothing."""

_Explanation: TypeAlias = tuple[UndecidedCause, str]

_INDEX = re.compile(r"[0-9]{1,9}")

_AT_RUN_TIME: Mapping[str, _Explanation] = {
    "sync_job_run": ("run", "reads {}, which the server sets"),
    "previous_run_date": ("run", "reads {}, which the server sets"),
    "payload": ("records", "reads {}, the records that are handed on"),
    "total_records_size": ("records", "reads {}, which the run counts"),
    "resources": ("records", "reads {}, what the run fetches and makes"),
    **dict.fromkeys(("$now", "$millis", "$random"), ("run", "calls {}(), which gives something else in each run")),
}
"""What is known at run time only, apart from what nodes give (truto-skills: sync jobs)."""


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
        """The members that are known."""
        return dict(dict[str, Any].items(self))

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self.__missing__(str(key))

    def __missing__(self, key: str) -> NoReturn:
        raise NotKnownError(*self.steps, key)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002  # nothing is known to be absent
        """Return a copy of a member; one that is open itself is not copied."""
        value = self[key]
        return value if isinstance(value, OpenObject) else json.copy(value)

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
        value: JSONValue = self.root
        for step in path.split("."):
            value = _member(value, step)
        return value

    def explain(self, steps: tuple[str, ...]) -> tuple[UndecidedCause, str]:
        """Say why what the steps lead to is not known: the cause, and a phrase for people."""
        on_the_way = self._loop[: len(steps)] == steps[: len(self._loop)]
        if steps and self._loop and on_the_way:
            return "records", f"reads {'.'.join(self._loop)}, the element of the loop"
        return self._sources.explain(steps)


def first_scope(job: SyncJob, graph: Graph, args: JSONObject, context: JSONObject) -> Scope:
    """Return what the roots of a job can read: its arguments and the context that was passed."""
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
    """The nodes that give `resources` what it has at a path."""

    _by_word: Mapping[str, list[str]]
    """The `add_context` nodes whose expressions have a word in them: they may add what is called so."""

    @classmethod
    def of(cls, graph: Graph) -> _Sources:
        models: set[str] = set()
        by_path: dict[tuple[str, ...], list[str]] = {}
        by_word: dict[str, list[str]] = {}
        for key, node in graph.nodes.items():
            paths: list[tuple[str, ...]] = [(node.name,)] if node.name else []
            if isinstance(node, RequestNode) and node.resource:
                model, *resource = node.resource.split("/")[:2]
                models.update([model] if resource else [])
                paths.append((model, *resource))
            for path in dict.fromkeys(paths):
                by_path.setdefault(path, []).append(key)
            if isinstance(node, AddContextNode) and node.config is not None:
                for word in set(re.findall(r"[\w-]+", node.config.expression or "")):
                    by_word.setdefault(word, []).append(key)
        return cls(frozenset(models), graph.nodes, by_path, by_word)

    def explain(self, steps: tuple[str, ...]) -> _Explanation:
        """Say why what the steps lead to is not known."""
        head, path = next(iter(steps), None), ".".join(steps)
        if head is None:
            return "run", "reads everything, and the run has more"
        if head == "resources" and len(steps) > 1:
            return self._explain_output(path, steps[1:])
        if head in _AT_RUN_TIME:
            cause, reason = _AT_RUN_TIME[head]
            return cause, reason.format(path)
        if head in self._by_word:
            path += f", which {_listed(self._by_word[head])} may add to the context"
        else:
            path += " of the account's context"
        return "context", f"reads {path}: pass context={{{head!r}: ...}}"

    def _explain_output(self, path: str, steps: tuple[str, ...]) -> _Explanation:
        keys = self._by_path.get(steps) or self._by_path.get(steps[:1])
        if not keys:
            return "invalid", f"reads {path}, which no node gives"
        nodes = [self._nodes[key] for key in keys]
        if any(isinstance(node, RequestNode) for node in nodes):
            return "records", f"reads {path}, which the run fetches ({_listed(keys)})"
        if any(isinstance(node, GetStateNode) for node in nodes):
            return "state", f"reads {path}, which the run reads from its state ({_listed(keys)})"
        return "records", f"reads {path}, which the run makes ({_listed(keys)})"


def _listed(keys: Iterable[str]) -> str:
    first, *others = keys
    return f"{first} and {len(others)} more" if len(others) > 1 else " and ".join([first, *others])


def _open_resources(models: Iterable[str], given: JSONObject) -> OpenObject:
    """Return what is known of what nodes give: what was passed, open down to the members of each."""
    members = {name: json.as_object(given.get(name)) for name in models} | given
    return OpenObject({name: _opened(value, "resources", name) for name, value in members.items()}, "resources")


def _opened(value: JSONValue, *steps: str) -> JSONValue:
    return OpenObject(json.as_object(value), *steps) if isinstance(value, dict) else value


def _plain(value: JSONValue) -> JSONValue:
    return {key: _plain(item) for key, item in value.known.items()} if isinstance(value, OpenObject) else value


def _with_value(root: OpenObject, path: str, value: JSONValue) -> OpenObject:
    """Return an object with another value at a path that is there. It shares the rest with the first."""
    changed: OpenObject = _shallow_copy(root)
    *containers, last = path.split(".")
    copied: Any = changed
    for step in containers:
        key = _key(copied, step)
        copied[key] = _shallow_copy(copied[key])
        copied = copied[key]
    copied[_key(copied, last)] = value
    return changed


def _shallow_copy(container: Any) -> Any:
    return OpenObject(container.known, *container.steps) if isinstance(container, OpenObject) else container.copy()


def _member(container: JSONValue, step: str) -> JSONValue:
    """Return what an object or an array has at a step; ABSENT for nothing."""
    members: JSONObject = container
    items: list[JSONValue] = container
    if isinstance(container, dict):
        return members.get(step, ABSENT)
    if isinstance(container, list) and _INDEX.fullmatch(step) and int(step) < len(items):
        return items[int(step)]
    return ABSENT


def _key(container: Any, step: str) -> str | int:
    return int(step) if isinstance(container, list) else step
