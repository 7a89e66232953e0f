"""Batch requests, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.batch_requests import AsyncBatchRequests
from truto_sync._blocking import Facade, blocking

__all__ = ["BatchRequests"]


class BatchRequests(Facade[AsyncBatchRequests]):  # noqa: D101  # its twin says it
    __doc__ = AsyncBatchRequests.__doc__

    create: Final = blocking(AsyncBatchRequests.create)
