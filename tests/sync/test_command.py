"""The command, as a person runs it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from truto_async import RunStalled, SyncJob, SyncJobRun
from truto_async.pipeline._pictures.summary import render
from truto_async.testing import SEED_JOBS, FakeTruto, RunStep
from truto_sync._cli import runs
from truto_sync._cli.main import main


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TRUTO_")}
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-m", "truto_sync", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={**clean, "PYTHONIOENCODING": "utf-8", **environment},
    )


def test_demo() -> None:
    """Without an account, the demo shows a job, over real HTTP."""
    done = command("get", "--demo")

    assert 0 == done.returncode
    assert render(SyncJob.from_dict(SEED_JOBS[0])) == done.stdout
    assert done.stderr.startswith("demo: ")


def test_demo_json() -> None:
    """The JSON, and nothing else, goes to standard output."""
    done = command("get", SEED_JOBS[2]["id"], "--demo", "--json")

    assert SEED_JOBS[2] == json.loads(done.stdout)


def test_a_terminal_without_unicode() -> None:
    """What the terminal cannot show becomes a question mark."""
    done = command("get", "--demo", PYTHONIOENCODING="ascii")

    assert 0 == done.returncode
    assert "?? tickets  [request] list ticketing/tickets" in done.stdout


def test_against_a_server(truto_env: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """With token and URL in the environment it asks the server there."""
    assert 0 == main(["get", SEED_JOBS[1]["id"]])
    assert capsys.readouterr().out.startswith("SharePoint files\n")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "404"),
        ({"TRUTO_API_TOKEN": "wrong"}, "401"),
        ({"TRUTO_API_TOKEN": ""}, "TRUTO_API_TOKEN"),
        ({"TRUTO_API_TOKEN": "a b"}, "TRUTO_API_TOKEN"),
        ({"TRUTO_API_BASE_URL": "http://127.0.0.1:1"}, "no answer from 127.0.0.1:1"),
        ({"TRUTO_API_BASE_URL": "nonsense"}, "TRUTO_API_BASE_URL"),
    ],
)
def test_failures(truto_env: FakeTruto, environment: dict[str, str], words: str) -> None:
    """Whatever fails, it is one line on standard error, and exit status 1."""
    good = {"TRUTO_API_TOKEN": truto_env.token, "TRUTO_API_BASE_URL": truto_env.url}

    done = command("get", "unknown", **{**good, **environment})

    assert (1, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert done.stderr.startswith("error: ")
    assert words in done.stderr


@pytest.mark.parametrize("arguments", [[], ["get"], ["fly"], ["get", "a", "b"], ["get", "--nope", "a"]])
def test_wrong_usage(arguments: list[str]) -> None:
    """Wrong usage exits with 2 and says how it is used."""
    done = command(*arguments)

    assert (2, "") == (done.returncode, done.stdout)
    assert "usage: python -m truto_sync" in done.stderr


def test_the_console_script() -> None:
    """It does the same, and names itself as it was called."""
    script = Path(sys.executable).with_name("truto-async")
    done = subprocess.run([script, "get", "--demo"], capture_output=True, encoding="utf-8", check=True)
    wrong = subprocess.run([script, "get"], capture_output=True, encoding="utf-8", check=False)

    assert render(SyncJob.from_dict(SEED_JOBS[0])) == done.stdout
    assert (2, "usage: truto-async get [-h]") == (wrong.returncode, wrong.stderr[:27])


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """It is that of the distribution, under its name."""
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--version"])
    assert f"truto-async {version('truto-async')}\n" == capsys.readouterr().out


def test_a_closed_pipe() -> None:
    """A reader that has seen enough, as in `| head -1`, is no reason to complain."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "truto_sync", "get", "--demo"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)

    assert (1, 1) == (done.returncode, done.stderr.count("\n"))
    assert done.stderr.startswith("demo: ")


def test_ctrl_c(truto_env: FakeTruto) -> None:
    """Ctrl-C ends the command without a traceback."""
    truto_env.fail(delay=30)
    running = subprocess.Popen(
        [sys.executable, "-m", "truto_sync", "get", "x"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # the tests may run with it ignored
    )
    while not truto_env.requests:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)

    assert (("", ""), 130) == (running.communicate(timeout=30), running.returncode)


def test_json_survives_the_terminal() -> None:
    """The JSON is right in any encoding of standard output."""
    with FakeTruto([{"id": "x", "label": "Zürich ✓ \ud83d"}]) as fake:
        good = {"TRUTO_API_TOKEN": fake.token, "TRUTO_API_BASE_URL": fake.url}
        for encoding in ("ascii", "latin-1", "utf-8"):
            done = command("get", "x", "--json", **good, PYTHONIOENCODING=encoding)
            assert {"id": "x", "label": "Zürich ✓ \ud83d"} == json.loads(done.stdout)


