"""Sync jobs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from truto_async.models._base import Entity
from truto_async.models.args import ArgsSchema
from truto_async.models.nodes import Node

if TYPE_CHECKING:
    from truto_async.pipeline import Graph

__all__ = ["SyncJob"]


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SyncJob(Entity):
    """A pipeline that pulls data from an account of a connected product.

    Fields follow truto.one/docs (sync jobs) and truto-skills (sync jobs), which names some that the docs leave out.
    """

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

    @property
    def graph(self) -> Graph:
        """The nodes and who gets records from whom: order, levels, cycles, pictures. Made anew each time it is read."""
        from truto_async.pipeline import Graph  # noqa: PLC0415  # most programs only fetch jobs

        return Graph(self.resources or [], runtime=self.default_runtime_version, label=self.label)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # IPython's protocol
        """Show the job in IPython and Jupyter as `python -m truto_sync get` shows it."""
        printer.text(repr(self) if cycle else self._rendered())

    def __rich__(self) -> object:
        """Show the job with rich as `python -m truto_sync get` shows it."""
        from rich.text import Text  # noqa: PLC0415  # rich is there: it calls this

        return Text(self._rendered())

    def _rendered(self) -> str:
        from truto_async.pipeline._render import render  # noqa: PLC0415  # rarely needed

        return render(self).rstrip()
