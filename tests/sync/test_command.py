"""The command, as a person runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from truto_async import SyncJob
from truto_async.models._render import render
from truto_async.testing import SEED_JOBS, FakeTruto
from truto_sync import _cli


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
    assert 0 == _cli.main(["get", SEED_JOBS[1]["id"]])
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
