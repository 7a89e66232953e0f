"""Render templates: fill in their placeholders, and merge what `$truto_merge` asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, overload

from attrs import define, field

from truto_async._codec.structure_error import json_path
from truto_async._support import json
from truto_async.errors import InvalidArgumentError
from truto_async.pipeline._placeholders.casts import cast_value
from truto_async.pipeline._placeholders.javascript import (
    MAX_DEPTH,
    UNDEFINED,
    Method,
    UnrenderableError,
    as_number,
    in_text,
    is_array,
    is_object,
    keys_of,
    replace_first,
)
from truto_async.pipeline._placeholders.merging import deep_merge
from truto_async.pipeline._placeholders.paths import read
from truto_async.pipeline._placeholders.walking import walk
from truto_async.pipeline.placeholders import Placeholder, Template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.pipeline.placeholders import PlaceholderFault

__all__ = ["UNDEFINED", "PlaceholderError", "render"]

_MERGE: Final = "$truto_merge"
_END: Final = object()


class PlaceholderError(InvalidArgumentError):
    """A template cannot be rendered: Truto's own package throws there, too."""

    path: str
    """Where in the template it is, such as "$.query.since"; "$" for a text alone."""

    placeholder: Placeholder | None
    """The placeholder that is wrong, with its position in the text; None where none is, as in merging."""

    def __init__(self, problem: str, *, path: str, placeholder: Placeholder | None = None) -> None:
        """Describe the problem and its place."""
        super().__init__(f"{problem} @ {path}")
        self.path = path
        self.placeholder = placeholder


@overload
def render(template: str, context: Mapping[str, JSONValue]) -> JSONValue: ...
@overload
def render(template: list[JSONValue] | tuple[JSONValue, ...], context: Mapping[str, JSONValue]) -> list[JSONValue]: ...
@overload
def render(template: Mapping[str, JSONValue], context: Mapping[str, JSONValue]) -> JSONObject: ...


def render(template: JSONValue, context: Mapping[str, JSONValue]) -> JSONValue:
    """Return a template with its placeholders filled in, as Truto does it when a job runs.

    Args:
        template: a text, a list or an object. The keys of objects are not rendered.
        context: what placeholders read, such as `{"args": {...}}`.

    A text that is one placeholder gives a value of any type: `UNDEFINED` where it has none and says `undefined`; in an
    object, such a key is left out, and in a list, None stands there. Numbers are JavaScript's: an integer beyond 2**53 loses
    digits. Neither argument is changed, and the result shares no list or object with them.

    Raises PlaceholderError where Truto's package throws, and InvalidArgumentError for a template of another type.
    """
    if not is_object(context):
        raise InvalidArgumentError(f"the context must be an object, not {type(context).__name__}")
    return _Renderer(context).render(template)


