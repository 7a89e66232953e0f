"""Fetch many sync jobs with the workers of a Ray cluster, which share one rate limit, and write a row for each id.

Install `truto-async[redis]` and `ray[data]`. Set TRUTO_API_TOKEN and TRUTO_REDIS_URL, also where `ray start` runs on each
host, and run `python examples/ray_fetch.py out --list`, or `... out --ids ids.txt`. Without `--address`, a cluster of two
worker processes is started on this machine.
"""

import argparse
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray
import ray.data

from truto_sync import Truto
from truto_sync.redis import RedisRateLimit

SCHEMA = pa.schema({"id": pa.string(), "ok": pa.bool_(), "job": pa.string(), "error": pa.string()})


def main(options: argparse.Namespace) -> None:
    """Fetch the ids, and write files into a new folder."""
    output = options.output.absolute()
    output.mkdir(parents=True)
    truto = Truto(rate_limit=RedisRateLimit.from_url(limit=options.limit, per=options.per))
    ids = options.ids.read_text().split() if options.ids else [job.id for job in truto.sync_jobs.list()]

    def fetch(batch: dict[str, Any]) -> pa.Table:
        rows = []
        for outcome in truto.sync_jobs.get_many(batch["item"].tolist()):
            job = None if outcome.value is None else outcome.value.to_json().decode()
            error = None if outcome.error is None else str(outcome.error)
            rows.append({"id": outcome.id, "ok": error is None, "job": job, "error": error})
        return pa.Table.from_pylist(rows, SCHEMA)

    cluster = {"address": options.address} if options.address else {"num_cpus": 2, "include_dashboard": False}
    with ray.init(**cluster):
        rows = ray.data.from_items(ids, override_num_blocks=len(ids) // 100 + 1).map_batches(fetch, batch_size=None)
        write = rows.write_parquet if options.parquet else rows.write_json
        write(str(output))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="a new folder, which all workers can write to")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--ids", type=Path, help="a file with one id on each line")
    source.add_argument("--list", action="store_true", help="list the jobs of the token's environment")
    parser.add_argument("--address", help="the cluster, such as 10.0.0.1:6379, or auto on one of its hosts")
    parser.add_argument("--parquet", action="store_true", help="write Parquet, not NDJSON")
    parser.add_argument("--limit", type=int, default=500, help="how many requests all workers together send ...")
    parser.add_argument("--per", type=float, default=10.0, help="... in any so many seconds")
    main(parser.parse_args())
