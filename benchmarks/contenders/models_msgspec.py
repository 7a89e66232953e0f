"""The SDK's models in msgspec: the same fields and types. Unknown fields and unknown types of node it has no way to keep."""

# Where the library is not installed, its base class is unknown.
# mypy: disable-error-code="misc, call-arg"

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # msgspec reads it
from typing import Any

from msgspec import Struct, field

__all__ = ["SyncJob"]


class Model(Struct, omit_defaults=True, kw_only=True):
    """Leaves out what is None when it is written."""


class ArgSpec(Model):
    """As in truto_async.models.args."""

    type: str | list[str] | None = None
    format: str | None = None
    required: bool | list[str] | None = None
    description: str | None = None
    default: Any = None
    ref: str | None = field(default=None, name="$ref")


class ExpressionConfig(Model):
    """As in truto_async.models.configs."""

    expression: str | None = None


class StateConfig(Model):
    """As in truto_async.models.configs."""

    key: str | None = None
    default: Any = None
    value: Any = None
    value_expression: str | None = None


class EventConfig(Model):
    """As in truto_async.models.configs."""

    name: str | None = None


class DestinationConfig(Model):
    """As in truto_async.models.configs."""

    id: str | None = None
    config: dict[str, Any] | None = None
    expression: str | None = None


class Recurse(Model):
    """As in truto_async.models.configs."""

    if_: str | None = field(default=None, name="if")
    config: dict[str, Any] | None = None


class NodeBase(Model, tag_field="type"):
    """As in truto_async.models.nodes."""

    name: str | None = None
    depends_on: str | list[str] | None = None
    run_if: str | None = None
    debug: bool | None = None
    persist: bool | None = None


class RequestNode(NodeBase, tag="request"):
    """As in truto_async.models.nodes."""

    resource: str | None = None
    method: str | None = None
    integrated_account_id: str | None = None
    id: str | None = None
    query: dict[str, Any] | str | None = None
    body: Any = None
    loop_on: str | dict[str, Any] | None = None
    recurse: Recurse | None = None
    delete_tracking: str | None = None
    delete_tracking_query: dict[str, Any] | None = None
    response_format: str | None = None


class TransformNode(NodeBase, tag="transform"):
    """As in truto_async.models.nodes."""

    config: ExpressionConfig | None = None


class AddContextNode(NodeBase, tag="add_context"):
    """As in truto_async.models.nodes."""

    config: ExpressionConfig | None = None


class SpoolNode(NodeBase, tag="spool"):
    """As in truto_async.models.nodes."""

    config: dict[str, Any] | None = None


class GetStateNode(NodeBase, tag="get_state"):
    """As in truto_async.models.nodes."""

    config: StateConfig | None = None


class UpdateStateNode(NodeBase, tag="update_state"):
    """As in truto_async.models.nodes."""

    config: StateConfig | None = None


class DeleteStateNode(NodeBase, tag="delete_state"):
    """As in truto_async.models.nodes."""

    config: StateConfig | None = None


class EventNode(NodeBase, tag="event"):
    """As in truto_async.models.nodes."""

    config: EventConfig | None = None


class DestinationNode(NodeBase, tag="destination"):
    """As in truto_async.models.nodes."""

    destination_type: str | None = None
    config: DestinationConfig | None = None
    resources_to_persist: list[str] | None = None
    method: str | None = None
    loop_on: str | None = None


class SyncJob(Model):
    """As in truto_async.models.sync_job."""

    id: str
    label: str | None = None
    integration_name: str | None = None
    environment_id: str | None = None
    default_runtime_version: int | None = None
    args_schema: dict[str, ArgSpec] | None = None
    args_validation: str | None = None
    mutex_key: str | None = None
    state_key: str | None = None
    resources: (
        list[
            RequestNode
            | TransformNode
            | AddContextNode
            | SpoolNode
            | GetStateNode
            | UpdateStateNode
            | DeleteStateNode
            | EventNode
            | DestinationNode
        ]
        | None
    ) = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
