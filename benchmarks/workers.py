"""Worker processes, from outside."""

from __future__ import annotations

import json
import select
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks import environments, processes
from benchmarks.errors import BenchmarkError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Contender", "Sample", "Worker", "crew"]

_PATIENCE = 300.0


@dataclass(frozen=True)
class Contender:
    """What a worker process is to do: a class in `benchmarks.contenders`, and what it takes."""

    work: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Sample:
    """What one round took: seconds, and bytes of resident memory."""

    amount: int
    wall: float
    cpu: float
    grown: int
    peak: int
    extra: dict[str, float]


class Worker:
    """A process that does rounds of one contender's work."""

    def __init__(self, contender: Contender) -> None:
        """Start it, without waiting until it is ready."""
        self._contender = contender
        python, env = _home(contender)
        command = [python, "-m", "benchmarks.worker", contender.work, json.dumps(contender.options)]
        self._process = processes.start(command, env=env, speaks=True)

    def wait(self) -> None:
        """Wait until it is ready."""
        self._read()

    def run(self, amount: int) -> Sample:
        """Have it do a round."""
        self.begin(amount)
        return self.finish()

    def begin(self, amount: int) -> None:
        """Have it begin a round."""
        assert self._process.stdin is not None  # noqa: S101  # it was started with a pipe
        self._process.stdin.write(f"{amount}\n")
        self._process.stdin.flush()

    def finish(self) -> Sample:
        """Wait for the end of the round."""
        return Sample(**self._read())

    def kill(self) -> None:
        """End it without a word, in the middle of a round."""
        self._process.kill()

    def stop(self, *, at_once: bool) -> None:
        """End it."""
        processes.stop(self._process, at_once=at_once)

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101  # the same
        if not select.select([self._process.stdout], [], [], _PATIENCE)[0]:
            raise BenchmarkError(f"the worker of {self._contender.work} hangs")
        line = self._process.stdout.readline()
        if not line:
            raise BenchmarkError(f"the worker of {self._contender.work} died, with status {self._process.wait()}")
        reply: dict[str, Any] = json.loads(line)
        return reply


@contextmanager
def crew(contenders: Mapping[str, Contender]) -> Iterator[dict[str, Worker]]:
    """Have a ready worker for each contender as long as the block lasts."""
    workers: dict[str, Worker] = {}
    finished = False
    try:
        for name, contender in contenders.items():
            workers[name] = Worker(contender)
        for worker in workers.values():
            worker.wait()
        yield workers
        finished = True
    finally:
        for worker in workers.values():
            worker.stop(at_once=not finished)


def _home(contender: Contender) -> tuple[str, dict[str, str]]:
    """Give the Python that it runs on, and what its environment must hold."""
    if contender.work.startswith("peer_niquests:"):
        return environments.niquests_python(), {}
    if contender.work.startswith("peer_official:"):
        ca = contender.options.get("ca")
        return sys.executable, {"PYTHONPATH": environments.official_folder()} | ({"SSL_CERT_FILE": ca} if ca else {})
    return sys.executable, {}
