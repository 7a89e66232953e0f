"""The rule on `loop_on`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.models.nodes import DestinationNode, UnknownNode
from truto_async.pipeline.checking.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline.checking._subject import Site, Subject
    from truto_async.pipeline.checking.finding import Finding

__all__ = ["check_loops"]

_NO_ARRAYS = frozenset({"args", "resources", "sync_job_run", "tenant_id", "total_records_size", "payload"})
_OTHER_TYPES = frozenset({"string", "number", "integer", "boolean", "null", "object"})


def check_loops(subject: Subject) -> Iterator[Finding]:
    """Check that `loop_on` can lead to an array. A name that is not known may be of the account's context."""
    for site in subject.sites:
        loop_on = getattr(site.node, "loop_on", None)
        if isinstance(loop_on, dict):
            yield _nothing(site, "is an object, where a path is meant.")
    faults: dict[int, list[str | None]] = {}
    for read in subject.reads:
        if read.is_loop and read.expression.node is not None:
            site = subject.sites[read.expression.node]
            faults.setdefault(site.index, []).append(_fault(subject, site, read.steps))
    for index, reasons in faults.items():
        if reasons[0] is not None and None not in reasons:  # else one of several alternatives may do
            yield _nothing(subject.sites[index], reasons[0])


def _nothing(site: Site, reason: str) -> Finding:
    message = f"`loop_on` of {site} {reason}"
    fix = "Write the path of an array, such as `resources.ticketing.tickets` or `args.user_ids`."
    return found("loop-on-nothing", site, f"{site.path}.loop_on", message, fix)


def _fault(subject: Subject, site: Site, steps: tuple[str, ...]) -> str | None:
    """Return why a path cannot lead to an array, as the rest of a sentence about it."""
    root, *below = steps or ("",)  # it may be anything
    if not below and root in _NO_ARRAYS:
        return f"is `{root}`, which is no array."
    if root == "args":
        return _argument_fault(subject, below)
    if root == "resources":
        place, known = subject.outputs.unknown_step(steps) or (0, ())
        return f"reads `{'.'.join(steps)}`, which no node makes.{subject.suggestion(steps[place], known)}" if place else None
    if root == "payload" and not isinstance(site.node, DestinationNode | UnknownNode):
        return "reads `payload`, which only destinations have."
    if subject.is_flat and not below and root in subject.arguments:
        return _argument_fault(subject, steps)
    return None


def _argument_fault(subject: Subject, steps: tuple[str, ...] | list[str]) -> str | None:
    name = steps[0]
    if subject.is_undeclared(name):
        clue = subject.suggestion(name, subject.arguments)
        return f"reads `args.{name}`, which `args_schema` does not declare.{clue}"
    types = subject.arguments[name].types if name in subject.arguments else ()
    if len(steps) == 1 and types and _OTHER_TYPES.issuperset(types):
        return f"reads the argument {name}, which is declared as no array."
    return None
