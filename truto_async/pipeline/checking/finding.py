"""Findings: what a check says about a job."""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen

__all__ = ["Finding", "Severity"]


class Severity(IntEnum):
    """How bad a finding is. Severities can be compared: `finding.severity >= Severity.WARNING`."""

    INFO = 1
    """A matter of style, or something that could not be checked."""

    WARNING = 2
    """Likely a mistake."""

    ERROR = 3
    """It surely fails, or loses records."""

    def __str__(self) -> str:
        """Return "info", "warning" or "error"."""
        return self.name.lower()


@frozen
class Finding:
    """Something that is wrong with a sync job, or seems to be."""

    code: str
    """The code of the rule, such as "TRUTO101". It never changes its meaning, and is never used again for another rule."""

    name: str
    """The name of the rule, such as "cycle"."""

    severity: Severity
    """How bad it is; the same for all findings of a rule."""

    node: str | None
    """The key of the node in `job.graph`; None for what belongs to the job as a whole."""

    path: str
    """Where it is in the job's JSON, such as "$.resources[3].depends_on"."""

    message: str
    """What is wrong, as a sentence."""

    fix: str
    """What to do about it, as a sentence."""

    def __str__(self) -> str:
        """Return all of it on one line."""
        return f"{self.path}: {self.severity}: {self.message} {self.fix} [{self.code} {self.name}]"
