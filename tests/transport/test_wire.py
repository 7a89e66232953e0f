"""What a broken server, proxy or network does: the right error, in time, and nothing left behind."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
import zlib
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.conftest import open_sockets
from tests.wire import OK, Wire, WireServer, answer
from truto_async import (
    AmbiguousOutcomeError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncTruto,
    AuthenticationError,
    InternalServerError,
    NotFoundError,
    RedirectError,
    ResponseDecodeError,
    ResponseTooLargeError,
    RetryPolicy,
    TrutoError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.conftest import MakeClient

QUICK = RetryPolicy(attempts=2, base=0.001)
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GZIP = "Content-Encoding: gzip"
DEEP = b"[" * 100_000
BOMB_PIECE = gzip.compress(b"\0" * 2**20)


async def nothing(wire: Wire) -> None:
    """Accept and never answer."""
    await wire.request()
    await asyncio.Event().wait()


async def silence(wire: Wire) -> None:
    """Accept and do nothing at all, as in a handshake that stalls."""
    await asyncio.Event().wait()


async def hang_up(wire: Wire) -> None:
    """Close at once."""


def replies(*pieces: bytes, then: str = "wait") -> Callable[[Wire], Awaitable[None]]:
    """Answer each request with these bytes, then wait for the next, hang, reset, or close."""

    async def script(wire: Wire) -> None:
        while True:
            await wire.request()
            await wire.send(*pieces)
            if then == "hang":
                await asyncio.Event().wait()
            if then == "reset":
                wire.reset()
            if then != "wait":
                return

    return script


async def slowly(wire: Wire) -> None:
    """Send a byte now and then."""
    await wire.request()
    for byte in OK:
        await wire.send(bytes([byte]))
        await asyncio.sleep(0.2)


async def bomb(wire: Wire) -> None:
    """Send compressed zeros without an end."""
    await wire.request()
    await wire.send(HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n")
    while True:
        wire.writer.write(BOMB_PIECE)
        await wire.writer.drain()


FAULTS: dict[str, tuple[Callable[[Wire], Awaitable[None]], type[TrutoError], int]] = {
    # name: what the server does, the error, how many requests it sees at two attempts
    "closed before the request": (hang_up, APIConnectionError, 0),
    "no answer": (nothing, APITimeoutError, 2),
    "nothing read": (silence, APITimeoutError, 0),
    "slow bytes": (slowly, APITimeoutError, 2),
    "closed without an answer": (replies(then="close"), APIConnectionError, 2),
    "reset without an answer": (replies(then="reset"), APIConnectionError, 2),
    "closed inside the headers": (replies(HEAD + b"Content-", then="close"), APIConnectionError, 2),
    "reset inside the headers": (replies(HEAD + b"Content-", then="reset"), APIConnectionError, 2),
    "closed inside the body": (replies(OK[:-4], then="close"), APIConnectionError, 2),
    "reset inside the body": (replies(OK[:-4], then="reset"), APIConnectionError, 2),
    "hanging inside the body": (replies(OK[:-4], then="hang"), APITimeoutError, 2),
    "closed inside a chunk": (replies(CHUNKED + b"5\r\n{", then="close"), APIConnectionError, 2),
    "closed before the last chunk": (replies(CHUNKED + b"1\r\n{\r\n", then="close"), APIConnectionError, 2),
    "bad chunk length at once": (replies(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", then="close"), APIConnectionError, 2),
    "bad chunk length later": (replies(CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n", then="hang"), APIConnectionError, 2),
    "garbage": (replies(b"\x00\xff garbage \r\n\r\n", then="close"), APIConnectionError, 2),
    "another protocol": (replies(b"SSH-2.0-OpenSSH_9.2\r\n", then="close"), APIConnectionError, 2),
    "a giant header": (replies(HEAD + b"X: " + b"x" * 100_000 + b"\r\n\r\n", then="close"), APIConnectionError, 2),
    "endless headers": (replies(HEAD + b"X: x\r\n" * 50_000, then="close"), APIConnectionError, 2),
    "a bad content length": (replies(HEAD + b"Content-Length: x\r\n\r\n", then="close"), APIConnectionError, 2),
    "a corrupt gzip": (replies(answer(b"\x1f\x8bnonsense" * 5, "200 OK", GZIP)), ResponseDecodeError, 1),
    "half a gzip": (replies(answer(gzip.compress(OK)[:20], "200 OK", GZIP)), ResponseDecodeError, 1),
    "an unknown encoding": (replies(answer(b"{}", "200 OK", "Content-Encoding: rot13")), ResponseDecodeError, 1),
    "a bomb": (bomb, ResponseTooLargeError, 1),
    "an empty answer": (replies(answer(b"")), ResponseDecodeError, 1),
    "204": (replies(b"HTTP/1.1 204 No Content\r\n\r\n"), ResponseDecodeError, 1),
    "HTML": (replies(answer(b"<html>", "200 OK", "Content-Type: text/html")), ResponseDecodeError, 1),
    "invalid UTF-8": (replies(answer(b'{"id": "\xff"}')), ResponseDecodeError, 1),
    "NaN": (replies(answer(b'{"id": "x", "n": NaN}')), ResponseDecodeError, 1),
    "deep JSON without an end": (replies(answer(DEEP)), ResponseDecodeError, 1),
    "deep JSON": (replies(answer(DEEP + b"]" * 100_000)), ResponseDecodeError, 1),
    "a deep field": (replies(answer(b'{"id": "x", "n": ' + DEEP + b"]" * 100_000 + b"}")), ResponseDecodeError, 1),
    "a long number": (replies(answer(b'{"id": "x", "n": ' + b"9" * 5000 + b"}")), ResponseDecodeError, 1),
    "HTML 502": (replies(answer(b"<h1>Bad gateway", "502 Bad Gateway")), InternalServerError, 2),
    "a bomb in an error": (
        replies(answer(gzip.compress(b"\0" * 2**26), "500 Oops", GZIP)),
        InternalServerError,
        2,
    ),
    "an error that hangs": (replies(answer(b"abc", "404 Not Found")[:-1], then="hang"), NotFoundError, 1),
    "an error that breaks off": (replies(answer(b"abc", "502 Bad")[:-1], then="close"), InternalServerError, 2),
    "an error with a corrupt gzip": (replies(answer(b"\x1f\x8bnonsense", "401 No", GZIP)), AuthenticationError, 1),
    "301": (replies(answer(b"", "301 Moved", "Location: https://evil.example/")), RedirectError, 1),
    "302": (replies(answer(b"", "302 Found", "Location: /elsewhere")), RedirectError, 1),
    "307": (replies(answer(b"", "307 Temporary", "Location: //evil.example")), RedirectError, 1),
    "308 to nowhere": (replies(answer(b"", "308 Permanent")), RedirectError, 1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(make_client: MakeClient, fault: str) -> None:
    """Each fault gives its error after so many requests, within its time; and the client is as good as before."""
    script, error_class, requests = FAULTS[fault]
    with WireServer(script) as server:
        truto = make_client("secret-51", base_url=server.url, retry=QUICK, timeout=0.4, max_response_bytes=2**22)
        began = time.monotonic()

        with pytest.raises(error_class) as caught:
            truto.sync_jobs.get("x")

        assert type(caught.value) is error_class
        assert time.monotonic() - began < 2 * 0.4 + 5
        assert requests == len(server.heads)
        assert caught.value.attempts == (requests or 2)
        assert "secret-51" not in f"{caught.value!r} {caught.value.__cause__!r} {vars(caught.value)}"


GOOD = {
    "a BOM": answer(b'\xef\xbb\xbf{"id": "x"}'),
    "no content type": answer(b'{"id": "x"}'),
    "a wrong content type": answer(b'{"id": "x"}', "200 OK", "Content-Type: text/plain; charset=latin-1"),
    "gzip": answer(gzip.compress(b'{"id": "x"}'), "200 OK", GZIP),
    "deflate": answer(zlib.compress(b'{"id": "x"}'), "200 OK", "Content-Encoding: deflate"),
    "chunks": CHUNKED + b'b\r\n{"id": "x"}\r\n0\r\n\r\n',
    "until the end": HEAD + b'Connection: close\r\n\r\n{"id": "x"}',
    "an early hint": b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK,
    "another case": answer(b'{"id": "X"}'),
    "201": answer(b'{"id": "x"}', "201 Created"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_odd_but_good(make_client: MakeClient, kind: str) -> None:
    """What is unusual and yet right is taken."""
    with WireServer(replies(GOOD[kind], then="close" if kind == "until the end" else "wait")) as server:
        assert "x" == make_client("t", base_url=server.url, retry=None).sync_jobs.get("x").id.lower()


@pytest.mark.parametrize("status", [*range(400, 432), 451, 499, *range(500, 512), 520, 530, 599])
def test_every_refusal(make_client: MakeClient, status: int) -> None:
    """Each 4xx and 5xx is an APIStatusError with its status."""
    with WireServer(replies(answer(b"no", f"{status} No"))) as server:
        with pytest.raises(APIStatusError) as caught:
            make_client("t", base_url=server.url, retry=None).sync_jobs.get("x")

        assert (status, 1, 1) == (caught.value.status, caught.value.attempts, len(server.heads))


@pytest.mark.parametrize("fault", [name for name, (_, error, _n) in FAULTS.items() if issubclass(error, APIConnectionError)])
def test_writes_are_sent_once(make_client: MakeClient, fault: str) -> None:
    """A POST that was sent is never sent again; the error says that it may have been carried out."""
    script, _, requests = FAULTS[fault]
    with WireServer(script) as server:
        truto = make_client("t", base_url=server.url, retry=QUICK, timeout=0.4)

        with pytest.raises(AmbiguousOutcomeError):
            truto.request("POST", "/sync-job-run", json={"a": 1})

        assert min(1, requests) == len(server.heads)


def test_stale_connections(make_client: MakeClient) -> None:
    """A pooled connection that the server closed is replaced unseen, for GET; even where nothing is tried again."""

    async def once(wire: Wire) -> None:
        await wire.request()
        await wire.send(OK)
        if wire.server.connections == 1:
            await wire.request()  # and close without an answer
        else:
            await wire.request()
            await wire.send(OK)

    with WireServer(once) as server:
        truto = make_client("t", base_url=server.url, retry=None)
        for _ in range(2):
            assert "x" == truto.sync_jobs.get("x").id

        assert (2, 3) == (server.connections, len(server.heads))


def test_bytes_that_nobody_asked_for(make_client: MakeClient) -> None:
    """An answer pushed on an idle connection is never taken for another job's."""

    async def push(wire: Wire) -> None:
        while True:
            head = await wire.request()
            job_id = head.split()[1].rpartition(b"/")[2]
            await wire.send(answer(b'{"id": "%s"}' % job_id) + (answer(b'{"id": "pushed"}') if job_id == b"a" else b""))
            await asyncio.sleep(0.05)

    with WireServer(push) as server:
        truto = make_client("t", base_url=server.url, retry=None)
        for job_id in ("a", "b", "c", "d"):
            assert job_id == truto.sync_jobs.get(job_id).id
            time.sleep(0.05)


