"""Checks of sync jobs: each rule alone, sound jobs, jobs of any shape."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

import truto_async.pipeline
import truto_sync.pipeline
from tests.strategies import jobs
from truto_async import SyncJob, SyncJobCronTrigger
from truto_async.pipeline import RULES, Finding, Severity, check
from truto_async.testing import SEED_JOBS

if TYPE_CHECKING:
    from collections.abc import Sequence

DOCUMENT = (Path(__file__).parents[2] / "docs" / "reference" / "checks.md").read_text()
SECTIONS = {text.split()[0]: text for text in re.split(r"^### (?=TRUTO)", DOCUMENT, flags=re.MULTILINE)[1:]}
SOUND_JOBS = sorted((Path(__file__).parent / "sound_jobs").glob("*.json"))
WORDS = """
    a b a.b a/b args args.a {{args.a}} {{a}} {{a.b:json}} {{a[0]}} {a} resources resources.a {{resources.a.b|args.b}} $ $a(b)
    {{args.a?:x:y}} {{.}} {{}} args.a-b resources.a-b `a-b` ( a) 'a' payload.records {{payload.records:any}} start complete
    error webhook datastore superquery list get hard 2026-01-01T00:00:00Z {{args.:int}} {{/a/.b}} {{args./a/}} args. . ..
""".split()  # noqa: SIM905  # reads better than forty literals
PAIRS = [(f"a{number}", f"b{number}") for number in range(1000)]
TICKETS = {
    "name": "tickets",
    "type": "request",
    "resource": "ticketing/tickets",
    "method": "list",
    "integrated_account_id": "{{args.integrated_account_id}}",
}


def job(*nodes: dict[str, Any], **fields: Any) -> SyncJob:
    """Make a job of runtime 4."""
    return SyncJob.from_dict({"id": "job", "default_runtime_version": 4, **fields, "resources": nodes})


def codes(findings: Sequence[Finding]) -> list[str]:
    """List the codes of findings."""
    return [finding.code for finding in findings]


def example(code: str, kind: str) -> tuple[Finding, ...]:
    """Check an example of the documentation: a job, and the trigger behind it if there is one."""
    part = SECTIONS[code].partition(f"\n{kind}:\n")[2].partition("\nGood:\n")[0]
    document, *triggers = map(json.loads, re.findall(r"^```json\n(.*?)^```", part, re.DOTALL | re.MULTILINE))
    return SyncJob.from_dict({"id": "", **document}).check(map(SyncJobCronTrigger.from_dict, triggers))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_documented_examples(rule: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each rule, the bad example has exactly its finding, and the good one has none."""
    if rule.name == "jsonata-not-checked":
        monkeypatch.setitem(sys.modules, "jsonata", None)

    assert [(rule.code, rule.name, rule.severity)] == [
        (finding.code, finding.name, finding.severity) for finding in example(rule.code, "Bad")
    ]
    assert () == example(rule.code, "Good")


def test_documented_table() -> None:
    """The documentation has the rules and no others, in their order, each with a section that says the same."""
    rows = re.findall(r"^\| \[(\w+)\]\(#([\w-]+)\) \| ([\w-]+) \| (\w+) \| (.*) \|$", DOCUMENT, re.MULTILINE)

    assert rows == [
        (rule.code, f"{rule.code.lower()}-{rule.name}", rule.name, str(rule.severity), rule.summary) for rule in RULES
    ]
    assert [rule.code for rule in RULES] == [*SECTIONS]
    for rule in RULES:
        assert SECTIONS[rule.code].startswith(
            f"{rule.code} {rule.name}\n\n{str(rule.severity).capitalize()}. {rule.summary}\n"
        )


def test_codes() -> None:
    """They are in order, and used once; so are the names."""
    assert sorted({rule.code for rule in RULES}) == [rule.code for rule in RULES]
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("path", SOUND_JOBS, ids=lambda path: path.stem)
def test_sound_jobs(path: Path) -> None:
    """Jobs as customers run them have no findings."""
    assert () == SyncJob.from_json(path.read_bytes()).check()


def test_sound_jobs_are_of_every_kind() -> None:
    """They are at least ten, of every runtime and type of node."""
    sound = [SyncJob.from_json(path.read_bytes()) for path in SOUND_JOBS]
    types = {type(node) for each in sound for node in each.resources or []}

    assert len(sound) >= 10
    assert {1, 2, 3, 4} == {each.default_runtime_version for each in sound}
    assert {"UnknownNode"} == {kind.__name__ for kind in truto_async.models.Node.__args__} - {
        kind.__name__ for kind in types
    }


