"""A Redis server of one's own, on a free loopback port. The tests use it as well."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from benchmarks.errors import BenchmarkError, MissingToolError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RedisServer", "find"]

_PATIENCE = 10.0


def find() -> str:
    """Find redis-server, or valkey-server."""
    path = shutil.which("redis-server") or shutil.which("valkey-server")
    if path is None:
        raise MissingToolError("redis-server is not installed; on Debian and Ubuntu: apt-get install -y redis-server")
    return path


class RedisServer:
    """A server that can be stopped, frozen and started again. It keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port: int = found.getsockname()[1]
        self._folder = folder
        self.url: str = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [find(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603  # our own
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(100):
                    return
            time.sleep(0.01)
        raise BenchmarkError(f"Redis does not start:\n{(self._folder / 'redis.log').read_text()}")

    def stop(self) -> None:
        """End it at once, with all that it has."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Keep it from answering; its connections stay open."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> Any:
        """Return a blocking client."""
        import redis  # noqa: PLC0415  # an extra

        return redis.Redis(port=self.port)

    def wait_until_old(self, seconds: float) -> None:
        """Wait until it has run for so long: before that, it may not grant slots yet."""
        with self.client() as client:
            while client.info("server")["uptime_in_seconds"] < seconds:
                time.sleep(0.05)

    def calls(self) -> int:
        """Count the calls of scripts so far."""
        with self.client() as client:
            statistics = client.info("commandstats")
        return sum(found["calls"] for name, found in statistics.items() if name.startswith("cmdstat_eval"))
