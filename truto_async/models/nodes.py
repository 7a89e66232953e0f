"""The steps of a sync job: the typed nodes of runtime 4, and the flat entries of runtimes 1 to 3.

Names and meanings follow truto-skills (sync jobs) for the nodes and truto.one/docs (sync jobs) for the flat entries.
"""

from typing import Literal, TypeAlias

from attrs import frozen

from truto_async._codec.fields import register_tagged_union
from truto_async._support.json import JSONObject, JSONValue
from truto_async.models._base import Model
from truto_async.models.configs import DestinationConfig, EventConfig, ExpressionConfig, Recurse, StateConfig

__all__ = [
    "AddContextNode",
    "DeleteStateNode",
    "DestinationNode",
    "EventNode",
    "GetStateNode",
    "Node",
    "RequestNode",
    "SpoolNode",
    "TransformNode",
    "UnknownNode",
    "UpdateStateNode",
]

# Each enumeration is open: the literals are for editors, any other string may come.
Method: TypeAlias = (
    Literal["list", "get", "create", "update", "delete", "download", "upload", "custom"] | str  # noqa: PYI051
)
"""What a request node does."""

DeleteTracking: TypeAlias = Literal["hard", "soft"] | str  # noqa: PYI051
"""How a request node finds deleted records."""

ResponseFormat: TypeAlias = Literal["raw", "unified", "normalized"] | str  # noqa: PYI051
"""The form of the records of a flat entry."""

DestinationType: TypeAlias = Literal["webhook", "datastore", "superquery"] | str  # noqa: PYI051
"""Where a destination hands records on to."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class NodeBase(Model):
    """What all steps have in common."""

    name: str | None = None
    """The name that other nodes refer to; unique in its job. The flat entries of runtimes 1 to 3 mostly have none."""

    depends_on: str | list[str] | None = None
    """The name of the node whose records this one gets; none for a root. In a flat entry it may also be the parent's
    `resource`, and in a batch a list."""

    run_if: str | None = None
    """JSONata; the node is skipped where it is not true."""

    debug: bool | None = None
    """True to have the node log more."""

    persist: bool | None = None
    """Flat entries only: whether the records are handed on. The server's default is true for unified resources and
    false for proxy resources."""

    @property
    def parents(self) -> tuple[str, ...]:
        """What `depends_on` names, always as a tuple."""
        if self.depends_on is None:
            return ()
        return (self.depends_on,) if isinstance(self.depends_on, str) else tuple(self.depends_on)


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class RequestNode(NodeBase):
    """A call of the connected product: a request node of runtime 4, or a flat entry of runtimes 1 to 3."""

    type: str | None = "request"
    """"request"; None for a flat entry."""

    resource: str | None = None
    """What is called: "ticketing/tickets" for a unified model, one word such as "tickets" for the product's own API."""

    method: Method | None = None
    """What is done: "list", "get", "create", "update", "delete", "download", "upload", "custom"."""

    integrated_account_id: str | None = None
    """The account that is called; usually the placeholder `{{args.integrated_account_id}}`."""

    id: str | None = None
    """The id of the record, for methods on one; may hold placeholders."""

    query: JSONObject | str | None = None
    """The query: an object that may hold placeholders, or JSONata as a string."""

    body: JSONValue = None
    """The body: an object that may hold placeholders, or JSONata as a string."""

    loop_on: str | JSONObject | None = None
    """The path of an array; the request is made once for each of its elements. One page of truto.one/docs shows an object
    here, which is kept."""

    recurse: Recurse | None = None
    """How the request is repeated for its own records."""

    delete_tracking: DeleteTracking | None = None
    """How deleted records are found: "hard" or "soft". Unified resources only."""

    delete_tracking_query: JSONObject | None = None
    """The query used for that."""

    response_format: ResponseFormat | None = None
    """Flat entries only: "raw", "unified" or "normalized"."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class TransformNode(NodeBase):
    """Replaces each batch of records by what its expression makes of them; nothing drops the batch."""

    type: str = "transform"
    """"transform"."""

    config: ExpressionConfig | None = None
    """The expression."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class AddContextNode(NodeBase):
    """Adds the keys of an object to what later nodes see; the records pass unchanged."""

    type: str = "add_context"
    """"add_context"."""

    config: ExpressionConfig | None = None
    """The expression, which gives an object."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SpoolNode(NodeBase):
    """Waits for all records and passes them on as one batch."""

    type: str = "spool"
    """"spool"."""

    config: JSONObject | None = None
    """Settings of a flat entry; a node of runtime 4 has none."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class GetStateNode(NodeBase):
    """Reads an entry of the state kept between runs."""

    type: str = "get_state"
    """"get_state"."""

    config: StateConfig | None = None
    """Which entry, and the default."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class UpdateStateNode(NodeBase):
    """Writes an entry of the state kept between runs."""

    type: str = "update_state"
    """"update_state"."""

    config: StateConfig | None = None
    """Which entry, and the value."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DeleteStateNode(NodeBase):
    """Removes an entry of the state kept between runs."""

    type: str = "delete_state"
    """"delete_state"."""

    config: StateConfig | None = None
    """Which entry."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class EventNode(NodeBase):
    """A moment of the run that other nodes can depend on."""

    type: str = "event"
    """"event"."""

    config: EventConfig | None = None
    """Which moment."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DestinationNode(NodeBase):
    """Hands the records of other nodes on: to a webhook, a datastore or SuperQuery."""

    type: str = "destination"
    """"destination"."""

    destination_type: DestinationType | None = None
    """Where to: "webhook", "datastore" or "superquery"."""

    config: DestinationConfig | None = None
    """Which one, and its settings."""

    resources_to_persist: list[str] | None = None
    """The names of the nodes whose records are handed on."""

    method: str | None = None
    """The method of a datastore, such as "uploadObject", "upsertPoints" or "insertMany"."""

    loop_on: str | None = None
    """The path of an array; a datastore is called once for each of its elements."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class UnknownNode(NodeBase):
    """A node of a type that this version does not know. Nothing of it is lost."""

    type: str
    """The type as the server has it."""


Node: TypeAlias = (
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
"""Any step of a sync job."""

register_tagged_union(
    Node,
    "type",
    {
        "request": RequestNode,
        "transform": TransformNode,
        "add_context": AddContextNode,
        "spool": SpoolNode,
        "get_state": GetStateNode,
        "update_state": UpdateStateNode,
        "delete_state": DeleteStateNode,
        "event": EventNode,
        "destination": DestinationNode,
    },
    untagged=RequestNode,
    unknown=UnknownNode,
)
