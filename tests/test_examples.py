"""The examples run, as a user would run them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from truto_async.testing import RunStep

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize("name", ["job_life.py", "job_life_async.py"])
def test_the_life_of_a_job(truto_env: FakeTruto, name: str) -> None:
    """Both styles take a job from its creation to its end."""
    jobs = dict(truto_env.jobs)
    truto_env.plan_run(RunStep("running", 0.3), RunStep("completed"))
    truto_env.plan_run(RunStep("running", 60), RunStep("completed"))
    command = [sys.executable, "-X", "dev", "-W", "error", str(EXAMPLES / name), "account-1"]

    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)

    lines = done.stdout.splitlines()
    assert "created Tickets" == lines[0]
    assert "tickets {'fetched': 100, 'persisted': 100}" in lines
    assert [
        "run completed",
        "state last_account account-1",
        "scheduled 0 6 * * *",
        "second run stopped",
        "deleted",
    ] == lines[-5:]
    assert jobs == truto_env.jobs
    assert {} == truto_env.cron_triggers == truto_env.webhooks
    assert ["0 6 * * *"] == list(truto_env.scheduled.values())
