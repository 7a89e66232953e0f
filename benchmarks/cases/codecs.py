"""Bytes to models, and models to bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figures import ITSELF, at_most
from benchmarks.rounds import timed_pairs
from benchmarks.workers import Contender, crew

if TYPE_CHECKING:
    from benchmarks.bench import Bench

__all__ = ["run_decode", "run_encode"]

_LIBRARIES = {"pydantic": "pydantic", "msgspec": "msgspec", "stock cattrs": "cattrs", ITSELF: "sdk"}
_SIZES = {"5k": "5 KB", "1.5k": "1.5 KB", "40k": "40 KB"}


def run_decode(bench: Bench) -> None:
    """Compare decoding, once all are known to agree."""
    libraries = sorted(set(_LIBRARIES.values()))
    with crew({"agreement": Contender("agreement:Agreement", {"libraries": libraries})}) as workers:
        workers["agreement"].run(3)
    _compare(bench, "decode", bound=1.0)


def run_encode(bench: Bench) -> None:
    """Compare encoding."""
    _compare(bench, "encode", bound=1.5)


def _compare(bench: Bench, case: str, bound: float) -> None:
    for size in ("5k",) if bench.effort.quick else _SIZES:
        for name, library in _LIBRARIES.items():
            found = timed_pairs(_contender(case, "sdk", size), _contender(case, library, size), bench.effort)
            has_goal = size == "5k" and name == "pydantic"
            bench.compare(case, _SIZES[size], name, found, {"wall": at_most(bound)} if has_goal else {})


def _contender(case: str, library: str, size: str) -> Contender:
    return Contender(f"codec:{case.title()}", {"library": library, "size": size})