def test_a_connection_that_answers_for_another(make_client: MakeClient) -> None:
    """The call is made once more, on a new connection."""

    async def one_behind(wire: Wire) -> None:
        await wire.request()
        await wire.send(answer(b'{"id": "before"}') if wire.server.connections == 1 else OK)

    with WireServer(one_behind) as server:
        assert "x" == make_client("t", base_url=server.url, retry=None).sync_jobs.get("x").id
        assert 2 == server.connections


def test_a_server_that_answers_for_another(make_client: MakeClient) -> None:
    """Where new connections do not help, the error says what was asked for and what came."""
    with WireServer(replies(OK)) as server:
        with pytest.raises(ResponseDecodeError, match="asked for 'y', got 'x'") as caught:
            make_client("t", base_url=server.url).sync_jobs.get("y")

        assert ("$.id", 2, 2) == (caught.value.path, server.connections, len(server.heads))


async def test_a_session_that_was_handed_in_is_not_replaced() -> None:
    """Its connections are its owner's; the answer is refused all the same."""
    with WireServer(replies(OK)) as server:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(ResponseDecodeError, match="asked for 'y'"):
                await AsyncTruto("t", base_url=server.url, session=session).sync_jobs.get("y")

        assert 1 == server.connections


def test_deleting_twice(make_client: MakeClient) -> None:
    """A DELETE whose answer got lost, and that is then not found, was carried out; one that is not found at once was not."""

    async def lose(wire: Wire) -> None:
        await wire.request()
        if wire.server.connections > 1:
            await wire.send(answer(b"{}", "404 Not Found"))

    with WireServer(lose) as server:
        assert make_client("t", base_url=server.url, retry=QUICK).request("DELETE", "/sync-job/x") is None
    with WireServer(replies(answer(b"{}", "404 Not Found"))) as server, pytest.raises(NotFoundError):
        make_client("t", base_url=server.url, retry=QUICK).request("DELETE", "/sync-job/x")


def test_nothing_is_left() -> None:
    """After all faults no task, thread or socket is left."""

    async def faults(url: str) -> int:
        async with AsyncTruto("t", base_url=url, retry=None, timeout=0.1) as truto:
            for _ in range(2):
                with pytest.raises(TrutoError):
                    await truto.sync_jobs.get("x")
        await asyncio.sleep(0.05)
        return len(asyncio.all_tasks())

    before = (open_sockets(), threading.active_count())
    for script, _, _ in FAULTS.values():
        with WireServer(script) as server:
            assert 1 == asyncio.run(faults(server.url))

    assert before == (open_sockets(), threading.active_count())
