"""The Truto SDK for Python, for asyncio. `truto_sync` is its blocking twin.

::

    async with AsyncTruto() as truto:
        job = await truto.sync_jobs.get("4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01")

Names load on first use: importing this package imports neither aiohttp nor the models.
"""

from typing import TYPE_CHECKING

from truto_async._version import __version__ as __version__

if TYPE_CHECKING:
    from truto_async.batch import *
    from truto_async.client import *
    from truto_async.errors import *
    from truto_async.events import *
    from truto_async.models import *
    from truto_async.options import *
    from truto_async.paging import *
    from truto_async.resources import *
    from truto_async.runs import *
    from truto_async.tracking import *
else:
    from truto_async._support.lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        "truto_async.errors",
        "truto_async.models",
        "truto_async.options",
        "truto_async.client",
        "truto_async.resources",
        "truto_async.paging",
        "truto_async.batch",
        "truto_async.events",
        "truto_async.runs",
        "truto_async.tracking",
    )
