"""What a parsed JSONata expression reads and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Analysis", "Path"]

Path: TypeAlias = tuple[str, ...]
"""The steps to a value from the root of what an expression reads; the empty path is all of it."""

_Node: TypeAlias = Any
"""A node of the parser's tree; the package that makes it has no types."""

# The parts that are evaluated in the context of their node.
_PARTS = {
    "binary": ("lhs", "rhs"),
    "bind": ("rhs",),
    "condition": ("condition", "then", "_else"),
    "lambda": ("body",),
    "unary": ("expression",),
}

# A function may take the context for an argument that is left out. It does with fewer arguments than these, or than one.
_ARGUMENTS = {"each": 2, "lookup": 2, "sift": 2, "millis": 0, "now": 0, "random": 0, "uuid": 0}


class Analysis:
    """What an expression reads, calls and defines.

    Paths follow the context: in `args.{"a": b}` it is `args.b` that is read. What becomes of a value that is passed on whole
    is not followed; so a path stands for all that is below it, too.
    """

    def __init__(self, root: _Node) -> None:
        """Walk over the tree, without recursion."""
        self.reads: dict[Path, None] = {}
        """The paths that are read, in their order."""
        self.variables: dict[str, None] = {}
        """The variables that are read, functions included."""
        self.called: dict[str, None] = {}
        """The functions that are called."""
        self.defined: set[str] = set()
        """The variables that are defined anywhere in it."""
        self._pending: list[tuple[_Node, Path | None]] = [(root, ())]
        while self._pending:
            node, context = self._pending.pop()
            todo = len(self._pending)
            self._visit(node, context)
            self._pending[todo:] = reversed(self._pending[todo:])  # what comes first in the text comes first

    def _visit(self, node: _Node, context: Path | None) -> None:
        """Note what a node reads, and put off the nodes below it, each with its context; None where that is not known."""
        value: Path | None = None
        match node.type:
            case "path":
                value = self._walk_steps(node.steps, context)
                self._read(value)
            case "variable":
                value = self._variable(node.value, context)
                self._read(value)
            case "wildcard" | "descendant":
                self._read(context)
            case "parent":
                self._read(_above(context))
            case "function" | "partial":
                self._call(node, context, len(node.arguments))
            case "apply":
                self._put_off([node.lhs], context)
                self._apply(node.rhs, context)
            case "transform":
                self._put_off([node.pattern, node.update, node.delete], None)
            case _:
                self._put_off(_parts(node), context)
        self._define(*_defined_by(node))
        self._filter(node, value)
        if node.group is not None:
            self._put_off(_flat(node.group.lhs_object), value)

    def _walk_steps(self, steps: Iterable[_Node], context: Path | None) -> Path | None:
        """Return the path that steps lead to, None where that is not known."""
        place = context
        for step in steps:
            before = place
            match step.type:
                case "name":
                    place = None if place is None else (*place, step.value)
                case "variable":
                    place = self._variable(step.value, place)
                case "parent":
                    place = _above(place)
                case "sort":
                    self._put_off([term.expression for term in step.terms], place)
                case _:
                    self._pending.append((step, place))
                    place = None
            if step.type in ("name", "variable", "parent", "sort"):
                self._filter(step, place)
            self._define(step.focus, step.index)
            if step.focus is not None:  # the next step starts where this one did
                self._read(place)
                place = before
        return place

    def _filter(self, node: _Node, value: Path | None) -> None:
        """Walk over the predicates of a node."""
        stages: list[_Node] = [*(node.predicate or ()), *(node.stages or ())]
        for stage in stages:
            if stage.type == "index":
                self._define(stage.value)
            else:
                self._put_off([stage.expr], value)

    def _call(self, node: _Node, context: Path | None, arguments: int) -> None:
        """Note a call; as a step of a path, it may take what is before it."""
        if node.procedure.type == "variable":
            name = node.procedure.value
            self.variables[name] = self.called[name] = None
            if name == "eval":
                self._read(())
            elif context or arguments < _ARGUMENTS.get(name, 1):
                self._read(context)
        else:
            self._put_off([node.procedure], context)
        self._put_off(node.arguments, context)

    def _apply(self, function: _Node, context: Path | None) -> None:
        """Note the right side of `~>`, which gets the left one as its first argument."""
        if function.type == "function":
            self._call(function, context, len(function.arguments) + 1)
        elif function.type == "variable":
            self.called[function.value] = None
            self._put_off([function], context)
        else:
            self._put_off([function], context)

    def _variable(self, name: str, context: Path | None) -> Path | None:
        if name == "$":
            return ()
        if name:
            self.variables[name] = None
            return None
        return context

    def _define(self, *names: str | None) -> None:
        self.defined.update(name for name in names if name is not None)

    def _read(self, path: Path | None) -> None:
        if path is not None:
            self.reads[path] = None

    def _put_off(self, nodes: Iterable[_Node | None], context: Path | None) -> None:
        self._pending += [(node, context) for node in nodes if node is not None]


def _above(path: Path | None) -> Path | None:
    return None if path is None else path[:-1]


def _parts(node: _Node) -> list[_Node]:
    """List the nodes right below a node of no special kind; a literal has none."""
    return [
        *(getattr(node, part) for part in _PARTS.get(node.type, ())),
        *(node.expressions or ()),
        *_flat(node.lhs_object or ()),
    ]


def _defined_by(node: _Node) -> list[str]:
    match node.type:
        case "lambda":
            return [argument.value for argument in node.arguments]
        case "bind":
            return [node.lhs.value]
        case _:
            return []


def _flat(pairs: Iterable[Iterable[_Node]]) -> list[_Node]:
    return [part for pair in pairs for part in pair]
