"""The Truto SDK for Python, blocking. `truto_async` is its twin for asyncio.

::

    with Truto() as truto:
        job = truto.sync_jobs.get("4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01")

Names load on first use: importing this package imports neither aiohttp nor the models.
"""

from typing import TYPE_CHECKING

from truto_async._version import __version__ as __version__

if TYPE_CHECKING:
    from truto_async.errors import *
    from truto_async.events import *
    from truto_async.models import *
    from truto_async.options import *
    from truto_async.runs import *
    from truto_sync.batch import *
    from truto_sync.client import *
    from truto_sync.paging import *
    from truto_sync.resources import *
    from truto_sync.tracking import *
else:
    from truto_async._support.lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        "truto_async.errors",
        "truto_async.models",
        "truto_async.options",
        "truto_sync.client",
        "truto_sync.resources",
        "truto_sync.paging",
        "truto_sync.batch",
        "truto_async.events",
        "truto_async.runs",
        "truto_sync.tracking",
    )
