"""Rules on the type of a node, on its runtime, and on its fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from truto_async.models.nodes import (
    AddContextNode,
    DeleteStateNode,
    DestinationNode,
    EventNode,
    GetStateNode,
    RequestNode,
    SpoolNode,
    TransformNode,
    UnknownNode,
    UpdateStateNode,
)
from truto_async.pipeline.checking._subject import is_constant
from truto_async.pipeline.checking.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from truto_async.pipeline.checking._subject import Site, Subject
    from truto_async.pipeline.checking.finding import Finding

__all__ = ["check_fields"]

_TYPES = (
    "request",
    "transform",
    "add_context",
    "spool",
    "get_state",
    "update_state",
    "delete_state",
    "event",
    "destination",
)
_DESTINATIONS = ("webhook", "datastore", "superquery")
_DELETE_TRACKING = ("hard", "soft")
_EVENTS = ("start", "complete", "error")

# What each type needs, as the paths of fields; one of those in parentheses will do.
_STATE = (("config.key",),)
_REQUIRED: Mapping[type[Any], tuple[tuple[str, ...], ...]] = {
    RequestNode: (("resource",), ("method",)),
    TransformNode: (("config.expression",),),
    AddContextNode: (("config.expression",),),
    GetStateNode: _STATE,
    UpdateStateNode: (*_STATE, ("config.value", "config.value_expression")),
    DeleteStateNode: _STATE,
    EventNode: (("config.name",),),
    DestinationNode: (("destination_type",), ("config.id",)),
}


def check_fields(subject: Subject) -> Iterator[Finding]:
    """Check each node on its own."""
    if subject.sites and subject.job.default_runtime_version is None and not subject.is_flat:
        message = (
            "The nodes are those of runtime 4, and the job has no `default_runtime_version`: the server takes an older one."
        )
        yield found("no-runtime", None, "$", message, "Set `default_runtime_version` to 4.")
    for site in subject.sites:
        yield from _type(subject, site)
        yield from _missing(site)
        yield from _values(subject, site)
        if not subject.is_flat:
            yield from _flat_fields(site)


def _type(subject: Subject, site: Site) -> Iterator[Finding]:
    node = site.node
    path = f"{site.path}.type"
    if isinstance(node, UnknownNode):
        known = _intended_type(node.type) or subject.suggestion(node.type, _TYPES, cutoff=0.75)
        if known:
            message = f'{site} is of type "{node.type}", which is none.{known}'
            yield found("misspelled-type", site, path, message, f"The types are {', '.join(_TYPES)}.")
        else:
            message = f'{site} is of type "{node.type}", which this version does not know, so nothing of it is checked.'
            yield found("unknown-type", site, path, message, "Make sure that the type is right.")
    elif not subject.is_flat and getattr(node, "type", None) is None:
        message = f"{site} has no `type`, and runtime 4 takes typed nodes only."
        fix = 'Give it `"type": "request"`, or set `default_runtime_version` to 3 if all entries are flat.'
        yield found("missing-type", site, site.path, message, fix)
    elif subject.is_flat and not isinstance(node, RequestNode | TransformNode | SpoolNode):
        message = f"{site} is of type {node.type}, which runtimes 1 to 3 do not have."
        yield found(
            "node-needs-runtime-4", site, path, message, "Set `default_runtime_version` to 4, with typed nodes only."
        )


def _intended_type(text: str) -> str:
    """Recognize a type in another spelling, and a kind of destination."""
    if text in _DESTINATIONS:
        return f' Did you mean "destination", with "destination_type": "{text}"?'
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])|[\s-]+", "_", text.strip()).lower()
    return f' Did you mean "{spelled}"?' if spelled in _TYPES else ""


def _missing(site: Site) -> Iterator[Finding]:
    required = _REQUIRED.get(type(site.node), ())
    if isinstance(site.node, DestinationNode) and site.node.destination_type == "datastore":
        required += (("method",),)
    if isinstance(site.node, RequestNode) and site.node.recurse is not None:
        required += (("recurse.if",), ("recurse.config",))
    for fields in required:
        if all(_field(site, field) in (None, "", {}) for field in fields):
            names = [f"`{field}`" for field in fields]
            missing = f"has neither {' nor '.join(names)}" if len(names) > 1 else f"has no {names[0]}"
            parent = fields[0].rpartition(".")[0]
            path = f"{site.path}.{parent}" if parent and _field(site, parent) is not None else site.path
            kind = getattr(site.node, "type", None) or "request"
            message = f"{site} {missing}, and a node of type {kind} needs it."
            yield found("missing-field", site, path, message, f"Give it {' or '.join(names)}.")


def _field(site: Site, path: str) -> object:
    value: Any = site.node
    for name in path.split("."):
        value = getattr(value, "if_" if name == "if" else name, None)
    return cast("object", value)


def _values(subject: Subject, site: Site) -> Iterator[Finding]:
    match site.node:
        case EventNode() as node if node.config is not None:
            yield from _one_of(subject, site, "config.name", node.config.name, _EVENTS)
        case DestinationNode() as node:
            yield from _one_of(subject, site, "destination_type", node.destination_type, _DESTINATIONS)
        case RequestNode() as node:
            yield from _one_of(subject, site, "delete_tracking", node.delete_tracking, _DELETE_TRACKING)
            if node.delete_tracking and node.resource and "/" not in node.resource:
                message = f'{site} has `delete_tracking`, which works for unified resources only; "{node.resource}" is none.'
                fix = "Drop `delete_tracking`, or call the resource of a unified model."
                yield found("proxy-delete-tracking", site, f"{site.path}.delete_tracking", message, fix)
        case UpdateStateNode() as node if node.config is not None:
            if node.config.value_expression and node.config.value is not None:
                message = f"{site} has both `value` and `value_expression`, which wins: `value` is never used."
                yield found("value-not-used", site, f"{site.path}.config.value", message, "Drop one of them.")
        case _:
            pass


def _one_of(subject: Subject, site: Site, field: str, value: str | None, known: tuple[str, ...]) -> Iterator[Finding]:
    if value and value not in known and is_constant(value):
        clue = subject.suggestion(value.lower(), known)
        message = f'{site} has "{value}" for `{field}`, which is none of {", ".join(known)}.{clue}'
        yield found("unknown-value", site, f"{site.path}.{field}", message, f"Write one of {', '.join(known)}.")


def _flat_fields(site: Site) -> Iterator[Finding]:
    node = site.node
    if node.persist is not None:
        message = f"{site} has `persist`, which only the flat entries of runtimes 1 to 3 have."
        fix = "Drop it, and name the node in `resources_to_persist` of the destinations that should get its records."
        yield found("flat-field", site, f"{site.path}.persist", message, fix)
    if isinstance(node, RequestNode) and node.response_format is not None:
        message = f"{site} has `response_format`, which only the flat entries of runtimes 1 to 3 have."
        yield found("flat-field", site, f"{site.path}.response_format", message, "Drop it.")
    if isinstance(node, DestinationNode) and node.destination_type in ("webhook", "superquery"):
        for field in ("method", "loop_on"):
            if _field(site, field) is not None:
                message = f"{site} has `{field}`, which only datastores have."
                fix = "Drop it, or make the destination a datastore."
                yield found("datastore-field", site, f"{site.path}.{field}", message, fix)
