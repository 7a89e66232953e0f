"""The command `check`: what it does."""

from __future__ import annotations

import json
import sys
from collections import Counter
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from truto_async.errors import InvalidArgumentError, TrutoError
from truto_async.pipeline import RULES, Severity
from truto_async.pipeline._pictures.text import plain
from truto_sync._cli.job_source import client_on_demand, is_file, is_yaml, read_job
from truto_sync._cli.sarif import Checked, sarif_log
from truto_sync._files import yaml_text
from truto_sync._files.errors import BadFileError
from truto_sync._files.json_lines import find_lines, line_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from truto_async._support.json import JSONObject
    from truto_async.pipeline import Finding
    from truto_sync._cli.job_source import Client, Connect

__all__ = ["check"]


def check(connect: Connect, options: argparse.Namespace) -> int:
    """Check jobs, print what was found, and return the exit status."""
    try:
        sources = _sources(options)
        ignored = [_ignored(text) for text in options.ignore]
    except InvalidArgumentError as error:
        print("error:", plain(str(error)), file=sys.stderr)
        return 2
    checked: list[Checked] = []
    failures: list[str] = []
    with client_on_demand(connect, demo=options.demo) as client:
        for source in sources:
            try:
                checked.append(_checked(source, client, ignored))
            except TrutoError as error:
                failures.append(plain(" ".join(f"{source or 'demo'}: {error}".split())))
    for failure in failures:
        print("error:", failure, file=sys.stderr)
    _PRINTERS[options.format](checked, failures)
    least = Severity[options.severity.upper()]
    return 2 if failures else int(any(finding.severity >= least for job in checked for finding in job.findings))


def _sources(options: argparse.Namespace) -> Sequence[str | None]:
    """Return what to check; None for the demo job."""
    if options.jobs or options.demo:
        return options.jobs or [None]
    raise InvalidArgumentError("check: the id of a job or a file is needed, or --demo")


def _checked(source: str | None, client: Client, ignored: Sequence[tuple[str, str | None]]) -> Checked:
    """Read a job and check it; one that the server has, with its triggers."""
    job = read_job(source, client)
    in_file = source is not None and is_file(source)
    triggers = () if in_file else client()[0].sync_job_cron_triggers.list(sync_job_id=job.id)
    findings = [
        finding
        for finding in job.check(triggers)
        if (finding.code, None) not in ignored and (finding.code, finding.node) not in ignored
    ]
    if source is None or not in_file:
        return Checked(source or job.id, is_file=False, findings=findings)
    if source == "-":
        return Checked("<stdin>", is_file=False, findings=findings)
    return Checked(source, is_file=True, findings=findings, lines=_lines(source, findings))


def _lines(source: str, findings: Sequence[Finding]) -> Sequence[int | None]:
    """Return the lines of findings in a file, where it can be read once more."""
    try:
        text = Path(source).read_text("utf-8-sig") if findings else "null"
        if is_yaml(source):
            document = yaml_text.load(text)
            return [yaml_text.line_of(document, finding.path) for finding in findings]
        json.loads(text)
    except (OSError, ValueError, BadFileError):
        return [None] * len(findings)
    lines = find_lines(text)
    return [line_of(finding.path, lines) for finding in findings]


def _ignored(text: str) -> tuple[str, str | None]:
    """Return the code of a rule, and the node if there is one."""
    name, colon, node = text.partition(":")
    for rule in RULES:
        if name.upper() == rule.code or name == rule.name:
            return rule.code, node if colon else None
    close = get_close_matches(name, [each for rule in RULES for each in (rule.name, rule.code)], n=1)
    raise InvalidArgumentError(f"--ignore: there is no rule {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))


def _print_text(checked: Sequence[Checked], _: Sequence[str]) -> None:
    counts: Counter[Severity] = Counter()
    for job in checked:
        for finding, line in job.found:
            counts[finding.severity] += 1
            place = f"{job.source}:{finding.path}" if line is None else f"{job.source}:{line}"
            print(plain(f"{place}: {finding.severity}: {finding.message} [{finding.code} {finding.name}]"))
            print(plain(f"    {finding.fix}"))
    if not checked:
        return
    found = [_count(counts[severity], str(severity)) for severity in reversed(Severity) if counts[severity]]
    print(f"{', '.join(found) or 'no findings'} in {_count(len(checked), 'job')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 or noun == "info" else f"{number} {noun}s"


def _print_json(checked: Sequence[Checked], _: Sequence[str]) -> None:
    found = [_to_json(job, finding, line) for job in checked for finding, line in job.found]
    print(json.dumps(found, indent=2))


def _to_json(job: Checked, finding: Finding, line: int | None) -> JSONObject:
    return {
        "job": job.source,
        "line": line,
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "node": finding.node,
        "path": finding.path,
        "message": finding.message,
        "fix": finding.fix,
    }


def _print_sarif(checked: Sequence[Checked], failures: Sequence[str]) -> None:
    print(json.dumps(sarif_log(checked, failures), indent=2))


_PRINTERS = {"text": _print_text, "json": _print_json, "sarif": _print_sarif}
