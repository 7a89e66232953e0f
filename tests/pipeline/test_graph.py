"""Graphs of sync jobs: edges, order, cycles."""

from __future__ import annotations

from typing import Any

import pytest

import truto_async.pipeline
import truto_sync.pipeline
from truto_async import InvalidArgumentError, SyncJob
from truto_async.pipeline import Edge, Graph, Reference


def job(*resources: dict[str, Any], runtime: int | None = 4) -> SyncJob:
    """Make a job of nodes."""
    return SyncJob.from_dict({"id": "job", "default_runtime_version": runtime, "resources": resources})


def chain(**depends_on: str | None) -> Graph:
    """Make a graph of spools, each with what it depends on."""
    return job(*({"name": name, "type": "spool", "depends_on": parent} for name, parent in depends_on.items())).graph


def test_edges() -> None:
    """They come from both fields; a destination is behind what it persists."""
    graph = job(
        {"name": "tickets", "type": "request", "resource": "ticketing/tickets"},
        {"name": "slim", "type": "transform", "depends_on": "tickets"},
        {"name": "app", "type": "destination", "resources_to_persist": ["slim", "tickets", "slim"]},
    ).graph

    assert (
        Edge("tickets", "slim", "depends_on"),
        Edge("slim", "app", "resources_to_persist"),
        Edge("tickets", "app", "resources_to_persist"),
    ) == graph.edges
    assert ("tickets",) == graph.roots
    assert (("tickets",), ("slim",), ("app",)) == graph.levels
    assert ("tickets", "slim") == graph.parents("app") == graph.upstream("app")
    assert ("slim", "app") == graph.children("tickets") == graph.downstream("tickets")
    assert "$.resources[2]" == graph.path("app")
    assert "Graph(<3 nodes>, <3 edges>)" == repr(graph)


@pytest.mark.parametrize("runtime", [1, 2, 3, None])
def test_flat_entries(runtime: int | None) -> None:
    """They refer to each other by resource or name, and to several at once."""
    graph = job(
        {"resource": "crm/contacts", "method": "list"},
        {"resource": "crm/notes", "method": "list", "depends_on": "crm/contacts"},
        {"resource": "crm/notes", "method": "get", "name": "one", "depends_on": ["crm/notes", "crm/contacts"]},
        runtime=runtime,
    ).graph

    assert graph.is_flat
    assert ["crm/contacts", "crm/notes", "one"] == [*graph.nodes]
    assert ("crm/contacts", "crm/notes") == graph.parents("one")
    assert () == graph.unknown


def test_typed_nodes_have_names_only() -> None:
    """Runtime 4 does not look for resources."""
    graph = job(
        {"name": "tickets", "type": "request", "resource": "ticketing/tickets"},
        {"name": "slim", "type": "transform", "depends_on": "ticketing/tickets"},
        {"name": "app", "type": "destination", "resources_to_persist": ["slim", "gone"]},
    ).graph

    assert not graph.is_flat
    assert (
        Reference("slim", "ticketing/tickets", "depends_on", "$.resources[1].depends_on"),
        Reference("app", "gone", "resources_to_persist", "$.resources[2].resources_to_persist[1]"),
    ) == graph.unknown


def test_keys() -> None:
    """Each node has its own, whatever is missing or equal; of equal names the first is meant."""
    nodes = [{"name": name, "type": "spool"} for name in ("a", "a", "a#1", None, "")]
    graph = job(*nodes, {"type": "spool", "name": "b", "depends_on": "a"}).graph

    assert ["a", "a#1", "a#1#2", "#3", "#4", "b"] == [*graph.nodes]
    assert ("a",) == graph.parents("b")


def test_unknown_keys() -> None:
    """They are refused."""
    with pytest.raises(InvalidArgumentError, match="no node is called 'x'; there are: a, b"):
        chain(a=None, b="a").upstream("x")
    with pytest.raises(InvalidArgumentError, match="there are: none"):
        Graph([]).path("x")


def test_cycles() -> None:
    """Each group has one; what is before a cycle keeps its order, what is on it and behind it comes last."""
    graph = chain(behind="b", a="c", b="a", c="b", start=None, loop="loop")

    assert (("a", "b", "c"), ("loop",)) == graph.cycles
    assert (("start",),) == graph.levels
    assert ("start", "behind", "a", "b", "c", "loop") == graph.order
    assert ("behind", "a", "b", "c") == graph.downstream("b")


def test_no_cycles() -> None:
    """A node that is reached in two ways is none."""
    graph = job(
        {"name": "a", "type": "spool"},
        {"name": "b", "type": "spool", "depends_on": "a"},
        {"name": "c", "type": "destination", "resources_to_persist": ["a", "b"]},
    ).graph

    assert () == graph.cycles


@pytest.mark.parametrize("closed", [False, True])
def test_a_long_chain(closed: bool) -> None:  # noqa: FBT001  # a case
    """Depth is no problem."""
    names = [f"n{number}" for number in range(5000)]
    graph = chain(**dict(zip(names, [names[-1] if closed else None, *names], strict=False)))

    assert tuple(names) == graph.order
    assert (tuple(names),) * closed == graph.cycles
    assert 5000 - 1 + closed == len(graph.upstream(names[-1]))


def test_both_packages() -> None:
    """They have the same names."""
    assert truto_sync.pipeline.Graph is truto_async.pipeline.Graph
    assert truto_async.pipeline.__all__ == truto_sync.pipeline.__all__  # type: ignore[attr-defined]  # made on first use
