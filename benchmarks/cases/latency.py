"""Gets one after the other from a server that is far away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import environments, relay
from benchmarks.figures import ITSELF, at_most
from benchmarks.rounds import counted_pairs
from benchmarks.workers import Contender

if TYPE_CHECKING:
    from benchmarks.bench import Bench

__all__ = ["run"]

CASE = "latency"
_SDK = "sdk:Gets"
_ROUND_TRIP = 0.03


def run(bench: Bench) -> None:
    """Compare with the official SDK, with TLS, 30 ms away."""
    server = bench.server
    peers = {"official SDK": "peer_official:Gets"} if environments.has_official() else {}
    with relay.running(server.ports.tls, _ROUND_TRIP) as port:
        target = {"base_url": server.url("https", port=port), "ca": str(server.ca)}
        for name, work in (peers | {ITSELF: _SDK}).items():
            amount = 4 if bench.effort.quick else 20
            found = counted_pairs(Contender(_SDK, target), Contender(work, target), bench.effort, (amount, amount), 4)
            goals = {"wall": at_most(0.35)} if name in peers else {}
            bench.compare(CASE, "5 KB, TLS, 30 ms round trip", name, found, goals)
