"""Rules on accounts, on records that go nowhere, and on destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.models.nodes import (
    DeleteStateNode,
    DestinationNode,
    EventNode,
    RequestNode,
    SpoolNode,
    TransformNode,
    UpdateStateNode,
)
from truto_async.pipeline.checking._subject import is_constant
from truto_async.pipeline.checking.rules import found
from truto_async.pipeline.placeholders import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline.arguments import Argument
    from truto_async.pipeline.checking._subject import Site, Subject
    from truto_async.pipeline.checking.finding import Finding

__all__ = ["check_delivery"]


def check_delivery(subject: Subject) -> Iterator[Finding]:
    """Check where records come from and where they go."""
    for site in subject.sites:
        if isinstance(site.node, RequestNode):
            yield from _account(subject, site, site.node)
        if isinstance(site.node, DestinationNode) and not subject.is_flat:
            yield from _destination(site, site.node)
            yield from _gate(subject, site, site.node)
            yield from _persisted(subject, site, site.node)
    if not subject.is_flat:
        yield from _records_go_nowhere(subject)
        yield from _unbounded_spools(subject)


def _account(subject: Subject, site: Site, node: RequestNode) -> Iterator[Finding]:
    account = node.integrated_account_id
    if not account and not subject.is_flat:
        message = f"{site} has no `integrated_account_id`, so nobody knows which account it calls."
        yield found("no-account", site, site.path, message, 'Give it one, mostly "{{args.integrated_account_id}}".')
    elif account and is_constant(account):
        message = f"{site} always calls the account {account}, whichever account a run is for."
        fix = 'Take it from an argument: "{{args.integrated_account_id}}".'
        yield found("hard-coded-account", site, f"{site.path}.integrated_account_id", message, fix)


def _destination(site: Site, node: DestinationNode) -> Iterator[Finding]:
    target = None if node.config is None else node.config.id
    if target and is_constant(target) and node.destination_type in ("webhook", "datastore"):
        kind = node.destination_type
        message = f"{site} always writes to the {kind} {target}, in every environment and for every customer."
        fix = f'Take it from an argument: "{{{{args.{kind}_id}}}}".'
        yield found("hard-coded-destination", site, f"{site.path}.config.id", message, fix)


def _gate(subject: Subject, site: Site, node: DestinationNode) -> Iterator[Finding]:
    """Find destinations whose id comes from arguments alone that a run may leave out, where nothing asks whether it does."""
    placeholders = Template.parse((node.config.id if node.config is not None else None) or "").placeholders
    reads = [path for placeholder in placeholders for path in placeholder.reads]
    names = [str(path[1]) for path in reads if path[:1] == ("args",) and len(path) == 2]
    optional = [argument for name in names if (argument := subject.arguments.get(name)) and _may_be_missing(argument)]
    has_default = any(placeholder.default is not None for placeholder in placeholders)
    gates = f"{node.run_if or ''} {subject.job.args_validation or ''}"
    if optional and len(optional) == len(reads) and not has_default and not any(name in gates for name in names):
        name = optional[0].name
        message = f"{site} takes its id from the argument {name}, which a run may leave out, and has no `run_if` for that."
        fix = f"Make the argument required, or write `$exists(args.{name})` as `run_if`."
        yield found("ungated-destination", site, f"{site.path}.config.id", message, fix)


def _may_be_missing(argument: Argument) -> bool:
    return not argument.required and argument.default is None


def _persisted(subject: Subject, site: Site, node: DestinationNode) -> Iterator[Finding]:
    if not node.resources_to_persist:
        message = f"{site} has no `resources_to_persist`, so it hands nothing on."
        yield found("persists-nothing", site, site.path, message, "Name the nodes whose records it should hand on.")
    for number, name in enumerate(node.resources_to_persist or ()):
        source = subject.site_of.get(name)
        if source is not None and isinstance(source.node, DestinationNode | EventNode | UpdateStateNode | DeleteStateNode):
            message = f"{site} persists {source}, and a node of type {source.node.type} has no records."
            path = f"{site.path}.resources_to_persist[{number}]"
            yield found("persists-no-records", site, path, message, "Name a node that has records.")


def _records_go_nowhere(subject: Subject) -> Iterator[Finding]:
    """Find nodes that nobody gets records from, and that no expression reads, where all names and types are clear."""
    if subject.has_unknown_types or _has_loose_ends(subject):
        return
    for site in subject.sites:
        if _only_makes_records(site) and not subject.graph.children(site.key) and not subject.is_read(site):
            message = f"The records of {site} reach no destination, and nothing else uses them."
            fix = "Name it in `resources_to_persist` of a destination, or drop it."
            yield found("records-go-nowhere", site, site.path, message, fix)


def _has_loose_ends(subject: Subject) -> bool:
    """Return whether other findings say already that records may be lost."""
    names = [site.node.name for site in subject.sites]
    return (
        bool(subject.graph.unknown)
        or len(set(names)) < len(names)
        or any(isinstance(site.node, DestinationNode) and not site.node.resources_to_persist for site in subject.sites)
    )


def _only_makes_records(site: Site) -> bool:
    if isinstance(site.node, RequestNode):
        return site.node.method in ("list", "get", "download")
    return isinstance(site.node, TransformNode | SpoolNode)


def _unbounded_spools(subject: Subject) -> Iterator[Finding]:
    """Find spools of all records of a list without a query; only the nearest requests above a spool count."""
    lists: dict[str, str | None] = {}
    for key in subject.graph.order:
        node = subject.graph.nodes[key]
        above = next(filter(None, map(lists.get, subject.graph.parents(key))), None)
        if isinstance(node, RequestNode):
            is_narrowed = node.query or node.body or node.id
            lists[key] = key if node.method == "list" and not is_narrowed else None
        elif isinstance(node, SpoolNode):
            lists[key] = None
            if above is not None:
                site = subject.site_of[key]
                message = f'{site} waits for all records of "{above}", a list without a query, and keeps them all meanwhile.'
                fix = "Narrow the list with `query`, or hand the records on batch by batch, without the spool."
                yield found("unbounded-spool", site, site.path, message, fix)
        else:
            lists[key] = above
