"""Batch requests: a list of calls to a connected product, made by Truto in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from truto_async import models
from truto_async.errors import InvalidArgumentError
from truto_async.resources._base import Resource
from truto_async.resources._documents import to_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from truto_async.models import BatchResult, Node

__all__ = ["AsyncBatchRequests"]


class AsyncBatchRequests(Resource["BatchResult"]):
    """Batch requests: lists of calls to a connected product, each list made by Truto in one go."""

    _path = "/batch-request"

    def _model(self) -> type[BatchResult]:
        return models.BatchResult

    async def create(
        self,
        *,
        integrated_account_id: str,
        resources: Sequence[Node | Mapping[str, Any]],
        args: Mapping[str, Any] | None = None,
    ) -> BatchResult:
        """Make a batch of calls and wait for all of them: `POST /batch-request` (truto-skills: proxy and custom API).

        It is never sent twice. Lists are fetched to their end. Give it a `timeout` that suits what is asked for, as in
        `truto.with_options(timeout=300).batch_requests.create(...)`.

        Args:
            integrated_account_id: the account to call.
            resources: the entries, at least one: flat ones as in jobs of runtimes 1 to 3, such as
                `{"resource": "ticketing/tickets", "method": "list"}`. Entries of the proxy API, whose resource is one word,
                are in the result only with `"persist": True`.
            args: the arguments for the entries' placeholders.

        Raises:
            InvalidArgumentError: a value does not fit, or there is no entry; nothing was sent.
            AmbiguousOutcomeError: no answer came; the calls may have been made.
            APIStatusError: the server said no.
        """
        if not resources:
            raise InvalidArgumentError("resources must have at least one entry")
        fields = {"integrated_account_id": integrated_account_id, "resources": resources, "args": args}
        from truto_async.models.batch_result import BatchOrder  # noqa: PLC0415  # models load when they are first used

        given = {name: value for name, value in fields.items() if value is not None}
        return await self._send("POST", None, None, to_document(BatchOrder, given))
