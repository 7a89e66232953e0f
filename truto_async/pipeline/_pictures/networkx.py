"""The graph of a sync job for networkx, an optional library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.pipeline._pictures.text import type_of

if TYPE_CHECKING:
    from networkx import DiGraph

    from truto_async.pipeline.graph import EdgeKind, Graph

__all__ = ["to_networkx"]


def to_networkx(graph: Graph) -> DiGraph[str]:
    """Make a directed graph; raises ModuleNotFoundError where networkx is not installed."""
    try:
        from networkx import DiGraph  # noqa: PLC0415  # optional
    except ModuleNotFoundError:
        raise ModuleNotFoundError("to_networkx() needs networkx: pip install 'truto-async[networkx]'") from None
    made: DiGraph[str] = DiGraph(label=graph.label)
    made.add_nodes_from((key, {"node": node, "type": type_of(node)}) for key, node in graph.nodes.items())
    kinds: dict[tuple[str, str], EdgeKind] = {}
    for edge in graph.edges:
        kinds.setdefault((edge.source, edge.target), edge.kind)
    made.add_edges_from((source, target, {"kind": kind}) for (source, target), kind in kinds.items())
    return made
