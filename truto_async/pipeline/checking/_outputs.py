"""Where expressions find what nodes have made."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from truto_async.models.nodes import RequestNode, UnknownNode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from truto_async.models.nodes import Node

__all__ = ["Outputs", "resource_of"]


class Outputs:
    """What is below `resources` when a job runs (truto-skills: sync jobs).

    The records of a request are at its resource: `resources.ticketing.tickets`; what other nodes make is at their name. Flat
    entries are found by either.
    """

    def __init__(self, nodes: Iterable[Node], *, is_flat: bool) -> None:
        """Collect where the nodes put what they make."""
        self.names: set[str] = set()
        """The names of nodes."""
        self.requests: dict[str, str] = {}
        """The names of requests that are found by their resource only, with it."""
        self.models: dict[str, set[str]] = defaultdict(set)
        """The resources that are called, by their unified model."""
        self.is_open = False
        """True where a resource has a placeholder, or the type of a node is unknown, so that more may come."""
        for node in nodes:
            self.is_open |= isinstance(node, UnknownNode)
            resource = resource_of(node)
            if resource is not None:
                self.is_open |= "{{" in resource
                model, *rest = resource.split("/")
                self.models[model].update(rest[:1])
                if not rest:
                    self.names.add(model)
            if node.name and isinstance(node, RequestNode) and not is_flat:
                self.requests.setdefault(node.name, resource or "")
            elif node.name:
                self.names.add(node.name)

    @property
    def roots(self) -> AbstractSet[str]:
        """What can come after `resources`."""
        return self.names | self.models.keys()

    def unknown_step(self, steps: tuple[str, ...]) -> tuple[int, AbstractSet[str]] | None:
        """Return the place of the first step of a path that leads nowhere, and what could stand there."""
        if self.is_open or len(steps) < 2:
            return None
        name = steps[1]
        if name in self.names:
            return None
        if name not in self.models:
            return None if name in self.requests else (1, self.roots)
        if len(steps) > 2 and steps[2] not in self.models[name]:
            return 2, self.models[name]
        return None


def resource_of(node: Node) -> str | None:
    """Return the resource that a node calls; None where it calls none."""
    return (node.resource or None) if isinstance(node, RequestNode) else None
