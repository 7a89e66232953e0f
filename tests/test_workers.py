"""The documentation's programs for task queues and web servers run, with two processes each. A server judges their limit."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from tests import redis_server
from tests.pages import read_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.redis_server import RedisServer
    from truto_async.testing import FakeTruto

PAGE = Path(__file__).parent.parent / "docs" / "how-to" / "task-queues.md"
# By the name of the file: its code, and the command that follows.
PROGRAMS = {
    name: (code, command)
    for code, name, command in re.findall(
        r"^```python\n(# (\w+\.py)\n.*?)^```\n\n```shell\n(.*?)\n```", PAGE.read_text(), re.DOTALL | re.MULTILINE
    )
}
LIMIT, PER, REQUESTS = 240, 4.0, 500

CELERY = "import sys, tasks; [tasks.fetch.delay(id) for id in sys.argv[1:]]"
RQ = """
import os, sys, jobs
from redis import Redis
from rq import Queue
with Redis.from_url(os.environ["RQ_REDIS_URL"]) as redis:
    Queue(connection=redis).enqueue_many([Queue.prepare_data(getattr(jobs, sys.argv[1]), [id]) for id in sys.argv[2:]])
"""
ARQ = """
import asyncio, os, sys
from arq import create_pool
from arq.connections import RedisSettings

async def main():
    pool = await create_pool(RedisSettings.from_dsn(os.environ["ARQ_REDIS_URL"]))
    for id in sys.argv[1:]:
        await pool.enqueue_job("fetch", id)
    await pool.aclose()

asyncio.run(main())
"""


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = redis_server.start(tmp_path_factory.mktemp("redis"), age=9.0)
    yield server
    server.stop()


class Program:
    """A program of the page, with a smaller limit, so that the test is short."""

    def __init__(self, name: str, server: RedisServer, fake: FakeTruto, folder: Path) -> None:
        """Write its file; nothing runs yet."""
        code, self.command = PROGRAMS[name]
        assert code.count("RedisRateLimit.from_url(") >= 1
        code = code.replace("RedisRateLimit.from_url(", f"RedisRateLimit.from_url(limit={LIMIT}, per={PER}, ")
        (folder / name).write_text(code)
        with server.client() as redis:
            redis.flushall()
        fake.limit(LIMIT, per=PER)
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        self.url: str = f"http://127.0.0.1:{port}"
        self.ids: list[str] = [next(iter(fake.jobs))] * REQUESTS
        self.workers: int = 0
        """The most processes that shared the limit at once."""
        self._folder, self._server, self._fake = folder, server, fake
        self._running: list[subprocess.Popen[bytes]] = []
        self._environment = os.environ | {
            "PYTHONPATH": str(folder),
            "TRUTO_API_TOKEN": fake.token,
            "TRUTO_API_BASE_URL": fake.url,
            "TRUTO_REDIS_URL": server.url,
            "CELERY_BROKER_URL": server.url,
            "RQ_REDIS_URL": server.url,
            "ARQ_REDIS_URL": server.url,
            "UVICORN_PORT": str(port),
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port} --no-control-socket",
        }

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self._folder / "log").read_text()

    def start(self, command: str | None = None) -> subprocess.Popen[bytes]:
        """Start a command, by default the page's, as strictly as the libraries allow."""
        program, *arguments = (command or self.command).split()
        script = [] if program == "python" else [str(Path(sys.executable).with_name(program))]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-X", "dev", "-W", "error::ResourceWarning", *script, *arguments],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def send(self, code: str, *arguments: str) -> None:
        """Run code that sends tasks."""
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, env=self._environment, timeout=60)

    def ask(self) -> None:
        """Send a web request for each id, by some threads, when both processes have started."""
        self._wait(lambda: len(re.findall("Application startup complete|Booting worker", self.log)) == 2)
        with ThreadPoolExecutor(30) as pool:
            found = pool.submit(lambda: list(pool.map(self._ask, self.ids)))
            self._wait(found.done)
            assert found.result() == self.ids

    def wait_for_requests(self, count: int) -> None:
        """Wait until the API was asked so many times."""
        self._wait(lambda: len(self._fake.requests) >= count)

    def stop(self) -> None:
        """Ask all to end, and look at what they leave."""
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        assert [0] * len(self._running) == [process.wait(30) for process in self._running], self.log[-3000:]
        assert not re.search(r"Traceback|ResourceWarning: (?!unclosed <socket\.socket fd=3, )", self.log), self.log[-3000:]
        assert 0 == self.count_workers(), self.log[-3000:]

    def count_workers(self) -> int:
        """Count the processes that have slots of the limit."""
        with self._server.client() as redis:
            return sum(redis.hlen(key) for key in redis.keys("{truto:*}:workers"))

    def kill(self) -> None:
        """Leave no process behind, whatever happened."""
        for process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _ask(self, job_id: str) -> str:
        with urlopen(f"{self.url}/jobs/{job_id}", timeout=30) as response:
            found: str = json.load(response)["id"]
        return found

    def _wait(self, is_done: Callable[[], bool]) -> None:
        until = time.monotonic() + 60
        while not is_done():
            assert time.monotonic() < until, self.log[-3000:]
            self.workers = max(self.workers, self.count_workers())
            time.sleep(0.05)


