"""A script that makes one blocking get of a job and ends: whole processes, from start to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import environments, jobs, startup
from benchmarks.contenders.base import TOKEN
from benchmarks.figures import ITSELF, at_most
from benchmarks.places import SCRIPTS
from benchmarks.startup import Script

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.figures import Goal
    from benchmarks.nginx import Server

__all__ = ["run"]

CASE = "start"
_OFFICIAL = "get_official.py"
_PEERS = {
    "idiomatic aiohttp": "get_aiohttp.py",
    "official SDK": _OFFICIAL,
    "requests": "get_requests.py",
    "httpx": "get_httpx.py",
    ITSELF: "get_sdk.py",
}
_BOUNDS = {"idiomatic aiohttp": 1.10, "official SDK": 0.95}


def run(bench: Bench) -> None:
    """Compare all peers at 5 KB with TLS."""
    count = 2 if bench.effort.quick else 31
    scripts = {name: _script(bench.server, file) for name, file in _PEERS.items() if _runs(file)}
    for script in scripts.values():
        startup.once(script)  # writes the bytecode
    for name, script in scripts.items():
        bench.compare(CASE, "5 KB, TLS", name, startup.pairs(scripts[ITSELF], script, count), _goals(name))


def _runs(file: str) -> bool:
    return environments.has_official() or file != _OFFICIAL


def _script(server: Server, file: str) -> Script:
    """Tell a script what to fetch; its default authority is the server's, so that none spends time on the system's."""
    folder = (environments.official_folder(),) if file == _OFFICIAL else ()
    arguments = (server.url("https"), str(server.ca), TOKEN, jobs.ANY_ID, *folder)
    return Script((str(SCRIPTS / file), *arguments), {"SSL_CERT_FILE": str(server.ca)})


def _goals(peer: str) -> dict[str, Goal]:
    if peer not in _BOUNDS:
        return {}
    return {"wall": at_most(_BOUNDS[peer]), "cpu": at_most(_BOUNDS[peer])}
