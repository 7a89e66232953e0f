"""Fetch many sync jobs with the workers of a Dask cluster, which share one rate limit, and write a row for each id.

Install `truto-async[redis]` and `dask[dataframe,distributed]`. Set TRUTO_API_TOKEN and TRUTO_REDIS_URL, also for the
workers, and run `python examples/dask_fetch.py out --list`, or `... out --ids ids.txt`. Without `--scheduler`, a cluster of
two worker processes is started on this machine.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import dask.bag
from dask.distributed import Client, progress

from truto_sync import Truto
from truto_sync.redis import RedisRateLimit

COLUMNS = {"id": "string", "ok": "bool", "job": "string", "error": "string"}


def main(options: argparse.Namespace) -> None:
    """Fetch the ids, and write files into a new folder."""
    output = options.output.absolute()
    output.mkdir(parents=True)
    truto = Truto(rate_limit=RedisRateLimit.from_url(limit=options.limit, per=options.per))
    ids = options.ids.read_text().split() if options.ids else [job.id for job in truto.sync_jobs.list()]

    def fetch(part: Iterable[str]) -> Iterator[dict[str, object]]:
        for outcome in truto.sync_jobs.get_many(part):
            job = None if outcome.value is None else outcome.value.to_json().decode()
            error = None if outcome.error is None else str(outcome.error)
            yield {"id": outcome.id, "ok": error is None, "job": job, "error": error}

    rows = dask.bag.from_sequence(ids, partition_size=100).map_partitions(fetch)
    if options.parquet:
        files = rows.to_dataframe(meta=COLUMNS).to_parquet(output, write_index=False, compute=False)
    else:
        files = rows.map(json.dumps).to_textfiles(f"{output}/*.ndjson", last_endline=True, compute=False)
    cluster = {"address": options.scheduler} if options.scheduler else {"n_workers": 2, "threads_per_worker": 1}
    with Client(**cluster) as client:
        futures = client.compute(files)
        progress(futures)
        client.gather(futures)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="a new folder, which all workers can write to")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--ids", type=Path, help="a file with one id on each line")
    source.add_argument("--list", action="store_true", help="list the jobs of the token's environment")
    parser.add_argument("--scheduler", help="the address of the cluster's scheduler, such as tcp://10.0.0.1:8786")
    parser.add_argument("--parquet", action="store_true", help="write Parquet, not NDJSON")
    parser.add_argument("--limit", type=int, default=500, help="how many requests all workers together send ...")
    parser.add_argument("--per", type=float, default=10.0, help="... in any so many seconds")
    main(parser.parse_args())
