"""The command `demo`."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

from truto_sync import Truto


def test_it_serves_until_ctrl_c() -> None:
    """What it prints leads a client to a server with jobs; Ctrl-C is its usual end."""
    with subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-m", "truto_sync", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # the tests may run with it ignored
    ) as running:
        assert running.stdout is not None
        printed = running.stdout.readline() + running.stdout.readline()
        found = dict(re.findall(r"^export (\w+)=(\S+)$", printed, re.MULTILINE))
        with Truto(found["TRUTO_API_TOKEN"], base_url=found["TRUTO_API_BASE_URL"]) as truto:
            job = truto.sync_jobs.list().first()
        running.send_signal(signal.SIGINT)
        rest, told = running.communicate(timeout=30)

    assert job is not None
    assert "Zendesk tickets to warehouse" == job.label
    assert (0, "") == (running.returncode, rest)
    assert 1 == told.count("\n")
    assert told.startswith("demo: ")
