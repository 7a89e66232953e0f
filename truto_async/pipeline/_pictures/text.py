"""Short texts about nodes, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async.models.configs import EventConfig, ExpressionConfig, StateConfig
from truto_async.models.nodes import (
    AddContextNode,
    DeleteStateNode,
    DestinationNode,
    EventNode,
    GetStateNode,
    RequestNode,
    TransformNode,
    UpdateStateNode,
)

if TYPE_CHECKING:
    from truto_async.models.nodes import Node

__all__ = ["detail", "plain", "type_of"]

_LONGEST_DETAIL = 60


def plain(text: str) -> str:
    """Replace control characters, which could do harm on a terminal, and what UTF-8 cannot hold."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def type_of(node: Node) -> str:
    """Return the type of a node, or of the node that a flat entry is."""
    return node.type or "request"


def detail(node: Node) -> str:
    """Return what a node works on, on one line, such as "list ticketing/tickets"; often nothing."""
    text = " ".join((_detail(node) or "").split())
    return text if len(text) <= _LONGEST_DETAIL else text[:_LONGEST_DETAIL] + "..."


def _detail(node: Node) -> str | None:
    match node:
        case RequestNode():
            return " ".join(filter(None, (node.method, node.resource)))
        case (
            TransformNode(config=ExpressionConfig(expression=text))
            | AddContextNode(config=ExpressionConfig(expression=text))
        ):
            return text
        case (
            GetStateNode(config=StateConfig(key=text))
            | UpdateStateNode(config=StateConfig(key=text))
            | DeleteStateNode(config=StateConfig(key=text))
        ):
            return text
        case EventNode(config=EventConfig(name=text)):
            return text
        case DestinationNode():
            return " ".join(filter(None, (node.destination_type, node.method)))
        case _:
            return None
