"""How two sync jobs differ: their nodes, their arguments, and their own fields."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from truto_async._support.json import as_object
from truto_async.errors import InvalidArgumentError
from truto_async.models.sync_job import SyncJob
from truto_async.pipeline._difference import text
from truto_async.pipeline._difference.comparing import compare, compare_objects
from truto_async.pipeline._difference.content import content_of
from truto_async.pipeline._difference.matching import match_nodes, moved_nodes
from truto_async.pipeline._difference.renames import REFERENCES, name_of
from truto_async.pipeline.changes import ArgumentDiff, FieldChange, NodeDiff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from truto_async._support.json import JSONObject
    from truto_async.models.args import ArgsSchema
    from truto_async.models.nodes import Node

__all__ = ["JobDiff", "diff"]

# How expressions read what a node gave, such as "resources.slim.total".
_READ = re.compile(r"(\bresources\.`?)([\w-]+)(`?)")


@frozen(repr=False)
class JobDiff:
    """How one sync job differs from another. It is true where there is a difference.

    Shown as Markdown in a notebook.
    """

    fields: tuple[FieldChange, ...] = ()
    """The job's own fields."""

    arguments: tuple[ArgumentDiff, ...] = ()
    """The arguments that the job takes."""

    nodes: tuple[NodeDiff, ...] = ()
    """The nodes, in the order of the new job; removed ones come after what they stood behind."""

    def __bool__(self) -> bool:
        """Return whether there is any difference."""
        return bool(self.fields or self.arguments or self.nodes)

    def __repr__(self) -> str:
        """Show how many there are."""
        sizes = f"<{len(self.fields)} fields>, <{len(self.arguments)} arguments>, <{len(self.nodes)} nodes>"
        return f"{type(self).__name__}({sizes})"

    def to_dict(self) -> JSONObject:
        """Return the differences as JSON, with the values of both sides in full."""
        return {
            "fields": [change.to_dict() for change in self.fields],
            "arguments": [argument.to_dict() for argument in self.arguments],
            "nodes": [node.to_dict() for node in self.nodes],
        }

    def to_text(self) -> str:
        """Return the differences as lines for people; nothing where there is none.

        A line begins with "+", "-" or "~" for what was added, removed or changed. A text of several lines is shown as a
        unified diff. Very long lines are abbreviated.
        """
        return text.to_text(self.fields, self.arguments, self.nodes)

    def to_markdown(self) -> str:
        """Return the same as Markdown, for a notebook or the comments of a pull request."""
        return text.to_markdown(self.fields, self.arguments, self.nodes)

    def _repr_markdown_(self) -> str:
        """Show the differences in Jupyter."""
        return self.to_markdown()


def diff(old: SyncJob, new: SyncJob) -> JobDiff:
    """Return how a sync job differs from another, or from what it was.

    The order of keys, times, ids, and what else the server sets make no difference, nor does a field that is null in place
    of missing. The order of nodes has a meaning: those that were moved are told. A node is found again under another name
    where its content is the same, or nearly so; what refers to it by its new name is then no difference.

    Raises InvalidArgumentError for something that is no SyncJob, or is nested too deeply.
    """
    for job in (old, new):
        _check(job)
    try:
        return JobDiff(
            fields=tuple(compare_objects(_own_fields(old), _own_fields(new))),
            arguments=tuple(_arguments(_specs(old.args_schema), _specs(new.args_schema))),
            nodes=tuple(_nodes(old.resources or [], new.resources or [])),
        )
    except RecursionError:
        raise InvalidArgumentError("a value of the jobs is nested too deeply to be compared") from None


def _check(job: object) -> None:
    if not isinstance(job, SyncJob):
        raise InvalidArgumentError(f"diff compares two SyncJobs, not {type(job).__name__}; see SyncJob.from_dict")


def _own_fields(job: SyncJob) -> JSONObject:
    """Return the content of a job without its arguments and nodes; of a JSON Schema what else it says."""
    fields = {name: value for name, value in content_of(job).items() if name not in ("args_schema", "resources")}
    if job.args_schema is not None and job.args_schema.is_json_schema:
        schema = job.args_schema.to_dict()
        fields["args_schema"] = {name: value for name, value in schema.items() if name != "properties"}
    return fields


def _specs(schema: ArgsSchema | None) -> JSONObject:
    document: JSONObject = {} if schema is None else schema.to_dict()
    return as_object(document.get("properties")) if schema is not None and schema.is_json_schema else document


def _arguments(old: JSONObject, new: JSONObject) -> Iterator[ArgumentDiff]:
    for name in {**new, **old}:
        if name not in old:
            yield ArgumentDiff(name, "added", None, new[name])
        elif name not in new:
            yield ArgumentDiff(name, "removed", old[name], None)
        elif changes := tuple(compare(old[name], new[name])):
            yield ArgumentDiff(name, "changed", old[name], new[name], changes)


def _nodes(old: Sequence[Node], new: Sequence[Node]) -> list[NodeDiff]:
    before, after = [node.to_dict() for node in old], [node.to_dict() for node in new]
    pairs = match_nodes(before, after)
    moved = moved_nodes(pairs)
    names = _new_names(before, after, pairs)
    found: list[tuple[tuple[int, int], NodeDiff]] = []
    behind = -1  # the new place of the last node that stays
    for place, node in enumerate(old):
        other = pairs.get(place)
        if other is None:
            found.append(((behind, place), NodeDiff(node, None, place, None)))
            continue
        changes = tuple(_changes(before[place], after[other], names))
        entry = NodeDiff(node, new[other], place, other, place in moved, changes)
        if changes or entry.is_moved or entry.is_renamed:
            found.append(((other, -1), entry))
        behind = behind if entry.is_moved else other
    kept = set(pairs.values())
    found += [((other, -1), NodeDiff(None, node, None, other)) for other, node in enumerate(new) if other not in kept]
    return [entry for _, entry in sorted(found, key=lambda item: item[0])]


def _new_names(before: Sequence[JSONObject], after: Sequence[JSONObject], pairs: Mapping[int, int]) -> dict[str, str]:
    """Return the new names of nodes by their old ones. Of equal names the first is meant."""
    names: dict[str, str] = {}
    for place, other in pairs.items():
        old, new = name_of(before[place]), name_of(after[other])
        if old is not None and new is not None:
            names.setdefault(old, new)
    return {old: new for old, new in names.items() if old != new}


def _changes(old: JSONObject, new: JSONObject, names: Mapping[str, str]) -> Iterator[FieldChange]:
    """Compare a node's fields, new names of its own and of nodes that it refers to aside."""
    apart = REFERENCES if name_of(old) == name_of(new) else ("name", *REFERENCES)
    others = [{key: value for key, value in node.items() if key not in apart} for node in (old, new)]
    yield from compare_objects(others[0], others[1], translate=lambda text: _READ.sub(partial(_renamed, names), text))
    references = [{key: node[key] for key in REFERENCES if key in node} for node in (old, new)]
    yield from compare_objects(references[0], references[1], translate=lambda name: names.get(name, name))


def _renamed(names: Mapping[str, str], read: re.Match[str]) -> str:
    before, name, after = read.groups()
    return f"{before}{names.get(name, name)}{after}"
