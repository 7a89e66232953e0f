"""Seeing in: hooks, aiohttp's own tracing, OpenTelemetry."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import aiohttp
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from truto_async import (
    AsyncTruto,
    Hooks,
    InternalServerError,
    RateLimitedEvent,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
)
from truto_async.testing import SEED_JOBS, FakeTruto, no_waiting

if TYPE_CHECKING:
    import pytest

    from tests.conftest import MakeClient

JOB_ID = SEED_JOBS[0]["id"]
PATH = f"/sync-job/{JOB_ID}"


def test_events(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """Each attempt, retry and pause is told, with what is known of it."""
    events: list[Any] = []
    hooks = Hooks(on_request=events.append, on_response=events.append, on_retry=events.append, on_rate_limited=events.append)
    limits = {"ratelimit-limit": "110;w=10", "RateLimit-Remaining": "109", "ratelimit-reset": "soon"}
    fake_truto.fail(500, headers=limits)
    fake_truto.fail(429, headers={"Retry-After": "3"})

    with no_waiting():
        make_client(fake_truto.token, base_url=fake_truto.url, hooks=hooks).sync_jobs.get(JOB_ID)

    kinds = [RequestEvent, ResponseEvent, RetryEvent]
    assert [*kinds, *kinds[:2], RateLimitedEvent, RetryEvent, *kinds[:2]] == [type(event) for event in events]
    first, answer, retry, *_ = events
    assert RequestEvent(method="GET", path=PATH, attempt=1) == first
    assert (500, 1, "110;w=10", 109.0, None) == (
        answer.status,
        answer.attempt,
        answer.rate_limit,
        answer.rate_limit_remaining,
        answer.rate_limit_reset,
    )
    assert 0 < answer.seconds < 5
    assert isinstance(retry.error, InternalServerError)
    assert RateLimitedEvent(method="GET", path=PATH, seconds=3.0, is_remote=False) == events[5]
    assert [500, 429, 200] == [event.status for event in events if isinstance(event, ResponseEvent)]


def test_a_failing_hook_breaks_nothing(
    make_client: MakeClient, fake_truto: FakeTruto, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the call goes on."""

    def fail(_: object) -> None:
        raise ZeroDivisionError

    hooks = Hooks(on_request=fail, on_response=fail, on_retry=fail, on_rate_limited=fail)
    fake_truto.fail(429)

    with no_waiting():
        truto = make_client(fake_truto.token, base_url=fake_truto.url, hooks=hooks)
        assert JOB_ID == truto.sync_jobs.get(JOB_ID).id

    assert 6 == caplog.text.count("a hook failed; the request goes on")


async def test_trace_config(fake_truto: FakeTruto) -> None:
    """Aiohttp's own tracing works on a session that is handed in."""
    seen: list[str] = []

    async def ended(_: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        seen.append(f"{params.method} {params.url.path} {params.response.status}")

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        truto = AsyncTruto(fake_truto.token, base_url=fake_truto.url, session=session)
        await truto.sync_jobs.get(JOB_ID)

    assert [f"GET {PATH} 200"] == seen


def test_opentelemetry(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """OpenTelemetry's instrumentation of aiohttp sees the requests of both clients' own sessions."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    AioHttpClientInstrumentor().instrument(tracer_provider=provider)
    try:
        make_client(fake_truto.token, base_url=fake_truto.url).sync_jobs.get(JOB_ID)
    finally:
        AioHttpClientInstrumentor().uninstrument()

    [span] = exporter.get_finished_spans()
    assert "GET" == span.name
    assert "traceparent" in fake_truto.requests[0].headers
    assert fake_truto.token not in span.to_json()


def test_a_hook_that_wants_to_exit(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """It does not take the event loop along."""
    truto = make_client(fake_truto.token, base_url=fake_truto.url, hooks=Hooks(on_request=lambda _: sys.exit(3)))

    for _ in range(2):
        assert JOB_ID == truto.sync_jobs.get(JOB_ID).id
