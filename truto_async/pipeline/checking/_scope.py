"""Rules on names that are read where they do not exist (truto-skills: sync jobs, what is in scope)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.models.nodes import DestinationNode, UnknownNode
from truto_async.pipeline.checking.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline.checking._reads import Read
    from truto_async.pipeline.checking._subject import Subject
    from truto_async.pipeline.checking.finding import Finding

__all__ = ["check_scope"]


def check_scope(subject: Subject) -> Iterator[Finding]:
    """Check the roots of what is read; each once for each expression."""
    reads = [read for read in subject.reads if read.steps and not read.is_loop]
    for read in {(read.steps[0], read.expression.path): read for read in reversed(reads)}.values():
        if read.is_of_validation:
            yield from _validation(subject, read)
        elif not subject.is_flat:
            yield from _payload(subject, read)
            yield from _previous_run_date(subject, read)


def _validation(subject: Subject, read: Read) -> Iterator[Finding]:
    root = read.steps[0]
    if root != "args" and read.steps != ("resources",):  # which stands for all that is not known
        clue = f" Did you mean `args.{root}`?" if root in subject.arguments else ""
        message = f"`args_validation` reads `{root}`, and it sees nothing but `args`.{clue}"
        yield found("validation-scope", None, read.expression.path, message, "Read arguments only, as `args.<name>`.")


def _payload(subject: Subject, read: Read) -> Iterator[Finding]:
    site = subject.site_at(read.expression)
    has_payload = site is None or isinstance(site.node, DestinationNode | UnknownNode)
    if read.steps[0] == "payload" and not has_payload and not _is_context(subject, "payload"):
        message = f"{site} reads `payload`, which only destinations have."
        fix = "Read the records at `resources.<model>.<resource>`, or `resources.<name>` of the node that made them."
        yield found("payload-outside-destination", site, read.expression.path, message, fix)


def _previous_run_date(subject: Subject, read: Read) -> Iterator[Finding]:
    if read.steps[0] == "previous_run_date" and not _is_context(subject, "previous_run_date"):
        message = "`previous_run_date` is read, which runtimes 1 to 3 have and runtime 4 does not."
        fix = "Keep the date as state, with `get_state`, and `update_state` behind the event `complete`."
        site = subject.site_at(read.expression)
        yield found("previous-run-date", site, read.expression.path, message, fix)


def _is_context(subject: Subject, name: str) -> bool:
    """Return whether a node may add the name to what others see."""
    return subject.has_unknown_types or any(name in text for text in subject.context_texts)
