"""A long list, walked beside a task that wants to run all the time."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from benchmarks.contenders import peer_aiohttp, sdk
from benchmarks.contenders.stall import watched

if TYPE_CHECKING:
    from benchmarks.contenders.base import Extra

__all__ = ["OnePage", "Pages", "PagesOnly"]


class Pages(sdk.Gets):
    """The SDK's `list`, in pages of its default size."""

    async def walk(self, ids: list[str]) -> Extra:
        """Walk over the list, which is as long as the ids."""
        count = 0
        async with watched() as late:
            async for _ in self.truto.sync_jobs.list():
                count += 1
        _check(count, len(ids))
        return {"stall": max(late)}


class PagesOnly(Pages):
    """The same without what the garbage collector spends on objects that were there before, such as modules."""

    def prepare(self, amount: int) -> None:
        """Have the collector leave alone what there is."""
        super().prepare(amount)
        gc.collect()
        gc.freeze()


class OnePage(peer_aiohttp.Gets):
    """aiohttp's `json` of everything on one page, which is what the server sends by itself."""

    async def walk(self, ids: list[str]) -> Extra:
        """Fetch the page."""
        async with watched() as late:
            url = f"{self.base_url}/sync-job?limit={len(ids)}"
            async with self.session.get(url) as response:
                response.raise_for_status()
                page = await response.json()
        _check(len(page["result"]), len(ids))
        return {"stall": max(late)}


def _check(found: int, wanted: int) -> None:
    if found != wanted:
        raise AssertionError(f"{found} jobs in place of {wanted}")
