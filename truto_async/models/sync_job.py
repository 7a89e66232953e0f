"""Sync jobs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from truto_async.models._base import Entity
from truto_async.models.args import ArgsSchema
from truto_async.models.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from truto_async.models.cron_trigger import SyncJobCronTrigger
    from truto_async.pipeline import Argument, ArgumentFault, Finding, Graph, Plan

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

    def _repr_html_(self) -> str:
        """Show the job in Jupyter: its facts, its arguments, its graph."""
        from truto_async.pipeline._pictures.notebook import job_html  # noqa: PLC0415  # rarely needed

        return job_html(self)

    @property
    def arguments(self) -> Mapping[str, Argument]:
        """The arguments by name: type, format, where each is used. Those that are used and not declared come last.

        Made anew each time it is read.
        """
        from truto_async.pipeline import find_arguments  # noqa: PLC0415  # as above

        return find_arguments(self)

    def check_args(self, args: Mapping[str, Any] | None = None) -> tuple[ArgumentFault, ...]:
        """Check the arguments of a run against `args_schema` and `args_validation`, before it is started.

        Found are required arguments that are missing, names that the job does not have, and values of another type or
        format, or outside an `enum`; in arrays with `items`, each element is looked at. The rest of JSON Schema is left to
        the server. An argument that the job uses without declaring it may be given, and any may be given where it declares
        none, or as a JSON Schema without `"additionalProperties": false`.

        `args_validation` is evaluated with the extra `jsonata`: `pip install 'truto-async[jsonata]'`. Where it is not
        installed, and where the expression uses functions of Truto's own, a last entry with the code "not_checked" says so.

        Args:
            args: the arguments; none by default.

        Returns:
            All faults at once; empty where everything was checked and is fine.

        Raises:
            InvalidArgumentError: `args` is not a dict.
        """
        from truto_async.pipeline import check_arguments  # noqa: PLC0415  # as above

        return check_arguments(self, args)

    def check(self, triggers: Iterable[SyncJobCronTrigger] = ()) -> tuple[Finding, ...]:
        """Return what is wrong with the job, or seems to be, in the order of its nodes; an empty tuple where it is sound.

        JSONata is parsed where the extra `jsonata` is installed; where it is not, and there is JSONata, one finding says so.
        docs/reference/checks.md lists the rules.

        Args:
            triggers: the job's cron triggers, to check them with it; those that name another job are left out.

        Raises:
            InvalidArgumentError: `triggers` are no cron triggers.
        """
        from truto_async.pipeline import check  # noqa: PLC0415  # most programs only fetch jobs

        return check(self, triggers)

    def plan(self, args: Mapping[str, object] | None = None, context: Mapping[str, object] | None = None) -> Plan:
        """Return what a run would do: its requests, destinations and state, as far as that can be told before.

        Args:
            args: the arguments of the run, as for `sync_job_runs.start`. Defaults of `args_schema` are filled in.
            context: what else is known and can be read at the top: the fields of the account's context, such as
                `{"drive_items": [...]}`, what `add_context` nodes would add, `tenant_id`, and what the run would find, such
                as `{"resources": {"cursor": {"value": "2026-01-01"}}}`.

        Nothing is sent. Arguments that are wrong are no error: the plan has them in its `faults`. JSONata is evaluated with
        the extra `jsonata`: `pip install 'truto-async[jsonata]'`.

        Raises:
            InvalidArgumentError: `args` or `context` is not a dict, or `context` holds what JSON does not have.
        """
        from truto_async.pipeline import plan  # noqa: PLC0415  # most programs only fetch jobs

        return plan(self, args, context)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # IPython's protocol
        """Show the job in IPython as `truto-async get` shows it."""
        printer.text(repr(self) if cycle else self._rendered())

    def __rich__(self) -> object:
        """Show the job with rich as `truto-async get` shows it."""
        from rich.text import Text  # noqa: PLC0415  # rich is there: it calls this

        return Text(self._rendered())

    def _rendered(self) -> str:
        from truto_async.pipeline._pictures.summary import render  # noqa: PLC0415  # rarely needed

        return render(self).rstrip()
