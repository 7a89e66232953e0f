"""One get with aiohttp as its documentation has it: one session, `raise_for_status`, `json`."""

import asyncio
import ssl
import sys

import aiohttp

_, base_url, ca, token, job_id = sys.argv


async def main() -> None:
    """Fetch the job."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=ca))
    async with (
        aiohttp.ClientSession(headers=headers, connector=connector) as session,
        session.get(f"{base_url}/sync-job/{job_id}") as response,
    ):
        response.raise_for_status()
        job = await response.json()
    if job["id"] != job_id:
        sys.exit("another job")


asyncio.run(main())
