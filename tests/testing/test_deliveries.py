"""Deliveries of the fake server to a receiver on this machine."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import AmbiguousOutcomeError, BadRequestError, InternalServerError, NotFoundError
from truto_async.testing import FakeTruto, RunStep
from truto_async.webhooks import parse
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import Generator


class Receiver:
    """A receiver of webhooks, that answers with the statuses in `answers`, then with 200."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.url = ""
        self.received: list[tuple[bytes, str]] = []
        self.answers: list[int] = []


@contextmanager
def receiving() -> Generator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append((body, self.headers["X-Truto-Signature"]))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def until_over(fake: FakeTruto, count: int) -> list[Any]:
    """Wait until so many deliveries are over."""
    end = time.monotonic() + 10
    while not (len(fake.deliveries) >= count and all(delivery.is_over for delivery in fake.deliveries)):
        assert time.monotonic() < end, fake.deliveries
        time.sleep(0.005)
    return fake.deliveries


def test_the_life_of_a_run() -> None:
    """Each change of the status is delivered, signed and in order, though nobody looks at the run."""
    with receiving() as receiver, FakeTruto([{"id": "job"}]) as fake, Truto(fake.token, base_url=fake.url) as truto:
        made = truto.webhooks.create(target_url=receiver.url)
        fake.plan_run(
            RunStep("created", 0.02),
            RunStep("running", 0.02),
            RunStep("rate_limited", 0.02, retry_after=5),
            RunStep("running", 0.02),
            RunStep("failed"),
        )
        run = truto.sync_job_runs.start("job")
        until_over(fake, 5)

        events = [parse(body, signature, made.secret or "") for body, signature in receiver.received]
        assert ["created", "started", "rate_limited", "updated", "failed"] == [event.action for event in events]
        assert {run.id} == {event.payload["id"] for event in events}
        assert 5 == events[2].payload["retryAfter"]
        assert 5 == len({event.id for event in events})
        assert ["success"] * 5 == [entry["status"] for entry in fake.logs if entry["log_type"] == "webhook"]


def test_retries() -> None:
    """Anything but 200 is tried again three times, the same event each time; the next one waits for it."""
    with (
        receiving() as receiver,
        FakeTruto([{"id": "job"}], delivery_delay=0.01) as fake,
        Truto(fake.token, base_url=fake.url) as truto,
    ):
        truto.webhooks.create(target_url=receiver.url, event_types=["sync_job_run:created", "sync_job_run:completed"])
        receiver.answers = [500, 204, 200, 400, 400, 400, 400]
        truto.sync_job_runs.start("job")
        deliveries = until_over(fake, 2)

        assert [[500, 204, 200], [400, 400, 400, 400]] == [delivery.statuses for delivery in deliveries]
        ids = [json.loads(body)["id"] for body, _ in receiver.received]
        assert [3, 4] == [ids.count(ids[0]), ids.count(ids[-1])]


def test_nobody_receives() -> None:
    """A receiver that is away is tried four times; one that is not active, or not there any more, is not asked."""
    with FakeTruto([{"id": "job"}], delivery_delay=0.01) as fake, Truto(fake.token, base_url=fake.url) as truto:
        away = truto.webhooks.create(target_url="http://127.0.0.1:1/hook", event_types=["sync_job_run:completed"])
        truto.webhooks.create(target_url="http://127.0.0.1:1/hook", is_active=False)
        truto.sync_job_runs.start("job")
        assert [[None] * 4] == [delivery.statuses for delivery in until_over(fake, 1)]

        truto.webhooks.test(away.id)
        truto.webhooks.delete(away.id)
        until_over(fake, 2)
        assert [delivery.event for delivery in fake.deliveries] == ["sync_job_run:completed", "test"]


def test_the_test_event() -> None:
    """`webhooks.test` delivers it; it is signed with the secret that only the answer to the creation has."""
    with receiving() as receiver, FakeTruto() as fake, Truto(fake.token, base_url=fake.url) as truto:
        made = truto.webhooks.create(target_url=receiver.url)
        truto.webhooks.test(made.id)
        until_over(fake, 1)

        [(body, signature)] = receiver.received
        assert {"foo": "bar"} == parse(body, signature, made.secret or "").payload
        assert truto.webhooks.get(made.id).secret is None
        with pytest.raises(NotFoundError):
            truto.webhooks.test("unknown")
        with pytest.raises(BadRequestError, match="https"):
            truto.webhooks.create(target_url="http://example.com/hook")


def test_a_stop_in_the_middle() -> None:
    """The server stops while it waits to deliver again."""
    with FakeTruto([{"id": "job"}], delivery_delay=60) as fake, Truto(fake.token, base_url=fake.url) as truto:
        truto.webhooks.create(target_url="http://127.0.0.1:1/hook")
        truto.sync_job_runs.start("job")
        while not any(delivery.statuses for delivery in fake.deliveries):
            time.sleep(0.005)
    assert not fake.deliveries[0].is_over


def test_an_answer_that_is_lost(truto: Any, fake_truto: FakeTruto) -> None:
    """The request is carried out all the same; one that is answered with a scripted status is not."""
    job_id = next(iter(fake_truto.jobs))
    fake_truto.fail(drop=True)
    fake_truto.fail(503)
    for error in (AmbiguousOutcomeError, InternalServerError):
        with pytest.raises(error):
            truto.request("POST", "/sync-job", json={"label": f"copy of {job_id}"})

    assert 1 == sum(str(job.get("label")).startswith("copy") for job in fake_truto.jobs.values())
