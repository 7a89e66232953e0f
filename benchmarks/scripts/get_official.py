"""One get with truto-python-sdk, which lies in a folder of its own and finds its authority by SSL_CERT_FILE."""

import asyncio
import sys

_, base_url, _, token, job_id, folder = sys.argv
sys.path.append(folder)

from truto_python_sdk import TrutoApi  # noqa: E402  # not before its folder is known


async def main() -> None:
    """Fetch the job."""
    job = await TrutoApi(token, base_url).sync_jobs.get(job_id)
    if job["id"] != job_id:
        sys.exit("another job")


asyncio.run(main())
