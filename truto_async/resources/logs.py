"""Truto's logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from truto_async import models
from truto_async._config.checks import check_number
from truto_async.errors import InvalidArgumentError
from truto_async.resources._log import Log
from truto_async.resources._windows import Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from truto_async._transport.transport import Transport
    from truto_async.models import ApiLog, CronTriggerLog, McpLog, RapidBridgeLog, WebhookLog
    from truto_async.models.log import LogEntry
    from truto_async.paging import AsyncPager

__all__ = ["AsyncLogs"]

_LARGEST_PAGE = 100

L = TypeVar("L", bound="LogEntry")


class AsyncLogs:
    """Truto's logs: a method for each type, with the filters that it has.

    Times are exclusive. With `created_after`, at most a month is asked for at once, which is the API's limit: longer spans
    are fetched piece by piece, the newest first. Without it, the server decides how far back it looks.
    """

    def __init__(self, transport: Transport) -> None:
        """Users reach it as an attribute of their client."""
        self._transport = transport

    def __repr__(self) -> str:
        """Show whose it is."""
        return f"{type(self).__name__}(base_url={self._transport.settings.base_url!r})"

    def unified_proxy_api(
        self,
        *,
        request_type: str | None = None,
        integrated_account_id: str | None = None,
        integration: str | None = None,
        environment_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[ApiLog]:
        """List calls of connected products: `GET /log` with the type `unified_proxy_api` (truto.one/docs, Logs).

        Args:
            request_type: only calls through this API: "unified" or "proxy".
            integrated_account_id: only calls to this account.
            integration: only calls of this connected product, such as "zendesk".
            environment_id: only calls in this environment.
            created_after: only entries after this time, which has a time zone.
            created_before: only entries before this time, which has a time zone; default: now, if `created_after` is given.
            limit: how many entries to fetch at once: at most 100, which is the default.
            max_items: how many entries to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: a time has no zone, the span is empty, or `limit` or `max_items` is out of its range.
        """
        return self._entries(
            "unified_proxy_api",
            lambda: models.ApiLog,
            {
                "request_type": request_type,
                "integrated_account_id": integrated_account_id,
                "integration": integration,
                "environment_id": environment_id,
            },
            created_after=created_after,
            created_before=created_before,
            limit=limit,
            max_items=max_items,
            cursor=cursor,
        )

    def rapid_bridge(
        self,
        *,
        sync_job_run_id: str | None = None,
        sync_job_id: str | None = None,
        sync_job_run_event: str | None = None,
        integrated_account_id: str | None = None,
        webhook_id: str | None = None,
        integration: str | None = None,
        environment_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[RapidBridgeLog]:
        """List the steps of runs: `GET /log` with the type `rapid_bridge` (truto.one/docs, Logs).

        Why a run failed is found here.

        Args:
            sync_job_run_id: only steps of this run.
            sync_job_id: only steps of runs of this job.
            sync_job_run_event: only this event of runs, such as "record_error" or "failed".
            integrated_account_id: only steps of runs for this account.
            webhook_id: only steps of runs that send to this webhook.
            integration: only steps that call this connected product, such as "zendesk".
            environment_id: only steps in this environment.
            created_after: only entries after this time, which has a time zone.
            created_before: only entries before this time, which has a time zone; default: now, if `created_after` is given.
            limit: how many entries to fetch at once: at most 100, which is the default.
            max_items: how many entries to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: a time has no zone, the span is empty, or `limit` or `max_items` is out of its range.
        """
        return self._entries(
            "rapid_bridge",
            lambda: models.RapidBridgeLog,
            {
                "sync_job_run_id": sync_job_run_id,
                "sync_job_id": sync_job_id,
                "sync_job_run_event": sync_job_run_event,
                "integrated_account_id": integrated_account_id,
                "webhook_id": webhook_id,
                "integration": integration,
                "environment_id": environment_id,
            },
            created_after=created_after,
            created_before=created_before,
            limit=limit,
            max_items=max_items,
            cursor=cursor,
        )

    def webhook(
        self,
        *,
        webhook_id: str | None = None,
        event: str | None = None,
        environment_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[WebhookLog]:
        """List deliveries of events to webhooks: `GET /log` with the type `webhook` (truto.one/docs, Logs).

        Args:
            webhook_id: only deliveries to this webhook.
            event: only deliveries of this event, such as "sync_job_run:completed".
            environment_id: only deliveries of this environment.
            created_after: only entries after this time, which has a time zone.
            created_before: only entries before this time, which has a time zone; default: now, if `created_after` is given.
            limit: how many entries to fetch at once: at most 100, which is the default.
            max_items: how many entries to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: a time has no zone, the span is empty, or `limit` or `max_items` is out of its range.
        """
        return self._entries(
            "webhook",
            lambda: models.WebhookLog,
            {"webhook_id": webhook_id, "event": event, "environment_id": environment_id},
            created_after=created_after,
            created_before=created_before,
            limit=limit,
            max_items=max_items,
            cursor=cursor,
        )

    def sync_job_cron_trigger(
        self,
        *,
        environment_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[CronTriggerLog]:
        """List what cron triggers did: `GET /log` with the type `sync_job_cron_trigger` (truto-skills, Logs).

        Args:
            environment_id: only triggers of this environment.
            created_after: only entries after this time, which has a time zone.
            created_before: only entries before this time, which has a time zone; default: now, if `created_after` is given.
            limit: how many entries to fetch at once: at most 100, which is the default.
            max_items: how many entries to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: a time has no zone, the span is empty, or `limit` or `max_items` is out of its range.
        """
        return self._entries(
            "sync_job_cron_trigger",
            lambda: models.CronTriggerLog,
            {"environment_id": environment_id},
            created_after=created_after,
            created_before=created_before,
            limit=limit,
            max_items=max_items,
            cursor=cursor,
        )

    def mcp(
        self,
        *,
        mcp_server_id: str | None = None,
        tool_name: str | None = None,
        mcp_method: str | None = None,
        resource: str | None = None,
        method: str | None = None,
        client_name: str | None = None,
        client_version: str | None = None,
        request_id: str | None = None,
        integrated_account_id: str | None = None,
        integration: str | None = None,
        environment_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
        max_items: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPager[McpLog]:
        """List calls to MCP servers: `GET /log` with the type `mcp` (truto.one/docs, Logs).

        Args:
            mcp_server_id: only calls to this server.
            tool_name: only calls of this tool.
            mcp_method: only calls of this method of the protocol, such as "tools/call".
            resource: only calls of this resource.
            method: only calls of this method of the resource, such as "list".
            client_name: only calls of the client with this name.
            client_version: only calls of this version of the client.
            request_id: only the request with this id.
            integrated_account_id: only calls to this account.
            integration: only calls of this connected product, such as "zendesk".
            environment_id: only calls in this environment.
            created_after: only entries after this time, which has a time zone.
            created_before: only entries before this time, which has a time zone; default: now, if `created_after` is given.
            limit: how many entries to fetch at once: at most 100, which is the default.
            max_items: how many entries to list at the most; default: all.
            cursor: where to begin, as the `cursor` of an error or the `next_cursor` of a page has it.

        Raises:
            InvalidArgumentError: a time has no zone, the span is empty, or `limit` or `max_items` is out of its range.
        """
        return self._entries(
            "mcp",
            lambda: models.McpLog,
            {
                "mcp_server_id": mcp_server_id,
                "tool_name": tool_name,
                "mcp_method": mcp_method,
                "resource": resource,
                "method": method,
                "client_name": client_name,
                "client_version": client_version,
                "request_id": request_id,
                "integrated_account_id": integrated_account_id,
                "integration": integration,
                "environment_id": environment_id,
            },
            created_after=created_after,
            created_before=created_before,
            limit=limit,
            max_items=max_items,
            cursor=cursor,
        )

    def _entries(
        self,
        log_type: str,
        model: Callable[[], type[L]],
        filters: dict[str, str | None],
        *,
        created_after: datetime | None,
        created_before: datetime | None,
        limit: int | None,
        max_items: int | None,
        cursor: str | None,
    ) -> AsyncPager[L]:
        size = _LARGEST_PAGE if limit is None else limit
        check_number("limit", size, int)
        if size > _LARGEST_PAGE:
            raise InvalidArgumentError(f"limit must be at most {_LARGEST_PAGE}: {size}")
        log = Log(self._transport, log_type, model, filters, Span(created_after, created_before))
        return log.entries(size, max_items=max_items, cursor=cursor)
