"""What an expression reads, and what its parser says about it."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from attrs import frozen

from truto_async.pipeline._jsonata import find_syntax_problem, is_installed, paths_of, unknown_functions
from truto_async.pipeline.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from truto_async.pipeline._jsonata import SyntaxProblem
    from truto_async.pipeline.placeholders import Template

__all__ = ["JSONata", "Read", "find_dashes", "template_paths"]

_LITERALS = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|/\*.*?\*/""", re.DOTALL)
_DASHED = re.compile(r"(?<![\w.`$])((?:args|resources)(?:\.(?:`[^`]+`|[^\W\d]\w*))*?)\.([^\W\d]\w*(?:-[^\W\d]\w*)+)")


@frozen
class Read:
    """A value that an expression reads."""

    steps: tuple[str, ...]
    """The steps to it from the root of the scope, such as ("args", "user_ids"); none for all of the scope."""

    expression: Expression
    """What reads it."""

    @property
    def is_loop(self) -> bool:
        """Whether it is what a node loops on."""
        return self.expression.path == f"$.resources[{self.expression.node}].loop_on"

    @property
    def is_of_validation(self) -> bool:
        """Whether `args_validation` reads it, which sees arguments only."""
        return self.expression.path == "$.args_validation"


class JSONata:
    """What is known about a JSONata text."""

    def __init__(self, text: str) -> None:
        """Parse the text, if the package for that is installed."""
        self.problem: SyntaxProblem | None = find_syntax_problem(text)
        """Why it is not JSONata."""
        self.unknown_functions: Sequence[str] = unknown_functions(text)
        """The functions that it calls, and that neither JSONata nor Truto has."""
        self.paths: Sequence[tuple[str, ...]] = paths_of(text)
        """What it reads. Where it cannot be parsed, any mention of `resources` stands for all of them."""
        if "resources" in text and (self.problem is not None or not is_installed()):
            self.paths = [*self.paths, ("resources",)]


def template_paths(template: Template) -> Iterator[tuple[str, ...]]:
    """Return what a template reads, up to steps that lead to several values."""
    for placeholder in template.placeholders:
        for path in placeholder.reads:
            yield tuple(map(str, takewhile(lambda step: isinstance(step, str | int), path)))


def find_dashes(text: str) -> Iterator[tuple[str, ...]]:
    """Find paths in JSONata that end in a name with a dash and without backticks, such as `args.company-id`."""
    for path, name in _DASHED.findall(_LITERALS.sub(" ", text)):
        yield (*(step.strip("`") for step in path.split(".")), name)
