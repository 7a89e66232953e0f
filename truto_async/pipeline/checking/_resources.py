"""Rules on reading what other nodes have made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.pipeline.checking.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline.checking._reads import Read
    from truto_async.pipeline.checking._subject import Subject
    from truto_async.pipeline.checking.finding import Finding

__all__ = ["check_resources"]


def check_resources(subject: Subject) -> Iterator[Finding]:
    """Check that what is read below `resources` is made by a node; each thing once for each expression."""
    yield from _dashes(subject)
    reads = [read for read in subject.reads if read.steps[:1] == ("resources",) and not read.is_of_validation]
    for read in {(read.steps[:3], read.expression.path): read for read in reversed(reads)}.values():
        name = read.steps[1] if len(read.steps) > 1 else ""
        if name in subject.outputs.requests and name not in subject.outputs.roots:
            yield _by_name(subject, read, name)
        elif not read.is_loop:
            yield from _unknown(subject, read)


def _unknown(subject: Subject, read: Read) -> Iterator[Finding]:
    place, known = subject.outputs.unknown_step(read.steps) or (0, ())
    if not place or subject.is_cut_short(read, read.steps[place]):
        return
    path = ".".join(read.steps[: place + 1])
    message = f"`{path}` is read, and no node makes it.{subject.suggestion(read.steps[place], known)}"
    fix = "Records of requests are at `resources.<model>.<resource>`; what other nodes make is at `resources.<name>`."
    yield found("unknown-resource", subject.site_at(read.expression), read.expression.path, message, fix)


def _by_name(subject: Subject, read: Read, name: str) -> Finding:
    place = ".".join(["resources", *subject.outputs.requests[name].split("/")])
    message = f"`resources.{name}` is read, and the records of the request {name} are at its resource: `{place}`."
    return found("request-by-name", subject.site_at(read.expression), read.expression.path, message, f"Read `{place}`.")


def _dashes(subject: Subject) -> Iterator[Finding]:
    for expression, steps in subject.dashes:
        quoted = ".".join([*steps[:-1], f"`{steps[-1]}`"])
        message = f"JSONata takes the dash in {'.'.join(steps)} for a minus."
        yield found("unquoted-dash", subject.site_at(expression), expression.path, message, f"Write {quoted}.")
