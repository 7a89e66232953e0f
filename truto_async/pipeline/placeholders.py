"""Placeholders such as `{{args.since|args.from?:2020-01-01:str}}`: what a text has of them, and where a job has them.

The grammar is that of the npm package `@truto/replace-placeholders` 1.0.11, with which the results are compared.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from attrs import frozen

from truto_async.errors import InvalidArgumentError
from truto_async.pipeline._placeholders.casts import MODIFIERS
from truto_async.pipeline._placeholders.javascript import WHITESPACE, UnrenderableError
from truto_async.pipeline._placeholders.paths import KeyPattern, Path, Slice, Step, parse_paths
from truto_async.pipeline.expressions import find_expressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.models.sync_job import SyncJob

__all__ = [
    "Alternative",
    "KeyPattern",
    "Path",
    "Placeholder",
    "PlaceholderFault",
    "PlaceholderUse",
    "Slice",
    "Step",
    "Template",
    "find_placeholders",
]

_PLACEHOLDER = re.compile(rf"\{{\{{([A-Za-z0-9_\-./|:?{WHITESPACE}]+)\}}\}}")
_MODIFIER = re.compile(rf":(?=[A-Za-z0-9_{WHITESPACE}])")
_DEFAULT_ADVICE = (
    "; in a default, a colon before a letter, a digit or a space starts the type: such a text has to come from the context"
)


@frozen
class PlaceholderFault:
    """What is wrong with a placeholder. Rendering fails where it gets there, which depends on the context."""

    problem: str
    """What is wrong."""

    advice: str
    """What to do."""

    start: int
    """Where it begins in the text."""

    end: int
    """Where it ends."""


@frozen
class Alternative:
    """One of the ways to a value that a placeholder tries, such as `args.since:str`."""

    text: str
    """The alternative as it is written."""

    start: int
    """Where it begins in the text of the template."""

    end: int
    """Where it ends."""

    path: str
    """The path as it is written, without spaces around it."""

    reads: tuple[Path, ...]
    """What it reads: a path, or several where there are spaces in it, of which the first that leads to a value counts."""

    modifiers: tuple[str, ...]
    """What follows the path, each after a colon. The first is the type that the value is cast to: "str" if there is none."""

    path_fault: PlaceholderFault | None
    """What is wrong with the path."""

    type_fault: PlaceholderFault | None
    """What is wrong with the type. It matters only where a value is found that is not null."""

    @property
    def type(self) -> str:
        """The type that the value is cast to."""
        return self.modifiers[0] if self.modifiers else "str"


@frozen
class Placeholder:
    """A placeholder in a text."""

    text: str
    """The placeholder as it is written, with its braces."""

    start: int
    """Where it begins in the text of the template."""

    end: int
    """Where it ends."""

    alternatives: tuple[Alternative, ...]
    """The ways to a value. The first that leads to one counts, be it null."""

    default: str | None
    """The value where no alternative has one; None if there is no default."""

    default_type: str
    """The type that the default is cast to."""

    default_fault: PlaceholderFault | None
    """What is wrong with the default. It matters only where no alternative has a value."""

    @property
    def reads(self) -> tuple[Path, ...]:
        """All paths that it reads, in their order."""
        return tuple(path for alternative in self.alternatives for path in alternative.reads)

    @property
    def faults(self) -> tuple[PlaceholderFault, ...]:
        """All that is wrong with it."""
        faults = [fault for each in self.alternatives for fault in (each.path_fault, each.type_fault)]
        return tuple(fault for fault in [*faults, self.default_fault] if fault is not None)

    @property
    def skips_empty(self) -> bool:
        """Whether an empty text counts as no value: `ignore-empty-str` in any alternative."""
        return self._mentions(":ignore-empty-str")

    @property
    def allows_undefined(self) -> bool:
        """Whether it vanishes where it has no value: `undefined` in any alternative."""
        return self._mentions(":undefined")

    @property
    def allows_null(self) -> bool:
        """Whether it is null where it has no value: `null` in any alternative."""
        return self._mentions(":null")

    def _mentions(self, modifier: str) -> bool:
        """Any alternative may mention it, at any place in its text."""
        return any(modifier in alternative.text for alternative in self.alternatives)


@frozen
class Template:
    """A text with placeholders in it. What looks like a placeholder and is none, such as `{{a[0]}}`, is text."""

    text: str
    """The text."""

    parts: tuple[str | Placeholder, ...]
    """The text in parts: what is between placeholders, and these. None is empty."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a text. Any text is a template; see `faults`. Raises InvalidArgumentError for anything but a text."""
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # whoever calls may not check types
            raise InvalidArgumentError(f"expected a text, not {type(text).__name__}; render takes objects and lists, too")
        return cls(text, _parse(text))

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    @property
    def faults(self) -> tuple[PlaceholderFault, ...]:
        """All that is wrong with its placeholders."""
        return tuple(fault for placeholder in self.placeholders for fault in placeholder.faults)


