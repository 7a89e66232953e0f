"""The models: typed objects for the API's JSON. They load on first use, and cattrs with them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truto_async.models._base import Entity, Model
    from truto_async.models.args import ArgSpec, ArgsSchema
    from truto_async.models.batch_result import BatchResult
    from truto_async.models.configs import DestinationConfig, EventConfig, ExpressionConfig, Recurse, StateConfig
    from truto_async.models.cron_trigger import SyncJobCronTrigger
    from truto_async.models.log import ApiLog, CronTriggerLog, McpLog, RapidBridgeLog, WebhookLog
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
    from truto_async.models.state import StateEntry
    from truto_async.models.sync_job import SyncJob
    from truto_async.models.template import SyncJobTemplate
    from truto_async.models.webhook import Webhook
else:
    from truto_async._support.lazy import lazy

    # In the order in which names are looked up: those of a sync job first.
    _HOMES = "_base args configs nodes sync_job run cron_trigger template state webhook batch_result log"
    __getattr__, __dir__ = lazy(__name__, *(f"{__name__}.{home}" for home in _HOMES.split()))

__all__ = [
    "AddContextNode",
    "ApiLog",
    "ArgSpec",
    "ArgsSchema",
    "BatchResult",
    "CronTriggerLog",
    "DeleteStateNode",
    "DestinationConfig",
    "DestinationNode",
    "Entity",
    "EventConfig",
    "EventNode",
    "ExpressionConfig",
    "GetStateNode",
    "McpLog",
    "Model",
    "Node",
    "RapidBridgeLog",
    "Recurse",
    "RequestNode",
    "SpoolNode",
    "StateConfig",
    "StateEntry",
    "SyncJob",
    "SyncJobCronTrigger",
    "SyncJobRun",
    "SyncJobTemplate",
    "TransformNode",
    "UnknownNode",
    "UpdateStateNode",
    "Webhook",
    "WebhookLog",
]
