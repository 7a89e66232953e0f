"""The shared limit of processes that are killed, paused by an answer of 429, or whose clocks are wrong. A server judges."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import redis_server
from truto_async.testing import SEED_JOBS, FakeTruto

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.redis_server import RedisServer

LIMIT, PER = 100, 1.0


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = redis_server.start(tmp_path_factory.mktemp("redis"), age=4.0)
    yield server
    server.stop()


class Processes:
    """Processes with one limit."""

    def __init__(self, server: RedisServer, fake: FakeTruto, count: int, requests: int, **options: Any) -> None:
        """Start them, and wait until they are ready."""
        with server.client() as client:
            client.flushall()
        fake.limit(LIMIT, per=PER)
        given = {
            "redis": server.url,
            "url": fake.url,
            "job": SEED_JOBS[3]["id"],
            "limit": {"limit": LIMIT, "per": PER, "timeout": 1.0, "lease": 3.0},
            "requests": requests,
            "tasks": 16,
            "retry": False,
            "clock": 0.0,
        } | options
        clocks = options.get("clocks", [0.0] * count)
        self.all = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.limits.shared_worker", json.dumps(given | {"clock": clock})],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for clock in clocks
        ]
        for process in self.all:
            assert process.stdout is not None
            assert "ready\n" == process.stdout.readline()

    def begin(self) -> float:
        """Let them begin, all at once."""
        for process in self.all:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        return time.monotonic()

    def wait(self) -> list[dict[str, Any]]:
        """Wait for them, and return what those say that were not killed."""
        found = [process.communicate(timeout=60)[0] for process in self.all]
        return [json.loads(text) for text in found if text]


@pytest.mark.parametrize("hours", [[0] * 8, [-9, -3, -1, 0, 1, 4, 50, 1000]], ids=["right clocks", "wrong clocks"])
def test_eight_processes(server: RedisServer, fake_truto: FakeTruto, hours: list[int]) -> None:
    """None is refused, most of the limit is used, and few round trips are made; whatever their clocks say."""
    processes = Processes(server, fake_truto, 8, 60, clocks=[3600.0 * hour for hour in hours])
    began = processes.begin()
    found = processes.wait()

    assert [[]] * 8 == [process["errors"] for process in found]
    assert 480 == len(fake_truto.requests)
    ideal = (480 / LIMIT - 1) * PER
    assert ideal <= fake_truto.requests[-1].time - began < 2 * ideal
    assert sum(process["calls"] for process in found) <= 0.3 * 480


def test_two_of_eight_are_killed(server: RedisServer, fake_truto: FakeTruto) -> None:
    """Their slots are lost for a lease; the others go on."""
    processes = Processes(server, fake_truto, 8, 60)
    began = processes.begin()
    time.sleep(1.8)
    for process in processes.all[:2]:
        process.kill()
    found = processes.wait()
    for process in processes.all:
        assert process.stdin is not None
        process.stdin.close()

    assert [[]] * 6 == [process["errors"] for process in found]
    ideal, lease = len(fake_truto.requests) / LIMIT * PER, 3.0
    assert fake_truto.requests[-1].time - began < 2 * ideal + lease


def test_a_429_stops_all(server: RedisServer, fake_truto: FakeTruto) -> None:
    """What one process is told, all do within half a second."""
    processes = Processes(server, fake_truto, 4, 75, retry=True)
    processes.begin()
    time.sleep(0.8)
    fake_truto.fail(429, headers={"Retry-After": "2"})
    found = processes.wait()

    assert [[]] * 4 == [process["errors"] for process in found]
    assert 301 == len(fake_truto.requests)
    times = sorted(request.time for request in fake_truto.requests)
    longest, began = max((later - earlier, earlier) for earlier, later in itertools.pairwise(times))
    assert longest >= 1.5
    resumed = [moment for moment in times if moment > began + longest - 0.01]
    assert sum(moment < resumed[0] + PER / 2 for moment in resumed) <= 0.7 * LIMIT
