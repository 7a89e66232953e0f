"""Check a sync job: what surely fails, what loses records, and what is likely a mistake.

docs/reference/checks.md has all rules.

::

    for finding in job.check():
        print(finding)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from truto_async.errors import InvalidArgumentError
from truto_async.models.cron_trigger import SyncJobCronTrigger
from truto_async.pipeline._inputs import refuse_other_than_job
from truto_async.pipeline.checking._arguments import check_argument_use
from truto_async.pipeline.checking._delivery import check_delivery
from truto_async.pipeline.checking._dependencies import check_dependencies
from truto_async.pipeline.checking._fields import check_fields
from truto_async.pipeline.checking._loops import check_loops
from truto_async.pipeline.checking._resources import check_resources
from truto_async.pipeline.checking._scope import check_scope
from truto_async.pipeline.checking._state import check_state
from truto_async.pipeline.checking._subject import Subject
from truto_async.pipeline.checking._syntax import check_syntax
from truto_async.pipeline.checking.finding import Finding, Severity
from truto_async.pipeline.checking.rules import RULES, Rule

if TYPE_CHECKING:
    from truto_async.models.sync_job import SyncJob

__all__ = ["RULES", "Finding", "Rule", "Severity", "check"]

_ASYNCHRONOUS = "; of an asynchronous list, pass what its `to_list()` gives"
_CHECKS = (
    check_dependencies,
    check_fields,
    check_argument_use,
    check_resources,
    check_loops,
    check_scope,
    check_syntax,
    check_state,
    check_delivery,
)


def check(job: SyncJob, triggers: Iterable[SyncJobCronTrigger] = ()) -> tuple[Finding, ...]:
    """Return what is wrong with a job, in the order of its nodes, what belongs to the job as a whole first.

    A sound job has none. JSONata is parsed where the extra `jsonata` is installed; where it is not, and there is JSONata, a
    finding `jsonata-not-checked` says so.

    Args:
        job: the job; nothing is sent.
        triggers: the job's cron triggers, to check them with it; those that name another job are left out.

    Raises:
        InvalidArgumentError: `job` is no SyncJob, or `triggers` are no cron triggers.
    """
    refuse_other_than_job(job)
    subject = Subject(job, _read(triggers))
    findings = [finding for check_family in _CHECKS for finding in check_family(subject)]
    index = {site.key: site.index for site in subject.sites}
    return tuple(sorted(findings, key=lambda finding: _position(finding, index.get(finding.node or "", -1))))


def _read(triggers: Iterable[object]) -> list[SyncJobCronTrigger]:
    if not isinstance(triggers, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]  # whoever calls may not check types
        raise InvalidArgumentError(f"triggers must be cron triggers, not {type(triggers).__name__}{_ASYNCHRONOUS}")
    read = list(triggers)
    for trigger in read:
        if not isinstance(trigger, SyncJobCronTrigger):
            raise InvalidArgumentError(f"triggers must be cron triggers; there is a {type(trigger).__name__} among them")
    return cast("list[SyncJobCronTrigger]", read)


def _position(finding: Finding, index: int) -> tuple[int, list[tuple[int, str]], str]:
    """Return what to sort by: the node, the path with its numbers as numbers, the code."""
    steps = [(int(step) if step.isdecimal() else -1, step) for step in re.split(r"(\d+)", finding.path)]
    return index, steps, finding.code
