"""The models: what the API's JSON becomes."""

from truto_async.models.args import ArgSpec, ArgsSchema
from truto_async.models.configs import DestinationConfig, EventConfig, ExpressionConfig, Recurse, StateConfig
from truto_async.models.nodes import (
    AddContextNode,
    DeleteStateNode,
    DestinationNode,
    EventNode,
    GetStateNode,
    Node,
    RequestNode,
    SpoolNode,
    TransformNode,
    UnknownNode,
    UpdateStateNode,
)
from truto_async.models.sync_job import SyncJob

__all__ = [
    "AddContextNode",
    "ArgSpec",
    "ArgsSchema",
    "DeleteStateNode",
    "DestinationConfig",
    "DestinationNode",
    "EventConfig",
    "EventNode",
    "ExpressionConfig",
    "GetStateNode",
    "Node",
    "Recurse",
    "RequestNode",
    "SpoolNode",
    "StateConfig",
    "SyncJob",
    "TransformNode",
    "UnknownNode",
    "UpdateStateNode",
]
