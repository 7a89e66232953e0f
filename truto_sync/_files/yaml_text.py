"""YAML text: what it says as JSON, and JSON as YAML. Nothing else knows ruamel.yaml, but for its documents in `yaml_edit`.

It is YAML 1.2, without its timestamps: JSON has none, and who writes a date means the text. What is written here means the
same to readers of YAML 1.1, who take `no` for false.
"""

from __future__ import annotations

import io
import json
import math
import re
import sys
import warnings
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import frozen

from truto_async._support.json import as_array, as_object
from truto_async.errors import InvalidArgumentError
from truto_sync._files.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async._support.json import JSONValue

__all__ = ["Indent", "dump", "from_json", "is_mapping", "is_sequence", "line_of", "load", "text_node", "to_json"]

_MOST_VALUES = 1_000_000  # aliases could stand for any number of them
_MISREAD = re.compile(
    r"|~|null|true|false|yes|no|on|off|y|n|=|<<|[-+]?\.(?:inf|nan)|[-+]?0[xo]?[\da-f_]+|[-+]?\.?\d[\d_.,:e+\-tz ]*",
    re.IGNORECASE,
)

_STEP = re.compile(r'\.([A-Za-z_$][\w$]*)|\[(\d+|"(?:[^"\\]|\\.)*")\]')


@frozen
class Indent:
    """How far things are indented."""

    mapping: int = 2
    """The keys of a mapping in a mapping."""

    sequence: int = 4
    """The items of a sequence in a mapping."""

    dash: int = 2
    """The dashes before them."""


def load(text: str) -> Any:
    """Return the document as ruamel.yaml has it, with comments and styles.

    Raises BadFileError, and InvalidArgumentError where ruamel.yaml is not installed.
    """
    errors = _ruamel("error")
    try:
        with warnings.catch_warnings(action="ignore"):  # about numbers that YAML 1.1 would not take for such
            return _yaml().load(text)
    except errors.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadFileError(str(error.problem or error.context), mark and mark.line + 1) from None
    except (errors.YAMLError, ValueError) as error:
        raise BadFileError(" ".join(str(error).split())) from None
    except RecursionError:
        raise BadFileError("nested too deeply") from None


def dump(document: Any, indent: Indent | None = None) -> str:
    """Write a document of `load` or `from_json`."""
    yaml, indent, buffer = _yaml(), indent or Indent(), io.StringIO()
    yaml.indent(mapping=indent.mapping, sequence=indent.sequence, offset=indent.dash)
    yaml.dump(document, buffer)
    return buffer.getvalue()


def to_json(document: Any) -> JSONValue:
    """Return what a document says, without comments and styles. Raises BadFileError for what JSON does not have."""
    return _Reader().value(document, 1)


def from_json(value: JSONValue) -> Any:
    """Return JSON as a document, to be dumped."""
    comments = _ruamel("comments")
    if isinstance(value, dict):
        return comments.CommentedMap((text_node(key), from_json(item)) for key, item in as_object(value).items())
    if isinstance(value, list):
        return comments.CommentedSeq(map(from_json, as_array(value)))
    return text_node(value) if isinstance(value, str) else value


def text_node(text: str) -> Any:
    """Return a text in the style that it is written in: several lines as a block, and quoted where it could be misread."""
    styles = _ruamel("scalarstring")
    if not text.replace("\n", "").replace("\t", "").isprintable():
        return styles.DoubleQuotedScalarString(text)  # which has escapes
    if "\n" in text:
        return styles.LiteralScalarString(text)
    return styles.SingleQuotedScalarString(text) if _MISREAD.fullmatch(text) else text


def is_mapping(value: object) -> bool:
    """Return whether a value, of a document or of JSON, is a mapping."""
    return isinstance(value, dict)


def is_sequence(value: object) -> bool:
    """Return whether a value, of a document or of JSON, is a sequence."""
    return isinstance(value, list)


def line_of(document: Any, path: str) -> int:
    """Return the line of a JSON path, or of the last step of it that is there; the first line is 1."""
    line = 1
    for step in _STEP.finditer(path):
        key: Any = step[1] or json.loads(step[2])
        try:
            line, document = _line_of_item(document, key, line), document[key]
        except (AttributeError, LookupError, TypeError):  # it is a scalar, or does not have this
            break
    return line


def _line_of_item(node: Any, key: Any, default: int) -> int:
    places: dict[Any, list[int]] = node.lc.data or {}
    return places[key][0] + 1 if key in places else default  # what is merged in has no place


class _Reader:
    """Converts a document to JSON."""

    def __init__(self) -> None:
        self._count = 0

    def value(self, node: Any, line: int) -> JSONValue:
        """Convert a node that begins in a line."""
        self._count += 1
        if self._count > _MOST_VALUES:
            raise BadFileError("it has too many values")
        tag = getattr(getattr(node, "tag", None), "value", None)
        if tag is not None:
            raise BadFileError(f"a sync job has no tags such as {tag}", line)
        if is_mapping(node):
            return dict(self._members(node, line))
        if is_sequence(node):
            return [self.value(item, _line_of_item(node, index, line)) for index, item in enumerate(node)]
        return _scalar(node, line)

    def _members(self, node: Any, line: int) -> Iterator[tuple[str, JSONValue]]:
        for key, item in node.items():
            place = _line_of_item(node, key, line)
            if not isinstance(key, str):
                raise BadFileError(f"a key must be a text; put {key} in quotes", place)
            yield str(key), self.value(item, place)


def _scalar(node: Any, line: int) -> JSONValue:
    """Return a scalar as a plain value; many are of subclasses that know their style."""
    if node is None or isinstance(node, bool):
        return node
    if isinstance(node, str):
        return str(node)
    if isinstance(node, _ruamel("scalarbool").ScalarBoolean):
        return bool(node)
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        if math.isfinite(node):
            return float(node)
        raise BadFileError(f"{float(node)} is not a number that JSON has", line)
    raise BadFileError(f"a sync job has no values such as {type(node).__name__}", line)


def _yaml() -> Any:
    """Return a new parser and writer: after a document with directives it would keep them."""
    yaml = _ruamel("main").YAML()
    yaml.Constructor, yaml.Representer = _classes()
    yaml.preserve_quotes = True
    yaml.width = sys.maxsize
    return yaml


@cache
def _classes() -> tuple[Any, Any]:
    """Return classes that read timestamps as text, and that write null as a word."""
    base = _ruamel("constructor").RoundTripConstructor
    constructor: Any = type("Constructor", (base,), {})
    constructor.add_constructor("tag:yaml.org,2002:timestamp", base.construct_yaml_str)
    representer: Any = type("Representer", (_ruamel("representer").RoundTripRepresenter,), {})
    representer.add_representer(type(None), _represent_null)
    return constructor, representer


def _represent_null(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _ruamel(module: str) -> Any:
    try:
        return import_module(f"ruamel.yaml.{module}")
    except ImportError:
        problem = "YAML files need ruamel.yaml: pip install 'truto-async[cli]', or use JSON files (--format json)"
        raise InvalidArgumentError(problem) from None