def test_what_a_server_says_is_made_harmless() -> None:
    """An error message does not steer the terminal."""
    with FakeTruto() as fake:
        fake.fail(404, body={"message": "evil\x1b[2J"})
        done = command("get", "x", TRUTO_API_TOKEN=fake.token, TRUTO_API_BASE_URL=fake.url)

    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("target", ["/dev/full", "&-"])
def test_output_that_cannot_be_written(target: str) -> None:
    """A full disk, or no standard output at all."""
    script = f"{sys.executable} -m truto_sync get --demo >{target}"
    done = subprocess.run(["/bin/sh", "-c", script], stderr=subprocess.PIPE, text=True, check=False)

    assert "Traceback" not in done.stderr
    assert (1 if target == "/dev/full" else 0) == done.returncode


def tree(*nodes: dict[str, object]) -> list[str]:
    """Render nodes and give the lines of their tree."""
    text = render(SyncJob.from_dict({"id": "x", "resources": list(nodes)}))
    return [line[2:] for line in text.partition("Resources\n")[2].splitlines()]


def test_tree_of_destinations() -> None:
    """A destination hangs on each node that it persists, and stands alone where none of them is there."""
    lines = tree(
        {"type": "transform", "name": "a"},
        {"type": "transform", "name": "b", "depends_on": "a"},
        {"type": "destination", "name": "d", "resources_to_persist": ["a", "b", "a"]},
        {"type": "destination", "name": "e", "resources_to_persist": ["gone"]},
    )

    assert [
        "a  [transform]",
        "├─ b  [transform]",
        "│  └─ d  [destination]",
        "└─ d  [destination]",
        "e  [destination]",
    ] == lines


def test_tree_with_a_cycle() -> None:
    """Nodes that depend on each other, or on themselves, are all shown, once."""
    lines = tree(
        {"type": "transform", "name": "a", "depends_on": "c"},
        {"type": "transform", "name": "b", "depends_on": "a"},
        {"type": "transform", "name": "c", "depends_on": "b"},
        {"type": "transform", "name": "self", "depends_on": "self"},
    )

    assert [
        "self  [transform]",
        "a  [transform]",
        "└─ b  [transform]",
        "   └─ c  [transform]",
        "      └─ a  [transform]  (see above)",
    ] == lines


def test_tree_of_diamonds() -> None:
    """A subtree that is reached twice is drawn once, so that many of them stay readable."""
    nodes: list[dict[str, object]] = [{"type": "spool", "name": "n0"}]
    for level in range(1, 40):
        nodes += ({"type": "spool", "name": f"{side}{level}", "depends_on": f"n{level - 1}"} for side in "ab")
        nodes += [{"type": "spool", "name": f"n{level}", "depends_on": [f"a{level}", f"b{level}"]}]

    assert len(tree(*nodes)) < 4 * 40


def test_tree_that_is_very_deep() -> None:
    """A long chain is no problem."""
    chain: list[dict[str, object]] = [{"type": "spool", "name": f"n{i}", "depends_on": f"n{i - 1}"} for i in range(1500)]

    assert 1500 == len(tree(*chain))


def test_details_and_odd_text() -> None:
    """Long details are cut, control characters kept from the terminal, wide characters counted as wide."""
    job = SyncJob.from_dict(
        {
            "id": "x",
            "label": "evil\x1b[2J",
            "args_schema": {"名前": {"type": ["string", "null"], "default": "a", "description": "d"}, "n": {}},
            "resources": [
                {"type": "transform", "name": "t", "config": {"expression": "a \n" * 100}},
                {"type": "event", "name": "v", "config": {"name": "error"}},
                {"resource": "x"},
                {"type": "spool"},
                {"type": "get_state", "name": "g"},
                {"type": "future", "name": "f"},
            ],
        }
    )
    text = render(job)

    assert "\x1b" not in text
    assert "evil\N{REPLACEMENT CHARACTER}[2J" in text
    assert '  名前  string|null            "a"      d\n  n\n' in text
    assert "t  [transform] " + ("a " * 30) + "...\n" in text
    assert "  v  [event] error\n  request x\n  spool\n  g  [get_state]\n  f  [future]\n" in text


def test_bare_job() -> None:
    """A job that has hardly a field can be printed."""
    text = render(SyncJob(id=""))

    assert text.startswith("(no label)\n")
    assert text.endswith("Arguments\n  (none)\n\nResources\n  (none)\n")


