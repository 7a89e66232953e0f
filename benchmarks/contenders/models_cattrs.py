"""The SDK's models in attrs, for a cattrs converter with stock hooks. Unknown fields are dropped, as cattrs does."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # cattrs reads it
from typing import Any

from attrs import define, field
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.orjson import make_converter
from cattrs.strategies import configure_tagged_union

__all__ = ["SyncJob", "converter"]

# Without detailed validation, which only makes for better messages, it is faster.
converter = make_converter(detailed_validation=False, omit_if_default=True)


@define(kw_only=True)
class ArgSpec:
    """As in truto_async.models.args."""

    type: str | list[str] | None = None
    format: str | None = None
    required: bool | list[str] | None = None
    description: str | None = None
    default: Any = None
    ref: str | None = None


@define(kw_only=True)
class ExpressionConfig:
    """As in truto_async.models.configs."""

    expression: str | None = None


@define(kw_only=True)
class StateConfig:
    """As in truto_async.models.configs."""

    key: str | None = None
    default: Any = None
    value: Any = None
    value_expression: str | None = None


@define(kw_only=True)
class EventConfig:
    """As in truto_async.models.configs."""

    name: str | None = None


@define(kw_only=True)
class DestinationConfig:
    """As in truto_async.models.configs."""

    id: str | None = None
    config: dict[str, Any] | None = None
    expression: str | None = None


@define(kw_only=True)
class Recurse:
    """As in truto_async.models.configs."""

    if_: str | None = field(default=None)
    config: dict[str, Any] | None = None


@define(kw_only=True)
class NodeBase:
    """As in truto_async.models.nodes."""

    name: str | None = None
    depends_on: str | list[str] | None = None
    run_if: str | None = None
    debug: bool | None = None
    persist: bool | None = None


@define(kw_only=True)
class RequestNode(NodeBase):
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


@define(kw_only=True)
class TransformNode(NodeBase):
    """As in truto_async.models.nodes."""

    config: ExpressionConfig | None = None


@define(kw_only=True)
class AddContextNode(NodeBase):
    """As in truto_async.models.nodes."""

    config: ExpressionConfig | None = None


@define(kw_only=True)
class SpoolNode(NodeBase):
    """As in truto_async.models.nodes."""

    config: dict[str, Any] | None = None


@define(kw_only=True)
class GetStateNode(NodeBase):
    """As in truto_async.models.nodes."""

    config: StateConfig | None = None


@define(kw_only=True)
class UpdateStateNode(NodeBase):
    """As in truto_async.models.nodes."""

    config: StateConfig | None = None


@define(kw_only=True)
class DeleteStateNode(NodeBase):
    """As in truto_async.models.nodes."""

    config: StateConfig | None = None


@define(kw_only=True)
class EventNode(NodeBase):
    """As in truto_async.models.nodes."""

    config: EventConfig | None = None


@define(kw_only=True)
class DestinationNode(NodeBase):
    """As in truto_async.models.nodes."""

    destination_type: str | None = None
    config: DestinationConfig | None = None
    resources_to_persist: list[str] | None = None
    method: str | None = None
    loop_on: str | None = None


@define(kw_only=True)
class UnknownNode(NodeBase):
    """As in truto_async.models.nodes."""


_TYPES: dict[type[NodeBase], str] = {
    RequestNode: "request",
    TransformNode: "transform",
    AddContextNode: "add_context",
    SpoolNode: "spool",
    GetStateNode: "get_state",
    UpdateStateNode: "update_state",
    DeleteStateNode: "delete_state",
    EventNode: "event",
    DestinationNode: "destination",
    UnknownNode: "unknown",
}
Node = (
    RequestNode
    | TransformNode
    | AddContextNode
    | SpoolNode
    | GetStateNode
    | UpdateStateNode
    | DeleteStateNode
    | EventNode
    | DestinationNode
    | UnknownNode
)


@define(kw_only=True)
class SyncJob:
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


def _register(union: Any) -> None:
    """Pass unions of JSON types, of which cattrs has no hooks of its own."""
    converter.register_structure_hook(union, lambda value, _: value)
    converter.register_unstructure_hook(union, lambda value: value)


def _rename(cls: type[Any], name: str, wire: str) -> None:
    renamed: Any = {name: override(rename=wire)}
    converter.register_structure_hook(cls, make_dict_structure_fn(cls, converter, **renamed))
    converter.register_unstructure_hook(
        cls, make_dict_unstructure_fn(cls, converter, **renamed, _cattrs_omit_if_default=True)
    )


for _union in (
    str | list[str] | None,
    bool | list[str] | None,
    dict[str, Any] | str | None,
    str | dict[str, Any] | None,
):
    _register(_union)
_rename(ArgSpec, "ref", "$ref")
_rename(Recurse, "if_", "if")
configure_tagged_union(Node, converter, tag_generator=_TYPES.__getitem__, tag_name="type", default=UnknownNode)
