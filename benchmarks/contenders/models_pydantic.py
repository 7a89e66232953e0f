"""The SDK's models in pydantic: the same fields and types, unknown fields kept.

Of the two forms of `args_schema` only that of the jobs measured is read, which is less work than the SDK's.
"""

# Where the library is not installed, its base class is unknown.
# mypy: disable-error-code="misc, call-arg"

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # pydantic reads it
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["SyncJob"]


class Model(BaseModel):
    """Keeps what it does not know."""

    model_config = ConfigDict(extra="allow", serialize_by_alias=True)


class ArgSpec(Model):
    """As in truto_async.models.args."""

    type: str | list[str] | None = None
    format: str | None = None
    required: bool | list[str] | None = None
    description: str | None = None
    default: Any = None
    ref: str | None = Field(default=None, alias="$ref")


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

    if_: str | None = Field(default=None, alias="if")
    config: dict[str, Any] | None = None


class NodeBase(Model):
    """As in truto_async.models.nodes."""

    name: str | None = None
    depends_on: str | list[str] | None = None
    run_if: str | None = None
    debug: bool | None = None
    persist: bool | None = None


class RequestFields(NodeBase):
    """What a request node and a flat entry have in common."""

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


class RequestNode(RequestFields):
    """As in truto_async.models.nodes."""

    type: Literal["request"] = "request"


class FlatEntry(RequestFields):
    """A request without a type."""

    type: None = None


class TransformNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: Literal["transform"] = "transform"
    config: ExpressionConfig | None = None


class AddContextNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: Literal["add_context"] = "add_context"
    config: ExpressionConfig | None = None


class SpoolNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: Literal["spool"] = "spool"
    config: dict[str, Any] | None = None


class GetStateNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: Literal["get_state"] = "get_state"
    config: StateConfig | None = None


class UpdateStateNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: Literal["update_state"] = "update_state"
    config: StateConfig | None = None


class DeleteStateNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: Literal["delete_state"] = "delete_state"
    config: StateConfig | None = None


class EventNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: Literal["event"] = "event"
    config: EventConfig | None = None


class DestinationNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: Literal["destination"] = "destination"
    destination_type: str | None = None
    config: DestinationConfig | None = None
    resources_to_persist: list[str] | None = None
    method: str | None = None
    loop_on: str | None = None


class UnknownNode(NodeBase):
    """As in truto_async.models.nodes."""

    type: str


Known = Annotated[
    RequestNode
    | TransformNode
    | AddContextNode
    | SpoolNode
    | GetStateNode
    | UpdateStateNode
    | DeleteStateNode
    | EventNode
    | DestinationNode,
    Field(discriminator="type"),
]
# Faster here than a callable discriminator: it tells by the tag, and looks further only where that is of no use.
Node = Annotated[Known | FlatEntry | UnknownNode, Field(union_mode="left_to_right")]


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
    resources: list[Node] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
