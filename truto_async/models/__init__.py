"""The models: typed objects for the API's JSON. They load on first use, and cattrs with them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.models._base import Model
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
    from truto_async.models.run import SyncJobRun
    from truto_async.models.sync_job import SyncJob
else:
    from truto_async._support.lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__, *(f"{__name__}.{home}" for home in ("_base", "args", "configs", "nodes", "sync_job", "run"))
    )

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
    "Model",
    "Node",
    "Recurse",
    "RequestNode",
    "SpoolNode",
    "StateConfig",
    "SyncJob",
    "SyncJobRun",
    "TransformNode",
    "UnknownNode",
    "UpdateStateNode",
]
