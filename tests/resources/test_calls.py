"""The calls of both clients, over a real socket."""

from __future__ import annotations

import asyncio
import pickle
import time
from datetime import UTC, datetime
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.wire import Wire, WireServer
from truto_async import (
    AmbiguousOutcomeError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncTruto,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RedirectError,
    ResponseDecodeError,
    ResponseTooLargeError,
    SyncJob,
    TLSError,
    UnprocessableEntityError,
    __version__,
)
from truto_async.testing import SEED_JOBS, FakeTruto

if TYPE_CHECKING:
    from tests.conftest import MakeClient

JOB_ID = SEED_JOBS[0]["id"]
DEAD = "http://127.0.0.1:1"


class Color(str, Enum):  # noqa: UP042  # the older kind, whose str() is its name
    """A value that is a str, and more."""

    RED = "red"


STATUS_CLASSES = {
    301: RedirectError,
    304: RedirectError,
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: APIStatusError,
    408: APIStatusError,
    409: ConflictError,
    418: APIStatusError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    500: InternalServerError,
    502: InternalServerError,
    503: InternalServerError,
    504: InternalServerError,
    599: InternalServerError,
}


@pytest.mark.parametrize("document", SEED_JOBS, ids=lambda job: job["id"][:8])
def test_get_gives_the_job(truto: Any, document: dict[str, Any]) -> None:
    """Each seeded job comes back as the model that its JSON makes."""
    assert SyncJob.from_dict(document) == truto.sync_jobs.get(document["id"])


def test_request_headers(truto: Any, fake_truto: FakeTruto) -> None:
    """A request carries the token, and says who asks and for what."""
    truto.sync_jobs.get(JOB_ID)

    [seen] = fake_truto.requests
    assert f"Bearer {fake_truto.token}" == seen.headers["authorization"]
    assert f"truto-async/{__version__}" == seen.headers["user-agent"]
    assert ("application/json", "gzip, deflate") == (seen.headers["accept"], seen.headers["accept-encoding"])
    assert "cookie" not in seen.headers


@pytest.mark.parametrize("job_id", ["a/b", "../webhook/x", "a?b#c", "é", "%2e%2e", "a b", "~tilde", "💡", "..."])
def test_id_is_one_segment(truto: Any, fake_truto: FakeTruto, job_id: str) -> None:
    """Whatever the id holds, the server sees exactly that id as one segment of the path."""
    fake_truto.add({"id": job_id})

    assert job_id == truto.sync_jobs.get(job_id).id
    assert ("sync-job", job_id) == fake_truto.requests[0].segments


@pytest.mark.parametrize(("status", "error_class"), STATUS_CLASSES.items())
def test_status_errors(truto: Any, fake_truto: FakeTruto, status: int, error_class: type[APIStatusError]) -> None:
    """Each status raises its class, with all that the envelope says."""
    envelope = {"statusCode": status, "error": "Some Name", "message": "some sentence"}
    fake_truto.fail(status, body=envelope, headers={"Retry-After": "2.5", "X-Request-Id": "r-1"})

    with pytest.raises(error_class) as caught:
        truto.sync_jobs.get(JOB_ID)

    error = caught.value
    assert type(error) is error_class
    assert (status, 2.5, "r-1") == (error.status, error.retry_after, error.request_id)
    if status != 304:  # a 304 has no body
        assert ("Some Name", "some sentence", envelope) == (error.error, error.message, error.body)
    assert not error.is_remote
    assert f"/sync-job/{JOB_ID}" in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_remote_error(truto: Any, fake_truto: FakeTruto) -> None:
    """An error of the connected product keeps the product's own answer, and what Truto makes of it."""
    insight = {"forbidden_error": {"description": "Scopes are missing", "value": {"missing_scopes": ["read"]}}}
    fake_truto.fail(
        403,
        body={
            "statusCode": 403,
            "error": "Forbidden",
            "message": "",
            "truto_is_remote_error": True,
            "raw_response": {"code": 17},
            "truto_error_insight": insight,
            "details": {"failures": [{"field": "x"}]},
        },
    )

    with pytest.raises(PermissionDeniedError) as caught:
        truto.sync_jobs.get(JOB_ID)

    error = caught.value
    assert error.is_remote
    assert {"code": 17} == error.raw_response
    assert insight == error.insight
    assert {"failures": [{"field": "x"}]} == error.details
    assert "" == error.message
    assert f"403 Forbidden (GET /sync-job/{JOB_ID})" == str(error)


def test_html_error_page(truto: Any, fake_truto: FakeTruto) -> None:
    """A page from an edge server still gives the right class, and an excerpt of its text."""
    page = "<html><head><title>Bad\ngateway</title></head><body>" + "<p>cloud</p>" * 1000 + "</body></html>"
    fake_truto.fail(502, body=page, headers={"CF-Ray": "8a1"})

    with pytest.raises(InternalServerError, match=r"502 Bad Gateway: Bad gateway cloud cloud") as caught:
        truto.sync_jobs.get(JOB_ID)

    assert page == caught.value.body
    assert caught.value.error is None
    assert "8a1" == caught.value.request_id
    assert len(str(caught.value)) < 500


