"""The examples for Dask and Ray run on a cluster of two worker processes, of which one is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from tests import redis_server
from tests.pages import ROOT, read_blocks
from tests.test_examples import EXAMPLES
from truto_async import SyncJob
from truto_async.testing import FakeTruto

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 2000
LIMIT, PER = 250, 2.0
CONNECTIONS = 32  # of a batch, by default
BLOCKS = [
    block.text for block in read_blocks((ROOT / "docs" / "how-to" / "clusters.md").read_text()) if block.language == "python"
]
ENGINES = pytest.mark.parametrize("engine", ["dask", "ray"])


@pytest.fixture(name="redis", scope="module")
def _redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = redis_server.start(tmp_path_factory.mktemp("redis"), age=0.0)
    yield server.url
    server.stop()


@pytest.fixture(name="folder")
def _folder() -> Iterator[Path]:
    """Make a folder with a short name, since Ray has sockets in it."""
    with tempfile.TemporaryDirectory(prefix="truto-") as name:
        yield Path(name)


class Run:
    """A program that runs, and the processes that talk to the server in its course."""

    def __init__(self, engine: str, fake: FakeTruto, redis: str, folder: Path, program: Path, *arguments: str) -> None:
        """Start it in a folder; skip the test if the engine is not installed."""
        if find_spec(engine) is None:
            pytest.skip(f"{engine} is not installed: pip install 'truto-async[examples]'")
        self._psutil: Any = pytest.importorskip("psutil")
        self.connections: dict[int, set[int]] = defaultdict(set)
        """The ports of the connections that each process had to the server."""
        self._port = int(fake.url.rpartition(":")[2])
        self._folder = folder
        self._log = folder / "log"
        environment = {
            **os.environ,
            "TRUTO_API_TOKEN": fake.token,
            "TRUTO_API_BASE_URL": fake.url,
            "TRUTO_REDIS_URL": redis,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "RAY_USAGE_STATS_ENABLED": "0",
        }
        command = [sys.executable, str(program), *arguments]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind, whatever happened."""
        self._process.kill()
        self._process.wait()
        for process in self._family():
            process.kill()

    def look(self) -> bool:
        """Note who talks to the server now; False once the example has ended."""
        for connection in self._psutil.net_connections("tcp"):
            if connection.pid and connection.raddr and connection.raddr.port == self._port:
                self.connections[connection.pid].add(connection.laddr.port)
        time.sleep(0.1)
        return self._process.poll() is None

    def kill_worker(self) -> int:
        """Kill one of those that talk to the server."""
        assert self._process.poll() is None, self._log.read_text()
        worker = next(pid for pid in reversed(self.connections) if self._psutil.pid_exists(pid))
        self._psutil.Process(worker).kill()
        return worker

    def end(self) -> str:
        """Wait for its end, a good one, and for that of all processes that it has started, and return its output."""
        while self.look():
            pass
        output = self._log.read_text()
        assert 0 == self._process.returncode, output
        deadline = time.monotonic() + 20
        while family := self._family():
            assert time.monotonic() < deadline, family
            time.sleep(0.1)
        return output

    def _family(self) -> list[Any]:
        """Find what was started by it: all of that has the same folder for its files."""
        found = []
        for process in self._psutil.process_iter():
            try:
                if process.environ().get("TMPDIR") == str(self._folder):
                    found.append(process)
            except self._psutil.Error:  # it has ended, or is not ours
                pass
        return found


def lines(folder: Path) -> list[dict[str, Any]]:
    """Read the rows of NDJSON files."""
    return [json.loads(line) for path in folder.iterdir() for line in path.read_text().splitlines()]


@ENGINES
@pytest.mark.timeout(170)
def test_a_worker_is_killed(redis: str, folder: Path, engine: str) -> None:
    """Each id has one row in the end, no request was one too many, and a process had one client for all its partitions."""
    documents = [{"id": f"job-{number}", "label": "é" * (number % 9), "unknown": [number]} for number in range(COUNT - 20)]
    unknown = [f"unknown-{number}" for number in range(20)]
    ids = [*(str(document["id"]) for document in documents[:900]), *unknown, *(str(d["id"]) for d in documents[900:])]
    (folder / "ids").write_text("\n".join(ids))
    arguments = ("output", "--ids", "ids", "--limit", str(LIMIT), "--per", str(PER))
    with FakeTruto(documents) as fake:
        fake.limit(LIMIT, PER)
        with Run(engine, fake, redis, folder, EXAMPLES / f"{engine}_fetch.py", *arguments) as run:
            while run.look() and len(fake.requests) < COUNT // 3:
                pass
            killed = run.kill_worker()
            run.end()
        times = sorted(request.time for request in fake.requests)

    rows = {row["id"]: row for row in lines(folder / "output")}
    assert COUNT == len(lines(folder / "output")) == len(rows) == len(set(ids))
    for document in documents:
        row = rows[str(document["id"])]
        assert (True, None) == (row["ok"], row["error"])
        assert document == SyncJob.from_json(row["job"]).to_dict()
    for job_id in unknown:
        row = rows[job_id]
        assert (False, None) == (row["ok"], row["job"])
        assert row["error"].startswith("404 Not Found")
    assert all(later - earlier >= PER for earlier, later in zip(times, times[LIMIT:], strict=False))
    assert len(times) >= COUNT
    assert {killed} < run.connections.keys()
    assert len(run.connections) >= 3
    assert CONNECTIONS >= max(map(len, run.connections.values()))


@ENGINES
@pytest.mark.timeout(120)
def test_parquet(redis: str, folder: Path, engine: str) -> None:
    """All jobs of an environment are listed and written as Parquet."""
    program, arguments = EXAMPLES / f"{engine}_fetch.py", ("output", "--list", "--parquet")
    with FakeTruto() as fake, Run(engine, fake, redis, folder, program, *arguments) as run:
        run.end()
        jobs = {job_id: SyncJob.from_dict(document) for job_id, document in fake.jobs.items()}

    table = pytest.importorskip("pyarrow.parquet").read_table(folder / "output")
    assert ["id", "ok", "job", "error"] == table.column_names
    rows = {row["id"]: row for row in table.to_pylist()}
    assert jobs == {job_id: SyncJob.from_json(row["job"]) for job_id, row in rows.items()}
    assert {(True, None)} == {(row["ok"], row["error"]) for row in rows.values()}
    assert len(jobs) == table.num_rows


@pytest.mark.parametrize(("engine", "block"), list(zip(["dask", "ray"], BLOCKS, strict=True)))
@pytest.mark.timeout(120)
def test_documentation(fake_truto: FakeTruto, redis: str, folder: Path, engine: str, block: str) -> None:
    """A reader who runs an example of the documentation gets an outcome for each id."""
    program = folder / "program.py"
    program.write_text(block)
    with Run(engine, fake_truto, redis, folder, program) as run:
        output = run.end()

    written = [path.read_text() for path in folder.glob("outcomes/*")]
    found = "\n".join([output, *written])
    ids = ["4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01", "b0c7a6d2-3b0f-4f86-8d53-0a9f4b1e7c02", "no-such-job"]
    assert all(job_id in found for job_id in ids), found
    assert 1 == found.count("404 Not Found")