@pytest.mark.parametrize("path", SOUND_JOBS, ids=lambda path: path.stem)
def test_sound_jobs_without_the_package_for_jsonata(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found but that JSONata was not checked, where there is any."""
    monkeypatch.setitem(sys.modules, "jsonata", None)
    sound = SyncJob.from_json(path.read_bytes())
    has_jsonata = any(expression.language == "jsonata" for expression in truto_async.pipeline.find_expressions(sound))

    assert ["TRUTO499"] * has_jsonata == codes(sound.check())


def test_seeds() -> None:
    """The jobs of the fake server are sound; one has a node type of the future, which is said."""
    found = [finding for document in SEED_JOBS for finding in SyncJob.from_dict(document).check()]

    assert [("unknown-type", "labels")] == [(finding.name, finding.node) for finding in found]


def telling(value: Any, key: str = "") -> Any:
    """Put what jobs are made of in place of the texts in a JSON value, apart from types and times."""
    if isinstance(value, dict):
        return {name: telling(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [telling(item) for item in value]
    if not isinstance(value, str) or key in ("type", "created_at", "updated_at"):
        return value
    return WORDS[sum(value.encode("utf-8", "surrogatepass")) % len(WORDS)]


@given(document=jobs | jobs.map(telling))
def test_any_job(document: dict[str, Any]) -> None:
    """A job that decodes can be checked, and each finding says where, what, and what to do."""
    decoded = SyncJob.from_dict(document)

    for finding in decoded.check():
        assert finding.path.startswith("$")
        assert finding.node is None or finding.node in decoded.graph.nodes
        assert finding.message.endswith((".", "?"))
        assert finding.fix.endswith(".")


@given(document=jobs)
def test_agrees_with_arguments(document: dict[str, Any]) -> None:
    """What is reported as unused or undeclared is so in `job.arguments`."""
    decoded = SyncJob.from_dict(document)
    arguments = decoded.arguments

    for finding in decoded.check():
        if finding.name == "unused-argument":
            assert any(not argument.uses and f'"{name}"' in finding.message for name, argument in arguments.items())
        if finding.name == "undeclared-argument":
            assert any(not argument.declared and f"`args.{name}`" in finding.message for name, argument in arguments.items())


def test_order() -> None:
    """Findings of the job come first, then those of the nodes, in their order; within a node by path, then by code."""
    nodes = [{"name": f"n{number}", "type": "spool", "depends_on": "gone", "persist": True} for number in range(12)]
    found = job(*nodes, args_schema={"unused": {}}, mutex_key="{{args.x[0]}}").check()

    assert ["$.args_schema.unused", "$.mutex_key"] == [finding.path for finding in found[:2]]
    assert [f"$.resources[{number}].{field}" for number in range(12) for field in ("depends_on", "persist")] == [
        finding.path for finding in found[2:]
    ]


def test_a_finding() -> None:
    """It has all of it on one line as a string."""
    (finding,) = job(
        TICKETS, {"name": "slim", "type": "spool", "depends_on": "tikets"}, args_schema={"integrated_account_id": {}}
    ).check()

    assert (
        Finding(
            code="TRUTO102",
            name="unknown-dependency",
            severity=Severity.ERROR,
            node="slim",
            path="$.resources[1].depends_on",
            message='"slim" depends on "tikets", and no node is called so: it never runs. Did you mean "tickets"?',
            fix="Name a node of the job, or drop `depends_on`.",
        )
        == finding
    )
    assert (
        '$.resources[1].depends_on: error: "slim" depends on "tikets", and no node is called so: it never runs. '
        'Did you mean "tickets"? Name a node of the job, or drop `depends_on`. [TRUTO102 unknown-dependency]'
    ) == str(finding)


def test_severities_can_be_compared() -> None:
    """An error is worse than a warning."""
    assert Severity.INFO < Severity.WARNING < Severity.ERROR
    assert ["info", "warning", "error"] == [str(severity) for severity in Severity]


def test_large_jobs() -> None:
    """Depth is no problem, and thousands of mistakes are all found."""
    names = [f"n{number}" for number in range(5000)]
    chain = [
        {"name": name, "type": "transform", "depends_on": parent, "config": {"expression": "$"}}
        for name, parent in zip(names[1:], names, strict=False)
    ]
    wrong = [{**node, "depends_on": f"{node['depends_on']}x"} for node in chain]
    closed: list[dict[str, Any]] = [{"name": "n0", "type": "spool", "depends_on": names[-1]}, *chain]

    assert ["TRUTO102"] == codes(job(*chain).check())
    assert ["TRUTO102"] * 4999 == codes(job(*wrong).check())
    pairs = [
        [{"name": a, "type": "spool", "depends_on": b}, {"name": b, "type": "spool", "depends_on": a}] for a, b in PAIRS
    ]

    assert ["TRUTO101"] * len(PAIRS) == codes(job(*(node for pair in pairs for node in pair)).check())
    assert ["TRUTO101"] == codes(job(*closed).check())


def test_both_packages() -> None:
    """They have the same names."""
    assert truto_sync.pipeline.check is check
    assert {"RULES", "Finding", "Rule", "Severity", "check"} <= set(truto_sync.pipeline.__all__)  # type: ignore[attr-defined]  # made on first use