@pytest.fixture(name="make")
def _make(server: RedisServer, fake_truto: FakeTruto, tmp_path: Path) -> Iterator[Callable[[str], Program]]:
    made: list[Program] = []

    def make(name: str) -> Program:
        made.append(Program(name, server, fake_truto, tmp_path))
        return made[-1]

    yield make
    for program in made:
        program.kill()


def need(*modules: str) -> None:
    """Skip the test where a library is not installed."""
    for module in modules:
        pytest.importorskip(module, reason=f"{module} is not installed")


def celery(program: Program) -> None:
    """Run tasks in a pool of two processes, each of which is replaced after some tasks."""
    need("celery")
    pytest.importorskip("redis", "6.4", reason="Celery needs a newer redis-py")
    program.start(f"{program.command} --max-tasks-per-child 50")
    program.send(CELERY, *program.ids)
    program.wait_for_requests(REQUESTS)


def rq(program: Program) -> None:
    """Run jobs in two simple workers."""
    need("rq")
    program.start()
    program.send(RQ, "fetch", *program.ids)
    program.wait_for_requests(REQUESTS)


def arq(program: Program) -> None:
    """Run jobs in two workers."""
    need("arq")
    program.start()
    program.start()
    program.send(ARQ, *program.ids)
    program.wait_for_requests(REQUESTS)


def web(program: Program) -> None:
    """Ask a server with two processes."""
    need("fastapi", "uvicorn")
    program.start()
    program.ask()


def wsgi(program: Program) -> None:
    """The same."""
    need("gunicorn")
    program.start()
    program.ask()


RECIPES = {"tasks.py": celery, "jobs.py": rq, "worker.py": arq, "web.py": web, "wsgi.py": wsgi}


@pytest.mark.parametrize("name", RECIPES)
def test_workers(make: Callable[[str], Program], fake_truto: FakeTruto, name: str) -> None:
    """Two processes share the limit; none is refused, and at the end they give back all that they have."""
    program = make(name)
    RECIPES[name](program)
    program.stop()

    assert REQUESTS == len(fake_truto.requests)
    assert 2 == program.workers
    times = [request.time for request in fake_truto.requests]
    assert times[-1] - times[0] >= (REQUESTS / LIMIT - 1) * PER


def test_jobs_in_forks_of_rq(make: Callable[[str], Program], fake_truto: FakeTruto) -> None:
    """RQ's default worker leaves no slots behind either."""
    need("rq")
    program = make("jobs.py")
    program.send(RQ, "fetch_in_fork", *program.ids[:4])
    worker = program.start("rq worker --burst")

    assert 0 == worker.wait(60), program.log[-3000:]
    assert (4, 0) == (len(fake_truto.requests), program.count_workers())


def test_fastapi_on_gunicorn(make: Callable[[str], Program], fake_truto: FakeTruto) -> None:
    """The server gunicorn runs it as uvicorn does."""
    need("fastapi", "gunicorn")
    program = make("web.py")
    program.start("gunicorn web:app --workers 2 --worker-class asgi")
    program.ask()
    program.stop()

    assert REQUESTS == len(fake_truto.requests)


def test_multiprocessing(make: Callable[[str], Program], fake_truto: FakeTruto, tmp_path: Path) -> None:
    """The same for a program that ends by itself."""
    program = make("fetch.py")
    (tmp_path / "ids.txt").write_text("\n".join(program.ids))
    process = program.start()
    program.wait_for_requests(REQUESTS)

    assert 0 == process.wait(30), program.log[-3000:]
    assert REQUESTS == len(fake_truto.requests) == len(program.log.splitlines())
    assert (2, 0) == (program.workers, program.count_workers())


def test_all_programs_run() -> None:
    """Each program of the documentation is among these tests."""
    files = [block.file for block in read_blocks(PAGE.read_text()) if block.language == "python"]

    assert sorted([*RECIPES, "fetch.py"]) == sorted(PROGRAMS) == sorted(map(str, files))
