"""Templates of sync jobs."""

from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

from truto_async.models._base import Entity
from truto_async.models.args import ArgsSchema
from truto_async.models.nodes import Node

__all__ = ["SyncJobTemplate"]

Sharing: TypeAlias = Literal["deny", "ask", "allow"] | str  # noqa: PYI051  # open: the literals are for editors
"""Who else may use a template; see `SyncJobTemplate.sharing`."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SyncJobTemplate(Entity):
    """A sync job to copy.

    Fields follow truto.one/docs (sync job templates) and truto-skills (sync job templates).
    """

    label: str | None = None
    """The name for people."""

    description: str | None = None
    """A few sentences for people."""

    integration_name: str | None = None
    """The connected product, such as "zendesk"; None for jobs of runtime 4, which may serve several."""

    default_runtime_version: int | None = None
    """The runtime that its jobs use: 4 for typed nodes, 1 to 3 for flat entries."""

    sharing: Sharing | None = None
    """Whether other teams may use it: "deny", "ask" or "allow". The server's default is "deny"."""

    args_schema: ArgsSchema | None = None
    """The arguments that a run takes."""

    args_validation: str | None = None
    """JSONata over the arguments; a run is refused where it gives an object with a `message`."""

    resources: list[Node] | None = None
    """The steps."""

    team_id: str | None = None
    """The team that it belongs to, which alone can change it."""

    created_at: datetime | None = None
    """When it was made, in UTC."""

    updated_at: datetime | None = None
    """When it was last changed, in UTC."""
