"""The command `preview`, as a person runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.sync.test_command import command
from truto_async import SyncJob
from truto_async.testing import SEED_JOBS
from truto_sync._cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from truto_async.testing import FakeTruto

ARGS = {"integrated_account_id": "acc-1", "webhook_id": "hook-1"}


@pytest.fixture(name="file")
def file_with_a_job(tmp_path: Path) -> str:
    """Write a job."""
    path = tmp_path / "job.json"
    path.write_text(json.dumps(SEED_JOBS[0]))
    return str(path)


def test_demo() -> None:
    """Without an account, the demo shows what a run of its first job would do, with arguments that fit."""
    done = command("preview", "--demo")

    assert 0 == done.returncode
    args = {"integrated_account_id": "demo-account", "webhook_id": "demo-webhook"}
    assert SyncJob.from_dict(SEED_JOBS[0]).plan(args).to_text() == done.stdout


def test_a_file(file: str) -> None:
    """A file needs neither a token nor a server."""
    done = command("preview", file, "--arg", "integrated_account_id=acc-1", "--arg", "webhook_id=hook-1")

    assert (0, "") == (done.returncode, done.stderr)
    assert SyncJob.from_dict(SEED_JOBS[0]).plan(ARGS).to_text() == done.stdout


def test_an_id(truto_env: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """A job of the server; nothing but the job is fetched, and nothing is started."""
    assert 0 == main(["preview", SEED_JOBS[0]["id"], "--args", json.dumps(ARGS)])

    assert "mutex_key                   tickets-acc-1\n" in capsys.readouterr().out
    assert [f"/sync-job/{SEED_JOBS[0]['id']}"] == [request.path for request in truto_env.requests]


def test_json(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON is that of the plan; arguments and context can be in files, and single arguments win."""
    (tmp_path / "args.json").write_text(json.dumps({**ARGS, "webhook_id": "other"}))
    (tmp_path / "context.json").write_text('{"resources": {"cursor": {"value": "2026"}}}')

    options = ["--args", f"@{tmp_path}/args.json", "--arg", "webhook_id=hook-1", "--context", f"@{tmp_path}/context.json"]
    assert 0 == main(["preview", file, *options, "--format", "json"])

    expected = SyncJob.from_dict(SEED_JOBS[0]).plan(ARGS, {"resources": {"cursor": {"value": "2026"}}}).to_dict()
    assert expected == json.loads(capsys.readouterr().out)
    assert {"gt": "2026"} == expected["requests"][0]["calls"][0]["query"]["updated_at"]


def test_wrong_arguments(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan is printed all the same, and the command fails."""
    assert 1 == main(["preview", file, "--arg", "page_size=many"])

    out = capsys.readouterr().out
    assert "! 'integrated_account_id' is missing" in out
    assert "Requests\n" in out


def test_what_is_not_checked_is_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A validation that needs a function of Truto's own does not fail the command."""
    (tmp_path / "job.json").write_text('{"id": "x", "args_validation": "$dtFromIso(args.x)"}')

    assert 0 == main(["preview", str(tmp_path / "job.json")])
    assert "\n  ? args_validation" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--args", "[1]"], "--args must be a JSON object"),
        (["--args", "{"], "--args is not JSON"),
        (["--args", "@nowhere.json"], "--args @nowhere.json cannot be read: No such file or directory"),
        (["--context", '"x"'], "--context must be a JSON object"),
        (["--arg", "x"], "--arg must be NAME=VALUE: 'x'"),
    ],
)
def test_wrong_options(options: list[str], words: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They fail with one line that says what is wrong."""
    assert 1 == main(["preview", file, *options])

    error = capsys.readouterr().err
    assert error.startswith(f"error: {words}")
    assert 1 == error.count("\n")


def test_no_job(capsys: pytest.CaptureFixture[str]) -> None:
    """A job is needed."""
    assert 1 == main(["preview"])
    assert "error: preview: the id of a job or a file is needed, or --demo\n" == capsys.readouterr().err


def test_a_run_takes_the_same_arguments(truto_env: FakeTruto) -> None:
    """What was previewed can be started."""
    assert 0 == main(["run", SEED_JOBS[0]["id"], "--args", json.dumps(ARGS), "--arg", "page_size=7"])

    assert {**ARGS, "page_size": 7} == json.loads(truto_env.requests[-1].body)["args"]
