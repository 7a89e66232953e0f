"""The state that sync jobs keep between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truto_async import models
from truto_async._transport.request import encode_id
from truto_async.errors import InvalidArgumentError, ResponseDecodeError
from truto_async.resources._base import Resource

if TYPE_CHECKING:
    from truto_async._support.json import JSONValue
    from truto_async._transport.transport import Transport
    from truto_async.models import StateEntry
    from truto_async.paging import AsyncPager, Page

__all__ = ["AsyncState", "AsyncSyncJobRunState"]


class AsyncState(Resource["StateEntry"]):
    """One namespace of the state that sync jobs keep between runs: entries, each with a key and a value."""

    _path = "/sync-job-run-state"

    def __init__(self, transport: Transport, state_key: str) -> None:
        """Users get a namespace from `sync_job_run_state.state`."""
        super().__init__(transport)
        self._query = {"state_key": state_key}

    def __repr__(self) -> str:
        """Show which namespace it is."""
        return f"{type(self).__name__}({self._query['state_key']!r})"

    def _model(self) -> type[StateEntry]:
        return models.StateEntry

    async def get(self, key: str) -> StateEntry:
        """Fetch one entry: `GET /sync-job-run-state/<key>` (truto.one/docs, Sync job run state).

        Raises:
            InvalidArgumentError: the key is empty, a dot, longer than 1,000 characters, or holds control characters.
            APIConnectionError: no answer came.
            APIStatusError: the server said no; NotFoundError where there is no such entry.
            ResponseDecodeError: the answer is not this entry; its `path` says where.
        """
        entry = await self._send("GET", key, self._query, None)
        if entry.key != key:
            raise ResponseDecodeError(f"asked for {key!r}, got {entry.key!r}", path="$.key")
        return entry

    async def set(self, key: str, value: JSONValue) -> StateEntry:
        """Make an entry, or give it a new value: `POST /sync-job-run-state` (truto-skills). It is never sent twice.

        To do it again does no harm, unless somebody else wrote in between.

        Args:
            key: the key.
            value: the value: any JSON (truto-skills). truto.one/docs wants other things than strings written as JSON first.

        Raises:
            InvalidArgumentError: the key cannot be right, or the value is not JSON; nothing was sent.
            AmbiguousOutcomeError: no answer came; the value may have been set.
            APIStatusError: the server said no.
        """
        encode_id(key)  # which says what is wrong with it
        return await self._send("POST", None, self._query, {"key": key, "value": value})

    async def delete(self, key: str) -> StateEntry | None:
        """Delete an entry: `DELETE /sync-job-run-state/<key>` (truto.one/docs, Sync job run state).

        Returns:
            The entry that was deleted; None where the answer that had it got lost, and a second attempt found it gone.

        Raises:
            InvalidArgumentError: the key cannot be right.
            APIStatusError: the server said no; NotFoundError where there is no such entry.
        """
        return await self._remove(key, self._query)

    def items(self) -> AsyncPager[StateEntry]:
        """List the entries: `GET /sync-job-run-state` (truto.one/docs). Nothing is fetched before the list is walked.

        The server is not known to have pages here; if it sends a cursor, it is followed.
        """

        async def fetch(cursor: str | None, _: int | None) -> Page[StateEntry]:
            return await self._page({**self._query, "next_cursor": cursor})

        return self._pager(fetch)


class AsyncSyncJobRunState:
    """The state that sync jobs keep between runs, in namespaces."""

    def __init__(self, transport: Transport) -> None:
        """Users reach it as an attribute of their client."""
        self._transport = transport

    def __repr__(self) -> str:
        """Show whose it is."""
        return f"{type(self).__name__}(base_url={self._transport.settings.base_url!r})"

    def state(self, state_key: str) -> AsyncState:
        """Return the namespace with a key. Nothing is sent.

        Args:
            state_key: the `state_key` of a run, with its placeholders filled in: often the id of an integrated account.

        Raises:
            InvalidArgumentError: the key is not a string, or empty.
        """
        if not _is_text(state_key):
            raise InvalidArgumentError(f"state_key must be a str that is not empty: {state_key!r}")
        return AsyncState(self._transport, state_key)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""
