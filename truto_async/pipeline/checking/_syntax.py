"""Rules on how expressions are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from truto_async.models.nodes import RequestNode
from truto_async.pipeline._jsonata import is_installed, known_functions
from truto_async.pipeline.checking._subject import is_constant
from truto_async.pipeline.checking.rules import found
from truto_async.pipeline.placeholders import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline.checking._subject import Subject
    from truto_async.pipeline.checking.finding import Finding
    from truto_async.pipeline.expressions import Expression

__all__ = ["check_syntax"]

_ALMOST = re.compile(
    r"""
    \{\{ \s* \w [^{}]* \}\}                                             # other characters in it, such as [0]
    | \{\{ \s* (?: args|payload|resources|sync_job_run ) \. [^{}\s]* \}?  # never closed
    | \{ (?: args|payload|resources|sync_job_run ) \. [\w.-]+ \}           # one brace only
    """,
    re.VERBOSE,
)
_MERGE = re.compile(r"\.\$truto_merge(\[\d+\])?\Z")


def check_syntax(subject: Subject) -> Iterator[Finding]:
    """Check templates and JSONata."""
    texts = [expression for expression in subject.expressions if expression.language == "jsonata"]
    if texts and not is_installed():
        message = f"{len(texts)} of the texts are JSONata, which cannot be parsed here: it may be right or wrong."
        yield found("jsonata-not-checked", None, "$", message, "Run pip install 'truto-async[jsonata]', and check again.")
    for expression in subject.expressions:
        if expression.language == "jsonata":
            yield from _jsonata(subject, expression)
        elif expression.language == "template" and not subject.is_unknown(expression):
            if "{" in expression.text:
                yield from _template(subject, expression)
            if _MERGE.search(expression.path):
                yield from _merge(subject, expression)
    yield from _recursions(subject)


def _template(subject: Subject, expression: Expression) -> Iterator[Finding]:
    """Find what is wrong with placeholders, and what looks like one and is none."""
    site, path = subject.site_at(expression), expression.path
    template = Template.parse(expression.text)
    for placeholder in template.placeholders:
        for fault in placeholder.faults:
            message = f"The placeholder {placeholder.text} fails: {fault.problem}."
            yield found("invalid-placeholder", site, path, message, f"{fault.advice[:1].upper()}{fault.advice[1:]}.")
        for alternative in placeholder.alternatives:
            if len(alternative.reads) > 1:
                message = f"In {placeholder.text}, the spaces in `{alternative.path}` mean either of several paths."
                fix = "Write one path without spaces, or several with | between them."
                yield found("invalid-placeholder", site, path, message, fix)
    for text in template.parts:
        for almost in _ALMOST.findall(text) if isinstance(text, str) else ():
            message = f"{almost} is no placeholder, and stays in the text as it is."
            fix = "Write {{ and }} around letters, digits and _ - . / | : ? only, such as {{args.ids.0}}."
            yield found("invalid-placeholder", site, path, message, fix)


def _merge(subject: Subject, expression: Expression) -> Iterator[Finding]:
    """Find what `$truto_merge` skips, since it is no object."""
    template = Template.parse(expression.text)
    alternatives = [each for placeholder in template.placeholders for each in placeholder.alternatives]
    if len(template.parts) > 1 or any(each.type not in ("json", "any") for each in alternatives) or not alternatives:
        message = f"`$truto_merge` takes objects, and {expression.text} gives a text, which is skipped."
        fix = "Write one placeholder with the type `json`, such as {{args.filter:json}}."
        yield found("merge-without-json", subject.site_at(expression), expression.path, message, fix)


def _jsonata(subject: Subject, expression: Expression) -> Iterator[Finding]:
    site, path, known = subject.site_at(expression), expression.path, subject.jsonata[expression.text]
    if placeholders := Template.parse(expression.text).placeholders:
        message = f"This is JSONata, where the placeholder {placeholders[0].text} is not filled in."
        fix = "Write the path without the braces, and outside of quotes."
        yield found("placeholder-in-jsonata", site, path, message, fix)
    elif known.problem is not None:
        where = "" if known.problem.position is None else f" at character {known.problem.position}"
        message = f"This is not JSONata: {known.problem.message}{where}."
        yield found("invalid-jsonata", site, path, message, "Correct the expression; try it at https://try.jsonata.org.")
    for name in known.unknown_functions:
        clue = subject.suggestion(name, known_functions(), cutoff=0.8)
        message = f"Neither JSONata nor Truto has a function ${name}.{clue}"
        yield found("unknown-function", site, path, message, "Call one that exists, or define it in the expression.")


def _recursions(subject: Subject) -> Iterator[Finding]:
    for site in subject.sites:
        recurse = site.node.recurse if isinstance(site.node, RequestNode) else None
        if recurse is not None and recurse.if_ and is_constant(recurse.if_):
            message = f"`recurse.if` of {site} has no placeholder: it is true for every record, so there is no end."
            fix = "Ask the record, as in `{{resources.drive.items.is_folder:bool}}`."
            yield found("constant-recursion", site, f"{site.path}.recurse.if", message, fix)