@frozen
class PlaceholderUse:
    """A placeholder of a job."""

    placeholder: Placeholder
    """The placeholder; its positions are those in the text that it is in."""

    path: str
    """Where the text is, such as "$.resources[3].query.since"."""

    node: int | None
    """The place in `resources` of the node that it belongs to; None for the job's own."""


def find_placeholders(job: SyncJob) -> Iterator[PlaceholderUse]:
    """Find the placeholders of a job, in the order of its nodes, the job's own first."""
    for expression in find_expressions(job):
        if expression.language == "template" and "{{" in expression.text:
            for placeholder in Template.parse(expression.text).placeholders:
                yield PlaceholderUse(placeholder, expression.path, expression.node)


@lru_cache(maxsize=1024)
def _parse(text: str) -> tuple[str | Placeholder, ...]:
    parts: list[str | Placeholder] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        parts += [text[end : match.start()], _parse_placeholder(match)]
        end = match.end()
    return tuple(part for part in [*parts, text[end:]] if part)


def _parse_placeholder(match: re.Match[str]) -> Placeholder:
    written, *default = match[1].split("?:")  # what follows a second one is dropped
    start = match.start(1)
    alternatives: list[Alternative] = []
    for text in written.split("|"):
        alternatives.append(_parse_alternative(text, start))
        start += len(text) + len("|")
    value, *types = _MODIFIER.split(default[0]) if default else [""]
    start = match.start(1) + len(written) + len("?:")
    return Placeholder(
        text=match[0],
        start=match.start(),
        end=match.end(),
        alternatives=tuple(alternatives),
        default=value if value or types else None,
        default_type=types[0] if types else "str",
        default_fault=_type_fault(types[0], start + len(value) + 1, _DEFAULT_ADVICE) if types else None,
    )


def _parse_alternative(text: str, start: int) -> Alternative:
    written, *modifiers = _MODIFIER.split(text) if ":" in text else (text,)
    path = written.strip(WHITESPACE)
    reads: tuple[Path, ...] = ()
    path_fault = type_fault = None
    try:
        reads = parse_paths(path)
    except UnrenderableError as error:
        path_fault = PlaceholderFault(error.problem, error.advice, start, start + len(written))
    if modifiers:
        type_ = modifiers[0].lstrip(WHITESPACE)
        type_fault = _type_fault(type_.rstrip(WHITESPACE), start + len(written) + 1 + len(modifiers[0]) - len(type_))
    return Alternative(
        text=text,
        start=start,
        end=start + len(text),
        path=path,
        reads=reads,
        modifiers=tuple(modifier.strip(WHITESPACE) for modifier in modifiers),
        path_fault=path_fault,
        type_fault=type_fault,
    )


def _type_fault(type_: str, start: int, advice: str = "") -> PlaceholderFault | None:
    if type_ in MODIFIERS:
        return None
    advice = f"use one of {', '.join(MODIFIERS)}{advice}"
    return PlaceholderFault(f'there is no type "{type_}"', advice, start, start + len(type_))