def test_redirect_names_the_host(truto: Any, fake_truto: FakeTruto) -> None:
    """A redirect is not followed; the error says where it points."""
    fake_truto.fail(302, headers={"Location": "https://elsewhere.example/x"})

    with pytest.raises(RedirectError, match=r"elsewhere\.example"):
        truto.sync_jobs.get(JOB_ID)

    assert 1 == len(fake_truto.requests)


def test_unauthorized(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """A wrong token is refused with a hint at the variable that holds it, and shown nowhere."""
    truto = make_client("wrong-token-51", base_url=fake_truto.url)

    with pytest.raises(AuthenticationError, match="TRUTO_API_TOKEN") as caught:
        truto.sync_jobs.get(JOB_ID)

    assert "wrong-token-51" not in f"{caught.value!r} {pickle.dumps(caught.value)!r}"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ('{"id": 5}', "$.id"),
        ('{"label": "no id"}', "$.id"),
        ('{"id": "x", "resources": [{}, {"type": "request", "name": 7}]}', "$.resources[1].name"),
        ('{"id": "x", "created_at": "yesterday"}', "$.created_at"),
        (
            '{"id": "x", "args_schema": {"type": "object", "properties": {"a b": {"type": 5}}}}',
            '$.args_schema.properties["a b"].type',
        ),
        ('{"id": "x", "args_schema": {"a": {}, "b": {"required": 1}}}', "$.args_schema.b.required"),
        ('{"id": "x", "resources": [{"type": 5}]}', "$.resources[0].type"),
        ('{"id": "x", "resources": {}}', "$.resources"),
        ("[]", "$"),
        ("null", "$"),
        ("<html>fine</html>", "$"),
        (b"", "$"),
        (b'{"id": "\xff"}', "$"),
        ('{"id": "x", "n": NaN}', "$"),
    ],
)
def test_wrong_answer(truto: Any, fake_truto: FakeTruto, body: str | bytes, path: str) -> None:
    """A 2xx that is not a sync job raises ResponseDecodeError, which says where it is wrong and keeps the answer."""
    fake_truto.fail(200, body=body)

    with pytest.raises(ResponseDecodeError) as caught:
        truto.sync_jobs.get(JOB_ID)

    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    assert (path, text) == (caught.value.path, caught.value.body)


def test_echoed_token_is_masked(truto: Any, fake_truto: FakeTruto) -> None:
    """A server that echoes the token does not get it into an error."""
    token = fake_truto.token
    fake_truto.fail(500, body={"message": f"bad {token}"}, headers={"X-Echo": token})
    fake_truto.fail(200, body={"id": "x", "created_at": token})

    with pytest.raises(InternalServerError) as refused:
        truto.sync_jobs.get(JOB_ID)
    with pytest.raises(ResponseDecodeError) as undecodable:
        truto.sync_jobs.get(JOB_ID)

    for error in (refused.value, undecodable.value):
        assert token not in f"{error} {vars(error)}"
        assert "***" in f"{error} {vars(error)}"


