"""Gets one after the other, on asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import environments
from benchmarks.figures import ITSELF, at_most
from benchmarks.rounds import timed_pairs
from benchmarks.workers import Contender

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.figures import Goal

__all__ = ["run"]

CASE = "get"
_SCHEMES = {"http": "plain", "https": "TLS"}
_SDK = "sdk:Gets"
_AIOHTTP = "idiomatic aiohttp"
_PEERS = {
    _AIOHTTP: "peer_aiohttp:Gets",
    "official SDK": "peer_official:Gets",
    "httpx": "peer_httpx:Gets",
    "niquests": "peer_niquests:Gets",
    "hand-written floor": "floor:Gets",
    ITSELF: _SDK,
}


def run(bench: Bench) -> None:
    """Compare all peers at 5 KB, and aiohttp at other sizes."""
    for scheme in list(_SCHEMES)[-1 if bench.effort.quick else 0 :]:
        _compare(bench, scheme, "5k", {name: work for name, work in _PEERS.items() if _runs(work)})
    for size in ("1.5k", "40k"):
        for scheme in list(_SCHEMES)[-1 if bench.effort.quick else 0 :]:
            _compare(bench, scheme, size, {_AIOHTTP: _PEERS[_AIOHTTP]})


def _runs(work: str) -> bool:
    return environments.has_official() or not work.startswith("peer_official")


def _compare(bench: Bench, scheme: str, size: str, peers: dict[str, str]) -> None:
    target = bench.server.target(scheme, size)
    setting = f"{size.upper().replace('K', ' KB')}, {_SCHEMES[scheme]}"
    for name, work in peers.items():
        found = timed_pairs(Contender(_SDK, target), Contender(work, target), bench.effort)
        bench.compare(CASE, setting, name, found, _goals(name, scheme, size))


def _goals(peer: str, scheme: str, size: str) -> dict[str, Goal]:
    if size != "5k":
        return {}
    if peer == _AIOHTTP:
        return {"wall": at_most(1.0), "cpu": at_most(1.0)}
    return {"wall": at_most(0.12 if scheme == "https" else 0.42)} if peer == "official SDK" else {}
