"""Change what a YAML text says, and leave the rest of it as it is: comments, order, styles, blank lines.

The text is cut into pieces: one for each key of the document, and one for each item of `resources`. A piece that says what
it should is kept to the letter, wherever it goes, with the comments right above it. One that does not is changed with
ruamel.yaml, which keeps the comments inside. Where a text cannot be cut so, such as one with aliases, all of it goes through
ruamel.yaml. What comes out is read again, so that no file is written that says anything else.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from truto_async._support.json import as_array, as_object
from truto_async.pipeline._difference.content import canonical
from truto_async.pipeline._difference.matching import match_nodes
from truto_sync._files.errors import BadFileError
from truto_sync._files.yaml_pieces import Piece, cut_items, cut_keys, indented, outdented, without_blank_end
from truto_sync._files.yaml_text import Indent, dump, from_json, is_mapping, is_sequence, load, text_node, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from truto_async._support.json import JSONObject, JSONValue

__all__ = ["edited"]

_NODES = "resources"
_MOST_LOOKED_AT = 1000


def edited(text: str, value: JSONObject) -> str:
    """Return a text changed so that it says something else.

    Args:
        text: YAML, of a mapping.
        value: what it is to say, with the keys in the order that they are to have.
    """
    for attempt in (_edited_in_pieces, _edited_as_a_whole):
        new = attempt(text, value)
        if new is not None and _says(new, value):
            return new
    return dump(from_json(value))


def _says(text: str, value: JSONObject) -> bool:
    try:
        return canonical(to_json(load(text))) == canonical(value)
    except BadFileError:
        return False


def _edited_as_a_whole(text: str, value: JSONObject) -> str | None:
    document = load(text)
    indent = _indent_of(document)
    return dump(_changed(document, value), indent)


def _edited_in_pieces(text: str, value: JSONObject) -> str | None:
    lines = text.removesuffix("\n").split("\n")
    document = load(text)
    before = as_object(to_json(document))
    cut = cut_keys(lines, document)
    if cut is None:
        return None
    pieces = dict(zip(before, cut.pieces, strict=True))
    indent = _indent_of(document)
    new = [*cut.head]
    try:
        for key, item in value.items():
            piece = pieces.get(key)
            if piece is not None and key == _NODES and before[key] and item:
                new += [*piece.above, *_edited_nodes(lines, piece, document[key], as_array(item), indent)]
            else:
                new += _edited_piece(piece, before.get(key), {key: item}, indent)
    except BadFileError:  # a piece alone says nothing where it has aliases
        return None
    return "\n".join([*new, *cut.foot]) + "\n"


def _edited_piece(piece: Piece | None, before: JSONValue, value: JSONObject, indent: Indent) -> Sequence[str]:
    """Return the lines of a key and its value, the comments above it included."""
    if piece is None:
        return dump(from_json(value), indent).removesuffix("\n").split("\n")
    if canonical(before) == canonical(*value.values()):
        return [*piece.above, *piece.own]
    own, blank = without_blank_end(piece.own)
    changed = dump(_changed(load("\n".join(own)), value), indent)
    return [*piece.above, *changed.removesuffix("\n").split("\n"), *blank]


def _edited_nodes(
    lines: Sequence[str], piece: Piece, nodes: Any, value: Sequence[JSONObject], indent: Indent
) -> Iterator[str]:
    """Write the lines of the nodes: those that stay as they are, others changed or new."""
    cut = cut_items(lines, piece, nodes)
    if cut is None:
        raise BadFileError("the nodes cannot be told apart")
    before = as_array(to_json(nodes))
    places = {new: old for old, new in match_nodes(before, value).items()}
    yield from cut.head
    for index, node in enumerate(value):
        old = places.get(index)
        if old is None:
            yield from indented(dump(from_json(node), indent), nodes.lc.col, nodes.lc.data[0][1])
            continue
        above, own = cut.pieces[old].above, cut.pieces[old].own
        yield from above
        if canonical(before[old]) == canonical(node):
            yield from own
        else:
            column = nodes.lc.data[old][1]
            own, blank = without_blank_end(own)
            yield from indented(dump(_changed(load(outdented(own, column)), node), indent), nodes.lc.col, column)
            yield from blank


def _changed(old: Any, new: JSONValue) -> Any:
    """Return a document changed so that it says something else. What has an anchor may be meant elsewhere, and stays."""
    is_shared = getattr(getattr(old, "anchor", None), "value", None) is not None or bool(getattr(old, "merge", None))
    if is_mapping(old) and is_mapping(new) and old and new and not is_shared:
        return _changed_mapping(old, as_object(new))
    if is_sequence(old) and is_sequence(new) and old and new and not is_shared:
        return _changed_sequence(old, as_array(new))
    if canonical(to_json(old)) == canonical(new):
        return old
    is_quoted = isinstance(new, str) and "Quoted" in type(old).__name__ and "\n" not in new and new.isprintable()
    return type(old)(new) if is_quoted else from_json(new)


def _changed_mapping(old: Any, new: JSONObject) -> Any:
    for key in [key for key in old if key not in new]:
        del old[key]
    for index, (key, item) in enumerate(new.items()):
        if key in old:
            old[key] = _changed(old[key], item)
        else:
            old.insert(index, text_node(key), from_json(item))
    return old


def _changed_sequence(old: Any, new: Sequence[JSONValue]) -> Any:
    del old[len(new) :]
    for index, item in enumerate(new):
        if index < len(old):
            old[index] = _changed(old[index], item)
        else:
            old.append(from_json(item))
    return old


def _indent_of(document: Any) -> Indent:
    """Return how a document is indented: as the first mapping in a mapping and the first sequence in one are."""
    columns: dict[str, int] = {}
    for parent, child in islice(_children(document), _MOST_LOOKED_AT):
        if child.fa.flow_style() or not child:
            continue
        if is_mapping(child):
            columns.setdefault("mapping", child.lc.col - parent.lc.col)
        else:
            columns.setdefault("dash", child.lc.col - parent.lc.col)
            columns.setdefault("sequence", child.lc.data[0][1] - parent.lc.col)
    return Indent(**columns)


def _children(document: Any) -> Iterator[tuple[Any, Any]]:
    """List the mappings and sequences that are values of mappings, with these, wherever they are."""
    pending = [document]
    while pending:
        parent = pending.pop()
        children = parent.values() if is_mapping(parent) else parent
        containers = [child for child in children if is_mapping(child) or is_sequence(child)]
        yield from ((parent, child) for child in containers if is_mapping(parent))
        pending += reversed(containers)