def test_too_large(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """An answer over the bound is not read to its end; an error's body is cut."""
    truto = make_client(fake_truto.token, base_url=fake_truto.url, max_response_bytes=1000, retry=None)
    fake_truto.fail(200, body="x" * 1001)
    fake_truto.fail(500, body="y" * 3_000_000)

    with pytest.raises(ResponseTooLargeError, match="1,000 bytes"):
        truto.sync_jobs.get(JOB_ID)
    with pytest.raises(InternalServerError) as caught:
        truto.sync_jobs.get(JOB_ID)

    assert 1000 == len(caught.value.body)
    assert JOB_ID not in truto.sync_jobs.get(SEED_JOBS[3]["id"]).id


def test_connection_refused(make_client: MakeClient) -> None:
    """No server: the error says so, with the system's error as its cause."""
    truto = make_client("token", base_url=DEAD, retry=None)

    with pytest.raises(APIConnectionError, match=r"127\.0\.0\.1:1.*refused|Connect call failed") as caught:
        truto.sync_jobs.get(JOB_ID)

    assert isinstance(caught.value.__cause__, OSError)


def test_dropped_connection(truto: Any, fake_truto: FakeTruto) -> None:
    """A connection that breaks off without an answer."""
    fake_truto.fail(drop=True)

    with pytest.raises(APIConnectionError, match="no answer from"):
        truto.sync_jobs.get(JOB_ID)

    assert JOB_ID == truto.sync_jobs.get(JOB_ID).id


def test_timeout(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """An answer that does not come in time; the client works on."""
    truto = make_client(fake_truto.token, base_url=fake_truto.url, timeout=0.2, retry=None)
    fake_truto.fail(delay=30.0)

    began = time.monotonic()
    with pytest.raises(APITimeoutError, match="in time"):
        truto.sync_jobs.get(JOB_ID)

    assert time.monotonic() - began < 10
    assert JOB_ID == truto.sync_jobs.get(JOB_ID).id


def test_waiting_for_a_place_is_not_on_the_clock(fake_truto: FakeTruto) -> None:
    """Time spent waiting for a free connection does not count towards the timeout."""

    async def many() -> list[SyncJob]:
        async with AsyncTruto(fake_truto.token, base_url=fake_truto.url, timeout=1.0, max_connections=1) as truto:
            return await asyncio.gather(*(truto.sync_jobs.get(JOB_ID) for _ in range(5)))

    fake_truto.fail(delay=0.3, times=5)

    assert [JOB_ID] * 5 == [job.id for job in asyncio.run(many())]
    times = [request.time for request in fake_truto.requests]
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(times))


def test_no_tls_there(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """A server that does not speak TLS."""
    truto = make_client("token", base_url=fake_truto.url.replace("http:", "https:"))

    with pytest.raises(TLSError, match="no secure connection to 127"):
        truto.sync_jobs.get(JOB_ID)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_ambiguous_write(truto: Any, fake_truto: FakeTruto, method: str) -> None:
    """A write that was sent and not answered may have happened; it is sent once only."""
    fake_truto.fail(drop=True)

    with pytest.raises(AmbiguousOutcomeError, match="look whether"):
        truto.request(method, "/sync-job-run", json={"sync_job_id": "x"})

    assert 1 == len(fake_truto.requests)


def test_unsent_write(make_client: MakeClient) -> None:
    """A write that found no server surely did not happen."""
    with pytest.raises(APIConnectionError):
        make_client("token", base_url=DEAD, retry=None).request("POST", "/sync-job-run", json={})


def test_request(truto: Any, fake_truto: FakeTruto) -> None:
    """Any endpoint can be called: the method, path, query and body arrive, and the answer's JSON comes back."""
    fake_truto.fail(200, body={"result": [1, {"a": None}]})

    answer = truto.request(
        "post",
        "sync-job-run/é/a%2Fb",
        query={
            "limit": 10,
            "active": True,
            "none": None,
            "created_at": {"gt": datetime(2026, 1, 1, tzinfo=UTC), "deep": {"er": 1.5}},
            "ids": ["a", "b&c"],
            "nested": [{"x": 1}, {"x": False}],
            "range": range(2),
            "enum": Color.RED,
        },
        json={"sync_job_id": "x", "n": [1]},
    )

    [seen] = fake_truto.requests
    assert {"result": [1, {"a": None}]} == answer
    assert ("POST", "/sync-job-run/%C3%A9/a%2Fb") == (seen.method, seen.path)
    assert {
        "limit": ["10"],
        "active": ["true"],
        "created_at[gt]": ["2026-01-01T00:00:00.000Z"],
        "created_at[deep][er]": ["1.5"],
        "ids[]": ["a", "b&c"],
        "nested[0][x]": ["1"],
        "nested[1][x]": ["false"],
        "range[]": ["0", "1"],
        "enum": ["red"],
    } == seen.query
    assert b'{"sync_job_id":"x","n":[1]}' == seen.body
    assert "application/json" == seen.headers["content-type"]


def test_request_without_an_answer_body(truto: Any, fake_truto: FakeTruto) -> None:
    """An empty answer is None."""
    fake_truto.fail(204, body=b"")

    assert truto.request("DELETE", "/sync-job/x", query={}) is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
def test_idempotent_methods(truto: Any, fake_truto: FakeTruto, method: str) -> None:
    """What may be sent twice without harm is not ambiguous when it gets lost."""
    fake_truto.fail(drop=True)

    with pytest.raises(APIConnectionError):
        truto.request(method, "/x")


def test_odd_headers(make_client: MakeClient) -> None:
    """Bytes in a header that are no text do not hide the error."""

    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(b"HTTP/1.1 404 Not Found\r\nX-A: caf\xe9\r\nContent-Length: 0\r\n\r\n")

    with WireServer(script) as server, pytest.raises(NotFoundError):
        make_client("t", base_url=server.url).sync_jobs.get("x")


def test_a_deep_error(truto: Any, fake_truto: FakeTruto) -> None:
    """What should be a sentence, and is not, is left out of the message."""
    fake_truto.fail(500, body='{"error": ' + "[" * 900 + "]" * 900 + ', "message": {}}')

    with pytest.raises(InternalServerError, match=r"^500 Internal Server Error \("):
        truto.sync_jobs.get(JOB_ID)


def test_unknown_endpoint(truto: Any) -> None:
    """What the server does not know is an error like any other."""
    with pytest.raises(NotFoundError, match="Cannot GET /nowhere"):
        truto.request("GET", "/nowhere")


def test_a_path_in_the_base_url_is_kept(make_client: MakeClient, fake_truto: FakeTruto) -> None:
    """A gateway may serve the API below a path."""
    fake_truto.fail(200, body={"id": "x"})

    assert "x" == make_client(fake_truto.token, base_url=f"{fake_truto.url}/gateway/").sync_jobs.get("x").id
    assert "/gateway/sync-job/x" == fake_truto.requests[0].path
