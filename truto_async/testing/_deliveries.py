"""Deliveries of events to webhooks: signed, in order, and tried again as Truto does (truto.one/docs: webhooks)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import aiohttp
from attrs import define

from truto_async._support import json
from truto_async.testing._database import ENVIRONMENT_ID, now
from truto_async.webhooks import sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._database import Database

__all__ = ["Deliveries", "Delivery"]

_RETRIES = 3
_LONGEST_DELAY = 10.0


@define(kw_only=True)
class Delivery:
    """An event on its way to a webhook."""

    webhook_id: str
    """The webhook."""

    event: str
    """The name of the event, such as "sync_job_run:completed"."""

    body: bytes
    """The body that is sent."""

    statuses: list[int | None]
    """The receiver's answers so far; None where none came. The last one is 200 if the event was taken."""

    is_over: bool = False
    """Whether it was taken or given up."""


class Deliveries:
    """Sends events in the server's event loop, one after the other to each webhook."""

    def __init__(self, database: Database, advance: Callable[[], float | None], first_delay: float) -> None:
        """Send nothing yet.

        Args:
            database: has the webhooks.
            advance: brings the runs up to date and returns when that is to be done again.
            first_delay: the seconds before the first retry.
        """
        self.all: list[Delivery] = []
        self._first_delay = first_delay
        self._database = database
        self._advance = advance
        self._queues: dict[str, deque[Delivery]] = {}
        self._senders: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def deliver(self, event: str, payload: JSONObject) -> None:
        """Queue an event for each active webhook that wants it. Can be called in any thread."""
        for webhook in list(self._database.webhooks.values()):
            if webhook.get("is_active") and (not webhook.get("event_types") or event in webhook["event_types"]):
                self.deliver_to(webhook, event, payload)
        self.wake()

    def deliver_to(self, webhook: JSONObject, event: str, payload: JSONValue) -> None:
        """Queue an event for one webhook."""
        document: JSONObject = {"id": str(uuid4()), "event": event, "payload": payload, "environment_id": ENVIRONMENT_ID}
        document |= {"webhook_id": webhook["id"], "created_at": now()}
        delivery = Delivery(webhook_id=webhook["id"], event=event, body=json.dumps(document), statuses=[])
        self.all.append(delivery)
        self._queues.setdefault(webhook["id"], deque()).append(delivery)
        self.wake()

    def wake(self) -> None:
        """Have the server look at the runs and the queues now."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the server is just being stopped by another thread
                loop.call_soon_threadsafe(self._wake_up.set)

    async def run(self) -> None:
        """Send what is queued, until it is cancelled."""
        self._loop, self._wake_up = asyncio.get_running_loop(), asyncio.Event()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            try:
                while True:
                    due = self._advance()
                    for webhook_id, queue in list(self._queues.items()):
                        if queue and webhook_id not in self._senders:
                            self._senders[webhook_id] = self._loop.create_task(self._send_all(session, webhook_id, queue))
                    seconds = None if due is None else max(0.0, due - time.monotonic())
                    try:
                        async with asyncio.timeout(seconds):
                            await self._wake_up.wait()
                    except TimeoutError:
                        continue
                    self._wake_up.clear()
            finally:
                self._loop = None
                senders = list(self._senders.values())
                for sender in senders:
                    sender.cancel()
                await asyncio.gather(*senders, return_exceptions=True)

    async def _send_all(self, session: aiohttp.ClientSession, webhook_id: str, queue: deque[Delivery]) -> None:
        try:
            while queue:
                await self._send(session, queue[0])
                queue.popleft()
        finally:
            del self._senders[webhook_id]

    async def _send(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        webhook = self._database.webhooks.get(delivery.webhook_id)
        for attempt in range(1 + _RETRIES if webhook else 0):
            if attempt:
                await asyncio.sleep(min(_LONGEST_DELAY, self._first_delay * 2.0 ** (attempt - 1)))
            status = await self._post(session, webhook or {}, delivery)
            delivery.statuses.append(status)
            if status == 200:
                break
        delivery.is_over = True
        self._log(delivery)

    async def _post(self, session: aiohttp.ClientSession, webhook: JSONObject, delivery: Delivery) -> int | None:
        secret = self._database.secrets.get(delivery.webhook_id, "secret")
        headers = {"Content-Type": "application/json", "User-Agent": "truto"}
        headers["X-Truto-Signature"] = sign(delivery.body, secret)
        try:
            async with session.post(webhook["target_url"], data=delivery.body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None

    def _log(self, delivery: Delivery) -> None:
        status = delivery.statuses[-1] if delivery.statuses else None
        self._database.logs.append(
            {
                "log_type": "webhook",
                "timestamp": now(),
                "environment_id": ENVIRONMENT_ID,
                "webhook_id": delivery.webhook_id,
                "event": delivery.event,
                "webhook_endpoint_status": status,
                "status": "success" if status == 200 else "failed",
            }
        )
