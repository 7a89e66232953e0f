"""The graph of a sync job: which node gets the records of which."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import frozen

from truto_async.errors import InvalidArgumentError
from truto_async.models.nodes import DestinationNode, RequestNode
from truto_async.pipeline._cycles import find_cycles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from truto_async.models.nodes import Node

__all__ = ["Edge", "EdgeKind", "Graph", "Reference"]

EdgeKind: TypeAlias = Literal["depends_on", "resources_to_persist"]
"""The field that makes an edge."""


@frozen
class Edge:
    """One node gets the records of another."""

    source: str
    """The key of the node that the records come from."""

    target: str
    """The key of the node that gets them."""

    kind: EdgeKind
    """The field of the target that says so."""


@frozen
class Reference:
    """A name in `depends_on` or `resources_to_persist`."""

    node: str
    """The key of the node that has it."""

    name: str
    """The name."""

    kind: EdgeKind
    """The field that it stands in."""

    path: str
    """Where it stands, such as "$.resources[3].depends_on"."""


class Graph:
    """The nodes of a sync job, and who gets records from whom. Users get it from `job.graph`.

    Nodes are addressed by their key: the name; the resource where an entry has no name; `#3` where the fourth has neither. A
    key that is taken gets the place in the list appended, as in `tickets#3`.

    Edges come from `depends_on` and, of destinations, `resources_to_persist`. Both name other nodes; the flat entries of
    runtimes 1 to 3 also name them by their `resource`. Of equal names the first counts.
    """

    def __init__(self, nodes: Iterable[Node], *, runtime: int | None = None, label: str | None = None) -> None:
        """Read the edges.

        Args:
            nodes: the nodes, in their order.
            runtime: the runtime that runs them; None to tell flat entries from typed nodes by their `type`.
            label: what the graph is called in pictures.
        """
        nodes = list(nodes)
        self.label: str | None = label
        """What the graph is called in pictures: the job's label."""
        self.is_flat: bool = runtime < 4 if runtime is not None else any(map(_is_flat_entry, nodes))
        """True where nodes may be named by their resource, as in runtimes 1 to 3."""
        self.nodes: Mapping[str, Node] = _keyed(nodes)
        """The nodes by key, in their order."""
        places = _places(self.nodes, by_resource=self.is_flat)
        references = list(_references(self.nodes))
        self.unknown: tuple[Reference, ...] = tuple(ref for ref in references if ref.name not in places)
        """The references that name no node."""
        known = [Edge(places[ref.name], ref.node, ref.kind) for ref in references if ref.name in places]
        self.edges: tuple[Edge, ...] = tuple(dict.fromkeys(known))
        """Who gets records from whom, in the order of those who get them."""
        self._parents: dict[str, list[str]] = {key: [] for key in self.nodes}
        self._children: dict[str, list[str]] = {key: [] for key in self.nodes}
        for source, target in dict.fromkeys((edge.source, edge.target) for edge in self.edges):
            self._parents[target].append(source)
            self._children[source].append(target)

    def __repr__(self) -> str:
        """Show the sizes."""
        return f"{type(self).__name__}(<{len(self.nodes)} nodes>, <{len(self.edges)} edges>)"

    @property
    def roots(self) -> tuple[str, ...]:
        """The nodes that get records from no other."""
        return tuple(key for key, parents in self._parents.items() if not parents)

    @cached_property
    def levels(self) -> tuple[tuple[str, ...], ...]:
        """The nodes by their distance from the roots, each after all that it depends on.

        Nodes on a cycle, and those behind one, are in none.
        """
        sorter = TopologicalSorter(self._parents)
        with suppress(CycleError):  # the nodes before the cycles come all the same
            sorter.prepare()
        levels: list[tuple[str, ...]] = []
        while ready := set(sorter.get_ready()):
            levels.append(self._in_order(ready))
            sorter.done(*ready)
        return tuple(levels)

    @property
    def order(self) -> tuple[str, ...]:
        """The nodes, each after all that it depends on; nodes on a cycle and behind one come last."""
        sorted_ = [key for level in self.levels for key in level]
        return tuple(dict.fromkeys([*sorted_, *self.nodes]))

    @cached_property
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """The cycles: of each group of nodes that depend on each other, a shortest way around through its first node.

        A node that depends on itself is a cycle of one.
        """
        left = self._in_order(set(self.nodes).difference(*self.levels))
        return tuple(find_cycles(left, self._parents, self._children))

    def parents(self, key: str) -> tuple[str, ...]:
        """Return the nodes that a node gets records from. Raises InvalidArgumentError for an unknown key."""
        return self._in_order(self._links(self._parents, key))

    def children(self, key: str) -> tuple[str, ...]:
        """Return the nodes that get the records of a node. Raises InvalidArgumentError for an unknown key."""
        return self._in_order(self._links(self._children, key))

    def upstream(self, key: str) -> tuple[str, ...]:
        """Return all nodes that a node depends on, however far away. Raises InvalidArgumentError for an unknown key."""
        return self._in_order(self._reachable(self._parents, key))

    def downstream(self, key: str) -> tuple[str, ...]:
        """Return all nodes that depend on a node, however far away. Raises InvalidArgumentError for an unknown key."""
        return self._in_order(self._reachable(self._children, key))

    def path(self, key: str) -> str:
        """Return where a node stands, such as "$.resources[3]". Raises InvalidArgumentError for an unknown key."""
        self._links(self._parents, key)
        return f"$.resources[{self._index[key]}]"

    def to_text(self) -> str:
        """Return a tree for terminals: each node below the ones that it gets its records from."""
        from truto_async.pipeline._pictures.tree import to_text  # noqa: PLC0415  # each picture is loaded when it is asked for

        return to_text(self)

    def to_mermaid(self) -> str:
        """Return a flowchart in Mermaid, which GitHub, GitLab, Notion and JupyterLab draw.

        By default, Mermaid refuses charts of more than 500 edges or 50,000 characters.
        """
        from truto_async.pipeline._pictures.mermaid import to_mermaid  # noqa: PLC0415  # the same

        return to_mermaid(self)

    def to_dot(self) -> str:
        """Return a directed graph in DOT, the language of Graphviz."""
        from truto_async.pipeline._pictures.dot import to_dot  # noqa: PLC0415  # the same

        return to_dot(self)

    def to_svg(self) -> str:
        """Return the drawing as an SVG picture."""
        from truto_async.pipeline._pictures.svg import to_svg  # noqa: PLC0415  # the same

        return to_svg(self)

    def to_html(self) -> str:
        """Return a web page with a drawing; a click on a node shows its details.

        The page needs no network and no other file. Names, labels and values of the job are escaped.
        """
        from truto_async.pipeline._pictures.page import to_html  # noqa: PLC0415  # the same

        return to_html(self)

    def to_networkx(self) -> Any:  # a `DiGraph[str]`: the types of networkx are not whole enough for a public signature
        """Return a `networkx.DiGraph`, with what the extra `networkx` installs.

        Its nodes are the keys, with the attributes `node` and `type`; its edges have `kind`, which is "depends_on" where a
        node is named in both fields. Raises ModuleNotFoundError where networkx is not installed.
        """
        from truto_async.pipeline._pictures.networkx import to_networkx  # noqa: PLC0415  # the same

        return to_networkx(self)

    def _repr_html_(self) -> str:
        """Show a drawing in Jupyter."""
        from truto_async.pipeline._pictures.notebook import graph_html  # noqa: PLC0415  # the same

        return graph_html(self)

    def _repr_markdown_(self) -> str:
        """Show a Mermaid chart in tools that know Markdown only."""
        from truto_async.pipeline._pictures.notebook import graph_markdown  # noqa: PLC0415  # the same

        return graph_markdown(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # IPython's protocol
        """Show the tree in IPython."""
        printer.text(repr(self) if cycle else self.to_text())

    @cached_property
    def _index(self) -> dict[str, int]:
        return {key: index for index, key in enumerate(self.nodes)}

    def _in_order(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(keys, key=self._index.__getitem__))

    def _links(self, links: Mapping[str, Sequence[str]], key: str) -> Sequence[str]:
        if key not in links:
            raise InvalidArgumentError(f"no node is called {key!r}; there are: {', '.join(self.nodes) or 'none'}")
        return links[key]

    def _reachable(self, links: Mapping[str, Sequence[str]], key: str) -> set[str]:
        """Return the nodes at the other end of links, and of theirs; the node itself only if it is on a cycle."""
        found: set[str] = set()
        pending = [*self._links(links, key)]
        while pending:
            found.add(new := pending.pop())
            pending += [other for other in links[new] if other not in found]
        return found


def _is_flat_entry(node: Node) -> bool:
    return isinstance(node, RequestNode) and node.type is None


def _keyed(nodes: Sequence[Node]) -> dict[str, Node]:
    keyed: dict[str, Node] = {}
    for index, node in enumerate(nodes):
        key = node.name or getattr(node, "resource", None) or f"#{index}"
        while key in keyed:
            key = f"{key}#{index}"
        keyed[key] = node
    return keyed


def _places(nodes: Mapping[str, Node], *, by_resource: bool) -> dict[str, str]:
    """Map names to keys, and resources where nodes may be named so; names win, then the first."""
    names: dict[str, str] = {}
    resources: dict[str, str] = {}
    for key, node in nodes.items():
        if node.name:
            names.setdefault(node.name, key)
        if by_resource and isinstance(node, RequestNode) and node.resource:
            resources.setdefault(node.resource, key)
    return resources | names


def _references(nodes: Mapping[str, Node]) -> Iterator[Reference]:
    for index, (key, node) in enumerate(nodes.items()):
        place = f"$.resources[{index}]"
        if isinstance(node.depends_on, str):
            yield Reference(key, node.depends_on, "depends_on", f"{place}.depends_on")
        for number, name in enumerate(node.depends_on or ()) if not isinstance(node.depends_on, str) else ():
            yield Reference(key, name, "depends_on", f"{place}.depends_on[{number}]")
        if isinstance(node, DestinationNode):
            for number, name in enumerate(node.resources_to_persist or ()):
                yield Reference(key, name, "resources_to_persist", f"{place}.resources_to_persist[{number}]")
