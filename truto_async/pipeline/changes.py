"""What can be different between two sync jobs: fields, arguments, nodes."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

from truto_async._support.json import JSONObject, JSONValue
from truto_async.models.nodes import Node

__all__ = ["ArgumentDiff", "ChangeKind", "FieldChange", "NodeDiff"]

ChangeKind: TypeAlias = Literal["added", "removed", "changed"]
"""Whether only the new job has it, only the old one, or both, differently."""


@frozen
class FieldChange:
    """One field that is different."""

    path: str
    """Where it is in the job, argument or node that it belongs to, such as "$.query.limit"."""

    kind: ChangeKind
    """Whether it was added, removed or changed. Only this tells a field that is missing from one that is null."""

    old: JSONValue
    """The value before; None where it was added."""

    new: JSONValue
    """The value now; None where it was removed."""

    def to_dict(self) -> JSONObject:
        """Return the change as JSON; a side that does not have the field is left out."""
        sides = {"old": self.old, "new": self.new}
        missing = {"added": "old", "removed": "new"}.get(self.kind)
        return {"path": self.path, "kind": self.kind} | {name: value for name, value in sides.items() if name != missing}


@frozen
class ArgumentDiff:
    """One argument that is different."""

    name: str
    """Its name."""

    kind: ChangeKind
    """Whether it was added, removed or changed."""

    old: JSONValue
    """Its specification before, as JSON; None where it was added."""

    new: JSONValue
    """Its specification now, as JSON; None where it was removed."""

    changes: tuple[FieldChange, ...] = ()
    """What is different in an argument that both jobs have."""

    def to_dict(self) -> JSONObject:
        """Return it as JSON: the changes of an argument that both have, else its specification."""
        head: JSONObject = {"name": self.name, "kind": self.kind}
        if self.kind == "changed":
            return head | {"changes": [change.to_dict() for change in self.changes]}
        return head | ({"new": self.new} if self.kind == "added" else {"old": self.old})


@frozen
class NodeDiff:
    """One node that is different: added, removed, or any of renamed, moved and changed at once."""

    old: Node | None
    """The node before; None where it was added."""

    new: Node | None
    """The node now; None where it was removed."""

    old_index: int | None
    """Its place in `resources` before; None where it was added."""

    new_index: int | None
    """Its place in `resources` now; None where it was removed."""

    is_moved: bool = False
    """Whether it stands elsewhere among the nodes that both jobs have. As few nodes as possible are said to have moved."""

    changes: tuple[FieldChange, ...] = ()
    """What is different in a node that both jobs have, its name aside. What refers to a renamed node by its new name is
    not different."""

    @property
    def kind(self) -> ChangeKind:
        """Whether it was added, removed or changed; renamed and moved nodes are changed."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    @property
    def key(self) -> str:
        """The node's name now, or before where it was removed; without a name its resource, else its place, as in `#3`."""
        return _key(self.new, self.new_index) or _key(self.old, self.old_index) or ""

    @property
    def old_key(self) -> str | None:
        """The same of the node before; None where it was added."""
        return _key(self.old, self.old_index)

    @property
    def is_renamed(self) -> bool:
        """Whether it has another name, or another resource in place of a name."""
        old, new = self.old, self.new
        return old is not None and new is not None and _name(old) != _name(new)

    def to_dict(self) -> JSONObject:
        """Return it as JSON: the changes of a node that both have, else the node."""
        head: JSONObject = {"key": self.key, "kind": self.kind}
        if self.old is None and self.new is not None:
            return head | {"new_index": self.new_index, "new": self.new.to_dict()}
        if self.old is not None and self.new is None:
            return head | {"old_index": self.old_index, "old": self.old.to_dict()}
        return head | {
            "old_key": self.old_key,
            "old_index": self.old_index,
            "new_index": self.new_index,
            "is_renamed": self.is_renamed,
            "is_moved": self.is_moved,
            "changes": [change.to_dict() for change in self.changes],
        }


def _name(node: Node) -> str | None:
    return node.name or getattr(node, "resource", None)


def _key(node: Node | None, index: int | None) -> str | None:
    return None if node is None else _name(node) or f"#{index}"
