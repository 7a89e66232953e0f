"""nginx on loopback, plain and with TLS: the same server for all contenders."""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trustme

from benchmarks import lists, nginx_config, processes
from benchmarks.errors import BenchmarkError, MissingToolError
from benchmarks.nginx_config import Ports

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

__all__ = ["Server", "find", "running"]

_PATIENCE = 10.0


@dataclass(frozen=True)
class Server:
    """A running server."""

    ports: Ports
    ca: Path
    folder: Path

    def url(self, scheme: str, size: str = "5k", port: int | None = None) -> str:
        """Give the base URL under which jobs of a size are."""
        own = self.ports.tls if scheme == "https" else self.ports.plain
        return f"{scheme}://127.0.0.1:{port or own}/{size}"

    def target(self, scheme: str, size: str = "5k") -> dict[str, Any]:
        """Give what a contender has to know of it."""
        return {"base_url": self.url(scheme, size), "ca": str(self.ca) if scheme == "https" else None}

    def add_lists(self, total: int, limits: tuple[int, ...]) -> None:
        """Have it serve a list of jobs of 5 KB in pages of these sizes."""
        for limit in limits:
            lists.write(self.folder / "lists" / str(limit), total, limit)


def find() -> str:
    """Find nginx; Debian has it where only root looks."""
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    if path is None:
        raise MissingToolError("nginx is not installed; on Debian and Ubuntu: apt-get install -y nginx")
    return path


@contextmanager
def running() -> Iterator[Server]:
    """Run a server as long as the block lasts."""
    path = find()
    with tempfile.TemporaryDirectory(prefix="truto-benchmarks-") as name:
        folder = Path(name)
        ca = _write_certificates(folder)
        ports = Ports(*_free_ports(2))
        (folder / "nginx.conf").write_text(nginx_config.config(folder, ports))
        process = processes.start([path, "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"])
        try:
            _wait_until_up(process, ports, folder)
            yield Server(ports, ca, folder)
        finally:
            processes.stop(process, at_once=True)


def _write_certificates(folder: Path) -> Path:
    authority = trustme.CA()
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    return ca


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


def _wait_until_up(process: subprocess.Popen[str], ports: Ports, folder: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", ports.tls), timeout=1.0).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise BenchmarkError(f"nginx does not start:\n{(folder / 'error.log').read_text()}")
