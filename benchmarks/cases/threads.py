"""Blocking gets from threads that share one client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figures import ITSELF, at_most
from benchmarks.rounds import timed_pairs
from benchmarks.workers import Contender

if TYPE_CHECKING:
    from benchmarks.bench import Bench

__all__ = ["run"]

CASE = "threads"
_SDK = "sdk:Blocking"
_REQUESTS = "requests"
_PEERS = {
    _REQUESTS: "peer_requests:Blocking",
    "httpx": "peer_httpx:Blocking",
    "niquests": "peer_niquests:Blocking",
    ITSELF: _SDK,
}
_GOALS = {1: 0.40, 8: 0.25, 32: 0.27}


def run(bench: Bench) -> None:
    """Compare all peers at 5 KB with TLS."""
    for threads, bound in list(_GOALS.items())[-1 if bench.effort.quick else 0 :]:
        options = bench.server.target("https") | {"threads": threads}
        setting = f"5 KB, TLS, {threads} thread{'s' if threads > 1 else ''}"
        for name, work in _PEERS.items():
            found = timed_pairs(Contender(_SDK, options), Contender(work, options), bench.effort)
            bench.compare(CASE, setting, name, found, {"wall": at_most(bound)} if name == _REQUESTS else {})
