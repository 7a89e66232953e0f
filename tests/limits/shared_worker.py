"""A process that sends requests under a shared limit: `python -m tests.limits.shared_worker <options as JSON>`.

It says when it is ready, begins with a line of input, and prints what came of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any


def set_clocks(seconds: float) -> None:
    """Have all clocks of this process go wrong by so many seconds."""
    for name in ("time", "monotonic"):
        right = getattr(time, name)
        setattr(time, name, lambda right=right: right() + seconds)


async def send(options: dict[str, Any]) -> dict[str, Any]:
    """Send so many requests, by some tasks."""
    from truto_async import AsyncTruto, RetryPolicy, TrutoError  # noqa: PLC0415  # after the clocks were set
    from truto_async.redis import RedisRateLimit  # noqa: PLC0415  # the same

    limit = RedisRateLimit.from_url(options["redis"], name="fleet", **options["limit"])
    numbers = iter(range(options["requests"]))
    errors: list[str] = []
    retry = RetryPolicy() if options["retry"] else None
    async with AsyncTruto("fake-truto-token", base_url=options["url"], rate_limit=limit, retry=retry) as truto:

        async def work() -> None:
            for _ in numbers:
                try:
                    await truto.sync_jobs.get(options["job"])
                except TrutoError as error:
                    errors.append(repr(error))

        print("ready", flush=True)  # noqa: T201  # to the test
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.gather(*(work() for _ in range(options["tasks"])))
    limit.close()
    return {"errors": errors, "calls": limit._link.calls}


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    set_clocks(given["clock"])
    print(json.dumps(asyncio.run(send(given))))  # noqa: T201  # to the test