@define
class _Renderer:
    """One call of `render`.

    What a placeholder inserts in an object is rendered once more, and the outcome written back into the context, where the
    placeholders that follow read it. So does Truto's package; here it happens in a copy of the context.
    """

    context: Mapping[str, JSONValue]
    is_copied: bool = False
    asks_to_merge: bool = False
    steps: list[str | int] = field(factory=list[str | int])

    def render(self, template: JSONValue) -> JSONValue:
        """Render a template of any type."""
        try:
            if isinstance(template, str):
                return _as_json(self._text(template))
            return _as_json(self._list(template) if is_array(template) else self._item(template))
        except UnrenderableError as error:
            raise PlaceholderError(f"{error.problem}; {error.advice}", path=json_path(self.steps)) from None

    def _list(self, template: Sequence[JSONValue]) -> list[JSONValue]:
        rendered: list[JSONValue] = []
        pending = [(rendered, iter(template))]
        while pending:
            level, items = pending[-1]
            self.steps[len(pending) - 1 :] = [len(level)]
            item = next(items, _END)
            if item is _END:
                pending.pop()
            elif is_array(item) and len(pending) > MAX_DEPTH:
                raise InvalidArgumentError("the template contains itself")
            elif is_array(item):
                inner: list[JSONValue] = []
                level.append(inner)
                pending.append((inner, iter(item)))
            else:
                level.append(self._item(item))
        return rendered

    def _item(self, item: JSONValue) -> JSONValue:
        if isinstance(item, str):
            return self._inserted(item)
        if is_object(item):
            return self._object(item)
        kind = type(item).__name__
        raise InvalidArgumentError(f"expected a text, a list or an object as template, got {kind} @ {json_path(self.steps)}")

    def _object(self, template: Mapping[str, JSONValue]) -> JSONValue:
        self.asks_to_merge = False
        rendered = walk(template, self._fill, self.steps)
        return walk(rendered, _merged, self.steps) if self.asks_to_merge else rendered

    def _fill(self, node: JSONValue) -> JSONValue:
        if is_object(node) and _MERGE in node:
            self.asks_to_merge = True
        return self._inserted(node) if isinstance(node, str) else node

    def _inserted(self, text: str) -> JSONValue:
        """Render a text in a list or object. An object that it inserts is part of the context, and may be changed later."""
        value = self._text(text)
        if self.is_copied or not (is_object(value) or is_array(value)):
            return value
        try:
            self.context = json.copy(self.context)
        except ValueError as error:
            raise InvalidArgumentError(f"the context is {error}") from None
        self.is_copied = True
        return self._text(text)

    def _text(self, text: str) -> JSONValue:
        if "{{" not in text:
            return text
        parts = Template.parse(text).parts
        if len(parts) == 1 and isinstance(parts[0], Placeholder):
            return self._value(parts[0], whole=True)
        for part in parts:
            if isinstance(part, Placeholder):
                text = replace_first(text, part.text, self._value(part, whole=False))
        return text

    def _value(self, placeholder: Placeholder, *, whole: bool) -> JSONValue:
        try:
            value = self._found(placeholder, whole=whole)
            return value if whole else in_text(value)
        except UnrenderableError as error:
            message = f"{placeholder.text}: {error.problem}; {error.advice}"
            raise PlaceholderError(message, path=json_path(self.steps), placeholder=placeholder) from None

    def _found(self, placeholder: Placeholder, *, whole: bool) -> JSONValue:
        for alternative in placeholder.alternatives:
            _refuse(alternative.path_fault)
            value = read(self.context, alternative.reads)
            if value is UNDEFINED or (isinstance(value, str) and not value and placeholder.skips_empty):
                continue
            if value is not None:
                _refuse(alternative.type_fault)
            return cast_value(value, alternative.type, whole=whole)
        if placeholder.default is not None:
            _refuse(placeholder.default_fault)
            return cast_value(placeholder.default, placeholder.default_type, whole=whole)
        if placeholder.allows_undefined:
            return UNDEFINED if whole else ""
        return None if placeholder.allows_null else placeholder.text


def _refuse(fault: PlaceholderFault | None) -> None:
    if fault is not None:
        raise UnrenderableError(fault.problem, fault.advice)


def _merged(node: JSONValue) -> JSONValue:
    """Return an object with what `$truto_merge` has merged over it, and anything else as it is."""
    if not is_object(node) or _MERGE not in node:
        return node
    merge = node[_MERGE]
    result: Mapping[str, JSONValue] = {key: value for key, value in node.items() if key != _MERGE}
    for source in merge if is_array(merge) else [merge]:
        if is_object(source):
            result = deep_merge(result, source)
    return result


def _as_json(value: JSONValue) -> JSONValue:
    """Copy a result as JavaScript writes it as JSON: without what is undefined, and with numbers that fit a double."""
    root: list[Any] = [UNDEFINED if isinstance(value, Method) else value]
    pending: list[tuple[Any, int]] = [(root, 0)]
    while pending:
        container, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise UnrenderableError("the result contains itself", "let no placeholder insert what it stands in")
        for key in keys_of(container):
            member = container[key]
            if is_object(member):
                container[key] = {name: item for name, item in member.items() if not _is_undefined(item)}
                pending.append((container[key], depth + 1))
            elif is_array(member):
                container[key] = [None if _is_undefined(item) else item for item in member]
                pending.append((container[key], depth + 1))
            elif isinstance(member, float) or (isinstance(member, int) and not -(2**53) <= member <= 2**53):
                container[key] = as_number(member)
    return root[0]


def _is_undefined(value: JSONValue) -> bool:
    return value is UNDEFINED or isinstance(value, Method)
