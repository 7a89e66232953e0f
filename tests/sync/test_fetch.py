"""The commands for many jobs: `list` and `fetch`."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import Progress
from truto_async.testing import SEED_JOBS, FakeTruto
from truto_sync._cli import fetch
from truto_sync._cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IDS = [f"job-{number}" for number in range(300)]
JOBS = [{"id": job_id, "label": f"Job of {job_id}", "integration_name": "zendesk"} for job_id in IDS]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTruto]:
    """Give a fake with many jobs, in the environment."""
    with FakeTruto(JOBS) as fake:
        monkeypatch.setenv("TRUTO_API_TOKEN", fake.token)
        monkeypatch.setenv("TRUTO_API_BASE_URL", fake.url)
        yield fake


def lines(path: Path) -> list[Any]:
    """Read a file of JSON lines, every one whole."""
    content = path.read_bytes()
    assert content.endswith(b"\n") or not content
    return [json.loads(line) for line in content.splitlines()]


def test_list(fake: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """For people, a job a line."""
    assert 0 == main(["list"])
    assert "job-0  zendesk               Job of job-0" == capsys.readouterr().out.splitlines()[0]
    assert 0 == main(["list", "--integration", "none"])
    assert "" == capsys.readouterr().out


def test_list_as_json(fake: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs, an array or lines."""
    assert 0 == main(["list", "--json"])
    assert JOBS == json.loads(capsys.readouterr().out)
    assert 0 == main(["list", "--ndjson", "--integration", "zendesk"])
    assert JOBS == [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_demos(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Both work without an account."""
    ids = tmp_path / "ids.txt"
    ids.write_text(SEED_JOBS[2]["id"])

    assert 0 == main(["list", "--demo"])
    assert "HubSpot contacts" in capsys.readouterr().out
    assert 0 == main(["fetch", str(ids), "--out", str(tmp_path / "out"), "--demo"])
    assert [SEED_JOBS[2]] == lines(tmp_path / "out")


def test_fetch(fake: FakeTruto, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each job is a line; failures go to standard error, and show in the exit status."""
    ids, out = tmp_path / "ids.txt", tmp_path / "out.ndjson"
    ids.write_text("\n".join([*IDS, "", " job-1 ", "missing\x1b[2J"]))

    assert 1 == main(["fetch", str(ids), "--out", str(out)])

    errors = capsys.readouterr().err
    assert sorted(IDS) == sorted(job["id"] for job in lines(out))
    assert "missing" in errors
    assert "301 of 301, 1 failed\n" in errors
    assert "\x1b" not in errors


def test_resume(fake: FakeTruto, tmp_path: Path) -> None:
    """What the file has is kept; a line that was cut off is fetched again; without --resume the file is made anew."""
    ids, out = tmp_path / "ids.txt", tmp_path / "out.ndjson"
    ids.write_text("\n".join(IDS))
    whole = "".join(json.dumps(job) + "\n" for job in JOBS[:100])
    out.write_text(whole + '{"id": "job-2')

    assert 0 == main(["fetch", str(ids), "--out", str(out), "--resume"])
    assert 200 == len(fake.requests)
    assert sorted(IDS) == sorted(job["id"] for job in lines(out))
    assert 0 == main(["fetch", str(ids), "--out", str(out), "--resume"])
    assert 200 == len(fake.requests)
    assert 0 == main(["fetch", str(ids), "--out", str(out)])
    assert 300 == len(lines(out))


def test_files_that_are_none(fake: FakeTruto, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A missing list of ids, a file of something else, a folder that is not there: one line each."""
    ids, out = tmp_path / "ids.txt", tmp_path / "out.ndjson"
    ids.write_text("job-1")
    out.write_text("[1]\n")
    for arguments in (
        ["fetch", str(tmp_path / "missing"), "--out", str(out)],
        ["fetch", str(ids), "--out", str(out), "--resume"],
        ["fetch", str(ids), "--out", str(tmp_path / "missing" / "x")],
    ):
        assert 1 == subprocess.run([sys.executable, "-m", "truto_sync", *arguments], check=False).returncode
    assert "[1]\n" == out.read_text()


def test_ids_from_standard_input(fake: FakeTruto, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As in a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "truto_sync", "fetch", "-", "--out", str(tmp_path / "out"), "--resume"],
        input="job-5\njob-6\n",
        text=True,
        check=False,
    )

    assert 0 == done.returncode
    assert {"job-5", "job-6"} == {job["id"] for job in lines(tmp_path / "out")}


def test_killed_and_resumed(fake: FakeTruto, tmp_path: Path) -> None:
    """Killed five times, whole lines each time, and in the end every id once."""
    ids, out = tmp_path / "ids.txt", tmp_path / "out.ndjson"
    ids.write_text("\n".join(IDS))
    for round_ in range(5):
        for _ in range(40):
            fake.fail(delay=0.02)
        running = subprocess.Popen(
            [sys.executable, "-m", "truto_sync", "fetch", str(ids), "--out", str(out), "--resume"],
            stderr=subprocess.DEVNULL,
        )
        while not out.exists() or len(out.read_bytes().splitlines()) < 20 * (round_ + 1):
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
        running.wait()
        lines(out)
    assert 0 == main(["fetch", str(ids), "--out", str(out), "--resume"])

    assert dict.fromkeys(IDS, 1) == Counter(job["id"] for job in lines(out))


def test_a_bar_on_a_terminal(fake: FakeTruto, tmp_path: Path) -> None:
    """On a terminal there is a bar."""
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(IDS))
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "truto_sync", "fetch", str(ids), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, stderr=end, check=False)
    os.close(end)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)

    assert 0 == done.returncode
    assert "fetching" in shown
    assert "100%" in shown


def test_plain_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """Elsewhere there is a line now and then."""
    for done in (1, 999, 1000, 1001, 1500):
        fetch._plain_progress(Progress(done=done, failed=2, total=1500))

    assert "1000 of 1500, 2 failed\n1500 of 1500, 2 failed\n" == capsys.readouterr().err


def test_letter_case_and_byte_order_marks(fake: FakeTruto, tmp_path: Path) -> None:
    """Ids that differ in case only are one job; a mark at the beginning is none of the first id."""
    ids, out = tmp_path / "ids.txt", tmp_path / "out.ndjson"
    ids.write_text("\ufeffjob-1\nJOB-1\njob-2\n", encoding="utf-8")
    fake.add({"id": "JOB-1", "label": "the same"})
    for _ in range(2):
        assert 0 == main(["fetch", str(ids), "--out", str(out), "--resume"])
    assert ["job-1", "job-2"] == sorted(job["id"].lower() for job in lines(out))
    ids.write_bytes(b"\xff\xfe")
    assert 1 == main(["fetch", str(ids), "--out", str(out)])
