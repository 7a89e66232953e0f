"""What the rules look at: a job, its nodes with their places, and what its expressions read."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from truto_async._codec.structure_error import json_path
from truto_async.models.nodes import AddContextNode, Node, UnknownNode
from truto_async.pipeline.arguments import declared_arguments
from truto_async.pipeline.checking._outputs import Outputs, resource_of
from truto_async.pipeline.checking._reads import JSONata, Read, find_dashes, template_paths
from truto_async.pipeline.expressions import find_expressions
from truto_async.pipeline.placeholders import Template

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from truto_async.models.cron_trigger import SyncJobCronTrigger
    from truto_async.models.sync_job import SyncJob
    from truto_async.pipeline.arguments import Argument
    from truto_async.pipeline.expressions import Expression

__all__ = ["Site", "Subject", "is_constant"]

_COMPARISONS = 20_000
_DEEPEST = 4


@frozen
class Site:
    """A node, with where it is."""

    index: int
    key: str
    node: Node
    path: str

    def __str__(self) -> str:
        """Return how messages call it."""
        return f'"{self.key}"'


class Subject:
    """A job that is checked."""

    def __init__(self, job: SyncJob, triggers: Iterable[SyncJobCronTrigger]) -> None:
        """Take a job and its triggers; triggers that name another job are left out."""
        self.job = job
        self.triggers = [trigger for trigger in triggers if not job.id or trigger.sync_job_id in (None, job.id)]
        self.graph = job.graph
        self.is_flat = self.graph.is_flat
        self.sites: Sequence[Site] = [
            Site(index, key, node, f"$.resources[{index}]") for index, (key, node) in enumerate(self.graph.nodes.items())
        ]
        self._comparisons_left = _COMPARISONS

    @cached_property
    def site_of(self) -> Mapping[str, Site]:
        """The nodes by their keys."""
        return {site.key: site for site in self.sites}

    @cached_property
    def site_of_resource(self) -> Mapping[str, Site]:
        """The first request of each resource."""
        return {resource: site for site in reversed(self.sites) if (resource := resource_of(site.node)) is not None}

    @cached_property
    def expressions(self) -> Sequence[Expression]:
        """The texts that are evaluated, apart from empty ones."""
        return [expression for expression in find_expressions(self.job) if expression.text.strip()]

    @cached_property
    def jsonata(self) -> Mapping[str, JSONata]:
        """What is known about each text of JSONata."""
        texts = {expression.text for expression in self.expressions if expression.language == "jsonata"}
        return {text: JSONata(text) for text in texts}

    @cached_property
    def reads(self) -> Sequence[Read]:
        """What the expressions read, in their order."""
        return [Read(steps, expression) for expression in self.expressions for steps in self._paths(expression)]

    def _paths(self, expression: Expression) -> Iterable[tuple[str, ...]]:
        if expression.language == "jsonata":
            return self.jsonata[expression.text].paths
        if expression.language == "template":
            return template_paths(Template.parse(expression.text))
        return [tuple(expression.text.strip().split("."))]

    @cached_property
    def outputs(self) -> Outputs:
        """Where expressions find what the nodes make."""
        return Outputs((site.node for site in self.sites), is_flat=self.is_flat)

    def is_read(self, site: Site) -> bool:
        """Return whether an expression of another node reads what a node makes."""
        resource = resource_of(site.node)
        place = tuple(resource.split("/")) if resource else (site.node.name or "",)
        steps = [("resources", *place[:length]) for length in range(len(place))]
        readers = [self._readers_below[("resources", *place)], *(self._readers[path] for path in [(), *steps])]
        return any(reader != site.index for group in readers for reader in group)

    @cached_property
    def _readers(self) -> Mapping[tuple[str, ...], AbstractSet[int | None]]:
        """Which nodes read exactly this."""
        readers: dict[tuple[str, ...], set[int | None]] = defaultdict(set)
        for read in self.reads:
            readers[read.steps].add(read.expression.node)
        return readers

    @cached_property
    def _readers_below(self) -> Mapping[tuple[str, ...], AbstractSet[int | None]]:
        """Which nodes read this or something below it."""
        readers: dict[tuple[str, ...], set[int | None]] = defaultdict(set)
        for steps, nodes in self._readers.items():
            for length in range(1, min(len(steps), _DEEPEST) + 1):
                readers[steps[:length]] |= nodes
        return readers

    @cached_property
    def dashes(self) -> Sequence[tuple[Expression, tuple[str, ...]]]:
        """Where JSONata reads a name that exists, and has a dash and no backticks."""
        found: list[tuple[Expression, tuple[str, ...]]] = []
        for expression in self.expressions:
            if expression.language == "jsonata" and "-" in expression.text:
                found += [(expression, steps) for steps in find_dashes(expression.text) if self._exists(steps)]
        return found

    def _exists(self, steps: tuple[str, ...]) -> bool:
        """Return whether the last step of a path is one that is known to exist."""
        if steps[0] == "args":
            return len(steps) == 2 and steps[1] in self.arguments
        if len(steps) == 2:
            return steps[1] in self.outputs.roots
        return len(steps) == 3 and steps[2] in self.outputs.models.get(steps[1], ())

    def is_cut_short(self, read: Read, step: str) -> bool:
        """Return whether a step is what a dash without backticks leaves of a name."""
        return (read.expression.path, step) in self._cut_short

    @cached_property
    def _cut_short(self) -> AbstractSet[tuple[str, str]]:
        return {(expression.path, steps[-1].partition("-")[0]) for expression, steps in self.dashes}

    @cached_property
    def arguments(self) -> Mapping[str, Argument]:
        """The arguments that are declared, by name."""
        return declared_arguments(self.job.args_schema)

    def argument_path(self, name: str) -> str:
        """Return where an argument is declared."""
        schema = self.job.args_schema
        nested = ("properties",) if schema is not None and schema.is_json_schema else ()
        return json_path(("args_schema", *nested, name))

    def is_undeclared(self, name: str) -> bool:
        """Return whether a schema that lists the arguments does not list this one."""
        schema = self.job.args_schema
        is_open = schema is not None and schema.is_json_schema and bool(schema.extra.get("additionalProperties"))
        return not is_open and name not in self.arguments

    def is_unknown(self, expression: Expression) -> bool:
        """Return whether it belongs to a node of an unknown type, so that nobody knows what it is."""
        site = self.site_at(expression)
        return site is not None and isinstance(site.node, UnknownNode)

    def site_at(self, expression: Expression) -> Site | None:
        """Return the node of an expression; None for the job's own."""
        return None if expression.node is None else self.sites[expression.node]

    @cached_property
    def has_unknown_types(self) -> bool:
        """Whether there are nodes that nothing is known about."""
        return any(isinstance(site.node, UnknownNode) for site in self.sites)

    @cached_property
    def context_texts(self) -> AbstractSet[str]:
        """The expressions that add names to what nodes see."""
        configs = [site.node.config for site in self.sites if isinstance(site.node, AddContextNode)]
        return {config.expression for config in configs if config is not None and config.expression}

    def suggestion(self, name: str, names: Collection[str], *, cutoff: float = 0.6) -> str:
        """Return a question to append to a message, such as ` Did you mean "tickets"?`, or nothing.

        Comparing takes long where a job of thousands of nodes has thousands of wrong names; there, the last go without.
        """
        self._comparisons_left -= len(names)
        if self._comparisons_left < 0:
            return ""
        matches = get_close_matches(name, sorted(names), n=1, cutoff=cutoff)
        return f' Did you mean "{matches[0]}"?' if matches else ""


def is_constant(text: str) -> bool:
    """Return whether a template has no placeholder, nor seems to have one."""
    return "{{" not in text
