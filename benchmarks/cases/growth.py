"""How time and memory grow with the number of ids, the concurrency and the size of a job."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from benchmarks import figures
from benchmarks.rounds import calibrated
from benchmarks.workers import Contender, crew

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.workers import Worker

__all__ = ["run"]

CASE = "growth"
MB = 2**20


def run(bench: Bench) -> None:
    """Measure all three."""
    _measure_ids(bench)
    _measure_concurrency(bench)
    _measure_sizes(bench)


def _measure_ids(bench: Bench) -> None:
    amounts = (100, 300, 1_000) if bench.effort.quick else (100, 1_000, 10_000, 100_000)
    points = [_ids_point(bench, amount) for amount in amounts]
    bench.curves["ids"] = points
    setting = f"{amounts[-1]:,} ids against {amounts[1]:,}, 1.5 KB, plain"
    small, large = points[1], points[-1]
    per_id = large["seconds"] / large["ids"] / (small["seconds"] / small["ids"])
    bench.record(figures.value(CASE, setting, "time per id, relative", "", [per_id]))
    bench.record(figures.value(CASE, setting, "peak memory, more", "MB", [large["peak_mb"] - small["peak_mb"]]))


def _ids_point(bench: Bench, amount: int) -> dict[str, float]:
    """Measure in a new process; small numbers several times."""
    with crew({"sdk": Contender("sdk:Batch", bench.server.target("http", "1.5k"))}) as workers:
        workers["sdk"].run(500)
        samples = [workers["sdk"].run(amount) for _ in range(max(1, min(5, 20_000 // amount)))]
    return {
        "ids": amount,
        "seconds": median(sample.wall for sample in samples),
        "peak_mb": max(sample.peak for sample in samples) / MB,
    }


def _measure_concurrency(bench: Bench) -> None:
    chosen = (1, 64) if bench.effort.quick else (1, 4, 16, 64, 256)
    bench.curves["concurrency"] = [_concurrency_point(bench, concurrency) for concurrency in chosen]


def _concurrency_point(bench: Bench, concurrency: int) -> dict[str, float]:
    amount, count = (200, 1) if bench.effort.quick else (2_000, 5)
    options = bench.server.target("http", "1.5k") | {"concurrency": concurrency}
    with crew({"sdk": Contender("sdk:Batch", options)}) as workers:
        workers["sdk"].run(amount)
        seconds = [workers["sdk"].run(amount).wall for _ in range(count)]
    return {"concurrency": concurrency, "ids": amount, "seconds": median(seconds)}


def _measure_sizes(bench: Bench) -> None:
    chosen = (1, 64) if bench.effort.quick else (1, 4, 16, 64, 256, 400)
    names = {size: f"{size}k" for size in chosen}
    contenders = {name: Contender("sdk:Gets", bench.server.target("http", name)) for name in names.values()}
    with crew(contenders) as workers:
        bench.curves["size"] = [_size_point(bench, workers[name], size) for size, name in names.items()]


def _size_point(bench: Bench, worker: Worker, size: int) -> dict[str, float]:
    amount = calibrated(worker, bench.effort.seconds)
    samples = [worker.run(amount) for _ in range(bench.effort.pairs)]
    return {"kb": size, "us_per_call": median(sample.wall / sample.amount * 1e6 for sample in samples)}
