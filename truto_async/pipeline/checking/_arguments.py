"""Rules on arguments: those that are read, and those that are declared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from truto_async.pipeline.checking.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline.checking._reads import Read
    from truto_async.pipeline.checking._subject import Subject
    from truto_async.pipeline.checking.finding import Finding

__all__ = ["check_argument_use"]

_TAKEN_BY_TRUTO = frozenset({"integrated_account_id", "webhook_id", "datastore_id"})


def check_argument_use(subject: Subject) -> Iterator[Finding]:
    """Check that arguments are declared where they are read, and read where they are declared."""
    yield from _undeclared(subject)
    yield from _unused(subject)


def _undeclared(subject: Subject) -> Iterator[Finding]:
    """Find each argument that is not declared, where it is first read. Loops have a rule of their own."""
    reads = [read for read in subject.reads if read.steps[:1] == ("args",) and len(read.steps) > 1]
    wrong = [read for read in reads if subject.is_undeclared(read.steps[1]) and not _is_left_alone(subject, read)]
    places = Counter(name for name, _ in {(read.steps[1], read.expression.path) for read in wrong})
    for name, expression in {read.steps[1]: read.expression for read in reversed(wrong)}.items():
        clue = subject.suggestion(name, subject.arguments)
        more = places[name] - 1
        others = f" (and in {more} more {'place' if more == 1 else 'places'})" if more else ""
        message = f"`args.{name}` is read here{others}, and `args_schema` does not declare it.{clue}"
        fix = "Declare it in `args_schema`, so that whoever starts a run knows of it."
        yield found("undeclared-argument", subject.site_at(expression), expression.path, message, fix)


def _is_left_alone(subject: Subject, read: Read) -> bool:
    return read.is_loop or subject.is_unknown(read.expression) or subject.is_cut_short(read, read.steps[1])


def _unused(subject: Subject) -> Iterator[Finding]:
    paths = {read.steps for read in subject.reads}
    if () in paths or ("args",) in paths:
        return
    used = {steps[1] for steps in paths if steps[0] == "args"}
    used |= {steps[2] for steps in paths if steps[:2] == ("sync_job_run", "args") and len(steps) > 2}
    if subject.is_flat:
        used.update(steps[0] for steps in paths)  # which take arguments without "args" as well
        # Runs of runtimes 1 to 3 take these by themselves.
        used.update(name for name, argument in subject.arguments.items() if argument.format in _TAKEN_BY_TRUTO)
    unused = [name for name in subject.arguments if name not in used]
    if not unused:
        return
    arguments = subject.job.arguments  # which also knows what fields of other versions seem to use
    text = "\n".join(expression.text for expression in subject.expressions)  # what does not parse may mean it, too
    for name in unused:
        if not arguments[name].uses and f"args.{name}" not in text:
            message = f'The argument "{name}" is declared, and nothing reads it.'
            yield found("unused-argument", None, subject.argument_path(name), message, "Use it, or drop it.")