def test_run_demo() -> None:
    """The demo starts a run and follows it; the id alone goes to standard output."""
    done = command("run", "--demo", "--wait")

    assert 0 == done.returncode
    assert re.fullmatch(r"[0-9a-f-]{36}\n", done.stdout)
    assert "  tickets list: 100 fetched, 100 persisted\n" in done.stderr
    assert done.stderr.endswith("ended: completed\n")


def test_run(truto_env: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """Arguments are JSON where they can be, else text; without --wait nothing is followed."""
    truto_env.add({"id": "job"})
    arguments = ["--arg", "size=5", "--arg", "since=2026-01-01", "--arg", 'tags=["a"]', "--account", "account-1"]

    assert 0 == main(["run", "job", *arguments])
    [run] = truto_env.runs.values()
    assert {"size": 5, "since": "2026-01-01", "tags": ["a"]} == run["args"]
    assert ("account-1", f"{run['id']}\n") == (run["integrated_account_id"], capsys.readouterr().out)
    for wrong in (["run"], ["run", "job", "--arg", "size"]):
        assert 1 == main(wrong)
    assert "NAME=VALUE" in capsys.readouterr().err


def test_a_run_that_fails(truto_env: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """What happens is said line by line, and at last why the run failed; the exit status is 1."""
    truto_env.add({"id": "job"})
    truto_env.plan_run(
        RunStep("rate_limited", 0.1, retry_after=5), RunStep("failed", logs=[{"status": 401, "logs": ["no"]}])
    )
    truto_env.plan_run(RunStep("stopped"))

    assert 1 == main(["run", "job", "--wait"])
    shown = capsys.readouterr().err
    assert "rate_limited\n  limited until " in shown
    assert "ended: failed\nerror: run " in shown
    assert "authentication: no" in shown
    assert 1 == main(["run", "job", "--wait"])
    assert capsys.readouterr().err.endswith("ended: stopped\n")


def test_runs_logs_and_stop(truto_env: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """Runs are listed, looked into and stopped."""
    truto_env.add({"id": "job"})
    logs: list[Any] = ["Fetched", {"resource": "users", "status": 500, "num_records": 3, "logs": [{"message": "down"}]}]
    truto_env.plan_run(RunStep("running", 60, logs=logs), RunStep("completed"))
    assert 0 == main(["run", "job"])
    run_id = capsys.readouterr().out.strip()

    assert 0 == main(["runs", "--job", "job", "--status", "running"])
    assert re.fullmatch(rf"{run_id}  running       \S+ \S+  job\n", capsys.readouterr().out)
    assert 0 == main(["runs", "--ndjson", "--most", "1"])
    assert run_id == json.loads(capsys.readouterr().out)["id"]
    assert 0 == main(["logs", run_id])
    shown = capsys.readouterr().out
    assert re.search(r"^\S+ \S+  Fetched$", shown, re.MULTILINE)
    assert re.search(r'^\S+ \S+  users  500  3 records  \{"message": "down"\}$', shown, re.MULTILINE)
    assert 0 == main(["logs", run_id, "--ndjson"])
    assert {run_id} == {json.loads(line)["sync_job_run_id"] for line in capsys.readouterr().out.splitlines()}
    assert 0 == main(["stop", run_id])
    assert f"{run_id}  stopped\n" == capsys.readouterr().out
    assert 1 == main(["stop", "unknown"])


def test_progress_on_a_terminal() -> None:
    """With rich, the counters of each node are in a table."""
    leader, follower = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "truto_sync", "run", "--demo", "--wait"], stdout=subprocess.DEVNULL, stderr=follower
    ) as process:
        os.close(follower)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal
            while data := os.read(leader, 4096):
                shown += data
    os.close(leader)

    assert 0 == process.returncode
    assert b"comments list" in shown
    assert b"100 fetched, 100 persisted" in shown
    assert b"ended: completed" in shown


def test_a_run_that_stalls() -> None:
    """It is said for how long nothing has changed."""
    event = RunStalled(run=SyncJobRun(id="r"), seconds=301.5)

    assert "  nothing has changed for 302 s" == runs._line(event)


def test_ctrl_c_says_that_the_run_goes_on(truto_env: FakeTruto) -> None:
    """The id is printed, and how to go on."""
    truto_env.add({"id": "job"})
    truto_env.plan_run(RunStep("running", 60), RunStep("completed"))
    with subprocess.Popen(
        [sys.executable, "-m", "truto_sync", "run", "job", "--wait"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  # may be ignored here
    ) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, shown = process.communicate(timeout=30)

    assert 130 == process.returncode
    assert f"The run {run_id} goes on." in shown
    assert "running" == truto_env.runs[run_id]["status"]
