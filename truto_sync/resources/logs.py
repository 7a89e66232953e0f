"""Truto's logs, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.logs import AsyncLogs
from truto_sync._blocking import Facade, paged

__all__ = ["Logs"]


class Logs(Facade[AsyncLogs]):  # noqa: D101  # its twin says it
    __doc__ = AsyncLogs.__doc__

    unified_proxy_api: Final = paged(AsyncLogs.unified_proxy_api)
    rapid_bridge: Final = paged(AsyncLogs.rapid_bridge)
    webhook: Final = paged(AsyncLogs.webhook)
    sync_job_cron_trigger: Final = paged(AsyncLogs.sync_job_cron_trigger)
    mcp: Final = paged(AsyncLogs.mcp)
