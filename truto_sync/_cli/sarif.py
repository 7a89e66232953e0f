"""Findings in SARIF 2.1.0, the format that code-scanning services read (OASIS standard)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from attrs import frozen

from truto_async import __version__
from truto_async.pipeline import RULES, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from truto_async._support.json import JSONObject
    from truto_async.pipeline import Rule

__all__ = ["Checked", "sarif_log"]

_LEVELS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_INDEX: Mapping[str, int] = {rule.code: index for index, rule in enumerate(RULES)}


@frozen
class Checked:
    """A job that was checked."""

    source: str
    """The id or file that it was read from."""

    is_file: bool
    """Whether it is in a file of that name."""

    findings: Sequence[Finding]
    """What was found."""

    lines: Sequence[int | None] = ()
    """The lines that they are on, None where a line is not known; empty where none is."""

    @property
    def found(self) -> Iterable[tuple[Finding, int | None]]:
        """The findings, each with its line."""
        return zip(self.findings, self.lines or [None] * len(self.findings), strict=True)


def sarif_log(jobs: Iterable[Checked], failures: Sequence[str]) -> JSONObject:
    """Return a log of the findings, with the reasons why other jobs could not be checked."""
    driver = {"name": "truto-async check", "semanticVersion": __version__, "rules": [_described(rule) for rule in RULES]}
    invocation: JSONObject = {"executionSuccessful": not failures}
    if failures:
        invocation["toolExecutionNotifications"] = [{"level": "error", "message": {"text": text}} for text in failures]
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "results": [result for job in jobs for result in _results(job)],
    }
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _results(job: Checked) -> Iterator[JSONObject]:
    seen: Counter[str] = Counter()
    for finding, line in job.found:
        # Other nodes may come and go before the node without making another finding of it.
        place = finding.path if finding.node is None else finding.path.partition("]")[2]
        identity = "\0".join([finding.code, "" if job.is_file else job.source, finding.node or "", place])
        seen[identity] += 1
        yield {
            "ruleId": finding.code,
            "ruleIndex": _INDEX[finding.code],
            "level": _LEVELS[finding.severity],
            "message": {"text": f"{finding.message} {finding.fix}"},
            "locations": [_location(job, finding, line)],
            "partialFingerprints": {"trutoFinding/v1": sha256(f"{identity}\0{seen[identity]}".encode()).hexdigest()},
        }


def _location(job: Checked, finding: Finding, line: int | None) -> JSONObject:
    logical: JSONObject = {"fullyQualifiedName": f"{job.source}#{finding.path}"}
    if finding.node is not None:
        logical["name"] = finding.node
    location: JSONObject = {"logicalLocations": [logical]}
    if job.is_file:
        location["physicalLocation"] = {"artifactLocation": _artifact(job.source)}
        if line is not None:
            location["physicalLocation"]["region"] = {"startLine": line}
    return location


def _artifact(source: str) -> JSONObject:
    path = Path(source)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}


def _described(rule: Rule) -> JSONObject:
    return {
        "id": rule.code,
        "name": rule.name.title().replace("-", ""),
        "shortDescription": {"text": rule.summary},
        "help": {"text": f"{rule.summary} docs/reference/checks.md says why, with a bad and a good example."},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }
