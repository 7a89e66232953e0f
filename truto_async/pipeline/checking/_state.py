"""Rules on the state that jobs keep between runs, and on the triggers that start runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.models.nodes import DeleteStateNode, EventNode, GetStateNode, RequestNode, UpdateStateNode
from truto_async.pipeline.checking._subject import is_constant
from truto_async.pipeline.checking.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from truto_async.models.nodes import Node
    from truto_async.pipeline.checking._subject import Site, Subject
    from truto_async.pipeline.checking.finding import Finding

__all__ = ["check_state"]


def check_state(subject: Subject) -> Iterator[Finding]:
    """Check the state of a job, and its triggers."""
    if not subject.is_flat:
        yield from _namespace(subject)
        yield from _updates(subject)
        yield from _mismatches(subject)
    yield from _triggers(subject)


def _namespace(subject: Subject) -> Iterator[Finding]:
    sites = [site for site in subject.sites if isinstance(site.node, GetStateNode | UpdateStateNode | DeleteStateNode)]
    if not sites:
        return
    state_key = subject.job.state_key
    fix = 'Set `state_key`, mostly to "{{args.integrated_account_id}}".'
    if not state_key:
        message = "The job keeps state and has no `state_key`: the runs of all accounts share one state."
        yield found("no-state-key", sites[0], sites[0].path, message, fix)
    elif is_constant(state_key) and _serves_several_accounts(subject) and all(is_constant(_key(site)) for site in sites):
        message = f'`state_key` is always "{state_key}": the runs of all accounts share one state.'
        yield found("shared-state", None, "$.state_key", message, fix)


def _serves_several_accounts(subject: Subject) -> bool:
    requests = [site.node for site in subject.sites if isinstance(site.node, RequestNode)]
    return any(node.integrated_account_id and not is_constant(node.integrated_account_id) for node in requests)


def _key(site: Site) -> str:
    config = getattr(site.node, "config", None)
    return getattr(config, "key", None) or ""


def _sites_of(subject: Subject, kind: type[GetStateNode | UpdateStateNode]) -> Sequence[Site]:
    return [site for site in subject.sites if isinstance(site.node, kind) and _key(site)]


def _updates(subject: Subject) -> Iterator[Finding]:
    """Find updates, of what the job reads, that do not wait for an event that says how the run has ended."""
    read = {_key(site) for site in _sites_of(subject, GetStateNode)}
    # One that depends on a node that does not exist has a finding of its own.
    waiting = _behind_the_end(subject) | {reference.node for reference in subject.graph.unknown}
    for site in _sites_of(subject, UpdateStateNode):
        if _key(site) in read and site.key not in waiting:
            message = (
                f'{site} updates "{_key(site)}" while the run may still fail, and the next run starts from there: '
                "what the failed run did not hand on is skipped."
            )
            fix = 'Let it depend on an event node with `"config": {"name": "complete"}`.'
            yield found("early-state-update", site, site.path, message, fix)


def _behind_the_end(subject: Subject) -> set[str]:
    """Return the nodes that run when the run is complete or has failed."""
    pending = [site.key for site in subject.sites if _is_end(site.node)]
    behind: set[str] = set()
    while pending:
        new = [child for child in subject.graph.children(pending.pop()) if child not in behind]
        behind.update(new)
        pending += new
    return behind


def _is_end(node: Node) -> bool:
    return isinstance(node, EventNode) and node.config is not None and node.config.name in ("complete", "error")


def _mismatches(subject: Subject) -> Iterator[Finding]:
    read = {_key(site) for site in _sites_of(subject, GetStateNode)}
    written = {_key(site) for site in _sites_of(subject, UpdateStateNode)}
    only_written = written - read
    for site in _sites_of(subject, GetStateNode):
        clue = "" if _key(site) in written else subject.suggestion(_key(site), only_written, cutoff=0.8)
        if clue:
            message = f'{site} reads "{_key(site)}", which the job never writes; what it writes is never read.{clue}'
            yield found("mismatched-state", site, f"{site.path}.config.key", message, "Use one key for both.")


def _triggers(subject: Subject) -> Iterator[Finding]:
    if subject.triggers and not subject.job.mutex_key:
        message = "The job has a cron trigger and no `mutex_key`: where a run takes longer than expected, two run at once."
        fix = 'Set `mutex_key`, mostly to "{{args.integrated_account_id}}".'
        yield found("cron-without-mutex", None, "$", message, fix)
    for trigger in subject.triggers:
        own = {"integrated_account_id": trigger.integrated_account_id, "webhook_id": trigger.webhook_id}
        given = {name for name, argument in subject.arguments.items() if own.get(argument.format or "")}
        for fault in subject.job.check_args(trigger.args):
            if fault.code != "not_checked" and not (fault.code == "missing" and fault.name in given):
                message = f"The runs of the cron trigger {trigger.id} are refused: {fault.message}".rstrip(".?") + "."
                yield found("trigger-arguments", None, "$.args_schema", message, "Correct the `args` of the trigger.")
