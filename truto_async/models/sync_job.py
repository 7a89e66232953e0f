"""The sync job."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from truto_async.models._base import Model
from truto_async.models.args import ArgsSchema
from truto_async.models.nodes import Node

__all__ = ["SyncJob"]


@frozen(kw_only=True, repr=False)
class SyncJob(Model):
    """A pipeline that pulls data from an account of a connected product.

    Fields follow truto.one/docs (sync jobs) and truto-skills (sync jobs), which names some that the docs leave out.
    """

    id: str
    """The id, a UUID. The only field that is always there; it may be empty in an exported file."""

    label: str | None = None
    """The name for people. The server's default is "Untitled"."""

    integration_name: str | None = None
    """The connected product, such as "zendesk"; empty where a job serves several."""

    environment_id: str | None = None
    """The environment that the job belongs to: the token's own."""

    default_runtime_version: int | None = None
    """The runtime that its runs use: 4 for typed nodes, 1 to 3 for flat entries."""

    args_schema: ArgsSchema | None = None
    """The arguments that a run takes."""

    args_validation: str | None = None
    """JSONata over the arguments; a run is refused where it gives an object with a `message`."""

    mutex_key: str | None = None
    """Runs with the same key wait for each other; may hold placeholders."""

    state_key: str | None = None
    """The namespace of the state kept between runs; may hold placeholders."""

    resources: list[Node] | None = None
    """The steps. Their order has a meaning: a node sees the context added by those before it."""

    created_at: datetime | None = None
    """When it was made, in UTC."""

    updated_at: datetime | None = None
    """When it was last changed, in UTC."""

    wire_times: dict[str, str] = field(factory=dict[str, str], eq=False)
    """How the server wrote the times, by field, for `to_dict` to give back. Neither compared nor shown."""
