"""Rules on how expressions are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from truto_async.models.nodes import RequestNode
from truto_async.pipeline._jsonata import is_installed, known_functions
from truto_async.pipeline.checking.rules import found
from truto_async.pipeline.checking.subject import is_constant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.pipeline.checking.finding import Finding
    from truto_async.pipeline.checking.subject import Subject
    from truto_async.pipeline.expressions import Expression

__all__ = ["check_syntax"]

_PLACEHOLDER = re.compile(r"\{\{[\w\-./|:?\s]+\}\}", re.ASCII)


def check_syntax(subject: Subject) -> Iterator[Finding]:
    """Check templates and JSONata."""
    texts = [expression for expression in subject.expressions if expression.language == "jsonata"]
    if texts and not is_installed():
        message = f"{len(texts)} of the texts are JSONata, which cannot be parsed here: it may be right or wrong."
        yield found("jsonata-not-checked", None, "$", message, "Run pip install 'truto-async[jsonata]', and check again.")
    for expression in texts:
        yield from _jsonata(subject, expression)
    yield from _recursions(subject)


def _jsonata(subject: Subject, expression: Expression) -> Iterator[Finding]:
    site, path, known = subject.site_at(expression), expression.path, subject.jsonata[expression.text]
    if placeholder := _PLACEHOLDER.search(expression.text):
        message = f"This is JSONata, where the placeholder {placeholder[0]} is not filled in."
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
