"""Sync jobs."""

from __future__ import annotations

from truto_async.models import SyncJob
from truto_async.resources._base import Resource

__all__ = ["AsyncSyncJobs"]


class AsyncSyncJobs(Resource):
    """The sync jobs of the token's environment."""

    _path = "/sync-job"

    async def get(self, id: str) -> SyncJob:  # noqa: A002  # the API's own word
        """Fetch one sync job: `GET /sync-job/<id>` (truto.one/docs, Sync jobs).

        The id is sent as given, as one percent-encoded segment of the path.

        Raises:
            InvalidArgumentError: the id is empty, a dot, longer than 1,000 characters, or holds control characters.
            ClientClosedError: the client is closed.
            APIConnectionError: no answer came; APITimeoutError where it took too long, TLSError for a bad certificate.
            APIStatusError: the server said no; NotFoundError where there is no such job in the token's environment.
            ResponseDecodeError: the answer is not a sync job; its `path` says where.
        """
        return await self._get(id, SyncJob)
