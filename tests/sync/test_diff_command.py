"""The command `diff`, as a person runs it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.sync.test_command import command
from truto_async import SyncJob
from truto_async.pipeline import diff
from truto_async.testing import SEED_JOBS
from truto_sync._cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from truto_async.testing import FakeTruto


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Write the first seed under another label."""
    path = tmp_path / "job.json"
    path.write_text(json.dumps(SEED_JOBS[0] | {"label": "Mine ✓"}))
    return str(path)


def test_files_need_no_account(file: str) -> None:
    """Two files are compared without a server; the exit status is that of diff(1)."""
    same, trouble = (command("diff", file, other) for other in (file, "missing.json"))

    assert (0, "", "") == (same.returncode, same.stdout, same.stderr)
    assert (2, "") == (trouble.returncode, trouble.stdout)
    assert "error: the file missing.json cannot be read" in trouble.stderr


def test_an_id_and_a_file(truto_env: FakeTruto, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Either side can be either, in each format."""
    expected = diff(SyncJob.from_dict(SEED_JOBS[0]), SyncJob.from_dict(SEED_JOBS[0] | {"label": "Mine ✓"}))

    assert 1 == main(["diff", SEED_JOBS[0]["id"], file])
    assert '~ label: "Zendesk tickets to warehouse" -> "Mine ✓"\n' == expected.to_text() == capsys.readouterr().out
    assert 1 == main(["diff", SEED_JOBS[0]["id"], file, "--format", "json"])
    assert expected.to_dict() == json.loads(capsys.readouterr().out)
    assert 1 == main(["diff", file, SEED_JOBS[0]["id"], "--format", "markdown"])
    assert "1 field changed\n\n```diff\n" in capsys.readouterr().out
    assert 0 == main(["diff", SEED_JOBS[0]["id"], SEED_JOBS[0]["id"]])


def test_trouble(truto_env: FakeTruto, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever prevents a comparison exits with 2; standard input has one job at the most."""
    assert 2 == main(["diff", "unknown", SEED_JOBS[0]["id"]])
    assert 2 == main(["diff", "-", "-"])
    assert "only one of the two jobs" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(SEED_JOBS[1]).encode())))
    assert 0 == main(["diff", SEED_JOBS[1]["id"], "-"])
