"""Rules on names, and on who gets records from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.models.nodes import DestinationNode, EventNode, RequestNode
from truto_async.pipeline.checking.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from truto_async.pipeline.checking._subject import Subject
    from truto_async.pipeline.checking.finding import Finding
    from truto_async.pipeline.graph import Reference

__all__ = ["check_dependencies"]

_FEW = 5
_MANY = 20  # findings whose messages say what is behind, which takes a walk through the graph each


def check_dependencies(subject: Subject) -> Iterator[Finding]:
    """Check who depends on whom."""
    yield from _cycles(subject)
    yield from _unknown_names(subject)
    yield from _names(subject)
    yield from _kinds(subject)


def _cycles(subject: Subject) -> Iterator[Finding]:
    for number, cycle in enumerate(subject.graph.cycles):
        site = subject.site_of[cycle[0]]
        field = "depends_on" if site.node.parents else "resources_to_persist"
        behind = _behind(subject, cycle) if number < _MANY else ""
        message = f"{_listed(cycle)} wait for each other, so none of them ever runs{behind}."
        if len(cycle) == 1:
            message = f"{site} waits for itself, so it never runs{behind}."
        yield found("cycle", site, f"{site.path}.{field}", message, "Let one of them depend on a node outside the circle.")


def _unknown_names(subject: Subject) -> Iterator[Finding]:
    references = [reference for reference in subject.graph.unknown if reference.name]  # an empty one names nothing
    for number, reference in enumerate(references):
        site = subject.site_of[reference.node]
        clue = _resource_clue(subject, reference) or subject.suggestion(reference.name, subject.graph.nodes)
        if reference.kind == "resources_to_persist":
            message = f'{site} persists "{reference.name}", and no node is called so: nothing is handed on for it.{clue}'
            yield found("unknown-persisted", site, reference.path, message, "Name a node whose records it should hand on.")
        else:
            behind = _behind(subject, [site.key]) if number < _MANY else ""
            message = f'{site} depends on "{reference.name}", and no node is called so: it never runs{behind}.{clue}'
            yield found("unknown-dependency", site, reference.path, message, "Name a node of the job, or drop `depends_on`.")


def _names(subject: Subject) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for site in subject.sites:
        name = site.node.name
        if name and first.setdefault(name, site.path) != site.path:
            message = f'"{name}" is already the name of {first[name]}, which is the one that other nodes mean by it.'
            yield found("duplicate-name", site, f"{site.path}.name", message, "Give each node a name of its own.")
        if not name and not (subject.is_flat and isinstance(site.node, RequestNode)):
            message = "The node has no `name`, so no other node can mean it."
            yield found("missing-name", site, site.path, message, "Give it a name that no other node has.")


def _kinds(subject: Subject) -> Iterator[Finding]:
    for edge in subject.graph.edges if not subject.is_flat else ():
        source, site = subject.site_of[edge.source], subject.site_of[edge.target]
        if edge.kind == "depends_on" and isinstance(source.node, DestinationNode):
            message = f"{site} depends on {source}, a destination, which hands on no records to other nodes."
            fix = "Depend on the node whose records the destination gets."
            yield found("depends-on-destination", site, f"{site.path}.depends_on", message, fix)
    for site in subject.sites if not subject.is_flat else ():
        if isinstance(site.node.depends_on, list):
            message = f"{site} has a list in `depends_on`; runtime 4 takes one name."
            fix = "Name one node; what others made can be read in expressions, as `resources.<name>`."
            yield found("several-dependencies", site, f"{site.path}.depends_on", message, fix)
        elif site.node.depends_on and isinstance(site.node, DestinationNode | EventNode):
            kind = "a destination gets what `resources_to_persist` names"
            if isinstance(site.node, EventNode):
                kind = "an event happens by itself"
            message = f"{site} has `depends_on`, but {kind}."
            yield found("idle-depends-on", site, f"{site.path}.depends_on", message, "Drop `depends_on`.")


def _resource_clue(subject: Subject, reference: Reference) -> str:
    """Return what to write in runtime 4 in place of a resource, by which only earlier runtimes know a node."""
    site = None if subject.is_flat else subject.site_of_resource.get(reference.name)
    return "" if site is None else f' Runtime 4 goes by names, not resources. Did you mean "{site.key}"?'


def _behind(subject: Subject, keys: Sequence[str]) -> str:
    """Return which nodes wait for others in vain, as the end of a sentence."""
    themselves = set(keys)
    behind = [key for key in subject.graph.downstream(keys[0]) if key not in themselves]
    return f", and neither does what is behind: {_listed(behind)}" if behind else ""


def _listed(keys: Sequence[str]) -> str:
    text = ", ".join(f'"{key}"' for key in keys[:_FEW])
    return f"{text} and {len(keys) - _FEW} more" if len(keys) > _FEW else text
