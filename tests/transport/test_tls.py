"""TLS: always verified, with a private authority where one is given; proxies."""

from __future__ import annotations

import datetime as dt
import ssl
from typing import TYPE_CHECKING

import aiohttp
import pytest
import trustme

from tests.config.test_secrets import everything
from tests.transport.test_wire import nothing, replies, silence
from tests.wire import OK, WireServer, answer
from truto_async import APIConnectionError, APITimeoutError, AsyncTruto, InvalidArgumentError, TLSError, TrutoError
from truto_async.testing import no_waiting

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeClient

PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Make a certificate authority."""
    return trustme.CA()


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Make a server's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def client_context(authority: trustme.CA) -> ssl.SSLContext:
    """Make a context that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_a_private_authority(
    make_client: MakeClient, authority: trustme.CA, client_context: ssl.SSLContext, tmp_path: Path
) -> None:
    """Its certificates are accepted when it is given, as a context or a file, and not otherwise."""
    path = str(tmp_path / "ca.pem")
    authority.cert_pem.write_to_path(path)
    with WireServer(replies(OK), server_context(authority.issue_cert("localhost"))) as server:
        for trusted in (client_context, path):
            assert "x" == make_client("t", base_url=server.url, ssl=trusted).sync_jobs.get("x").id
        seen = len(server.heads)

        with no_waiting() as waits, pytest.raises(TLSError, match="certificate verify failed") as caught:
            make_client("t", base_url=server.url).sync_jobs.get("x")

        assert (1, [], seen) == (caught.value.attempts, waits, len(server.heads))
        assert isinstance(caught.value.__cause__, ssl.SSLError)


@pytest.mark.parametrize("fault", ["expired", "wrong host", "self-signed"])
def test_bad_certificates(
    make_client: MakeClient, authority: trustme.CA, client_context: ssl.SSLContext, fault: str
) -> None:
    """A certificate that is not good for this server now is refused: nothing is sent, nor tried again."""
    certificate = {
        "expired": lambda: authority.issue_cert("localhost", not_after=PAST),
        "wrong host": lambda: authority.issue_cert("other.example"),
        "self-signed": lambda: trustme.CA().issue_cert("localhost"),
    }[fault]()
    with WireServer(replies(OK), server_context(certificate)) as server:
        for method, json in (("GET", None), ("POST", {})):
            with pytest.raises(TLSError):
                make_client("t", base_url=server.url, ssl=client_context).request(method, "/x", json=json)

        assert not server.heads


def test_a_handshake_that_stalls(make_client: MakeClient) -> None:
    """A server that accepts and says nothing."""
    with WireServer(silence) as server:
        truto = make_client("t", base_url=server.url.replace("http:", "https:"), timeout=0.3, retry=None)
        with pytest.raises(APITimeoutError):
            truto.request("POST", "/x", json={})


def test_a_file_that_holds_no_certificates(make_client: MakeClient, tmp_path: Path) -> None:
    """A wrong path is refused before anything is sent."""
    for path in (tmp_path / "missing.pem", tmp_path):
        with pytest.raises(InvalidArgumentError, match="ssl: no certificates"):
            make_client("t", base_url="https://localhost:1", ssl=str(path))


def test_a_proxy(make_client: MakeClient) -> None:
    """With a proxy the request goes to it, by its full address."""
    with WireServer(replies(OK)) as proxy:
        truto = make_client("t", base_url="http://api.example", allow_http=True, proxy=proxy.url)
        assert "x" == truto.sync_jobs.get("x").id

        assert proxy.heads[0].startswith(b"GET http://api.example/sync-job/x HTTP/1.1\r\n")


def test_a_proxy_does_not_see_the_token(make_client: MakeClient) -> None:
    """For https it is asked for a tunnel, without the token; a proxy that refuses is no answer, and nothing was sent."""
    with WireServer(replies(answer(b"", "407 Proxy Authentication Required"))) as proxy:
        truto = make_client("secret-51", base_url="https://api.example", proxy=proxy.url, retry=None)
        with pytest.raises(APIConnectionError):
            truto.request("POST", "/x", json={})

        assert proxy.heads[0].startswith(b"CONNECT api.example:443 HTTP/1.1\r\n")
        assert b"secret-51" not in b"".join(proxy.heads)


def test_a_proxys_password(make_client: MakeClient) -> None:
    """It goes to the proxy, for both schemes, and into no error."""
    for url in ("https://api.example", "http://api.example"):
        with WireServer(replies(answer(b"no", "407 Nope"))) as proxy:
            given = proxy.url.replace("://", "://user:hush-51@")
            truto = make_client("t", base_url=url, allow_http=True, proxy=given, retry=None)
            with pytest.raises(TrutoError) as caught:
                truto.sync_jobs.get("x")

            assert b"Proxy-Authorization: Basic dXNlcjpodXNoLTUx\r\n" in proxy.heads[0]
        assert "hush-51" not in everything(caught.value)
        assert b"Bearer t\r\n" not in proxy.heads[0] or url.startswith("http:")


async def test_own_authority_with_an_own_session(authority: trustme.CA, client_context: ssl.SSLContext) -> None:
    """The TLS settings of the client count on a session that was handed in, too."""
    with WireServer(replies(OK), server_context(authority.issue_cert("localhost"))) as server:
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            truto = AsyncTruto("t", base_url=server.url, session=session, ssl=client_context)
            assert "x" == (await truto.sync_jobs.get("x")).id


def test_a_proxy_from_the_environment(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is taken where asked, NO_PROXY is heeded, and no netrc file is read."""
    (tmp_path / ".netrc").write_text("default login evil password evil")
    monkeypatch.setenv("HOME", str(tmp_path))
    with WireServer(replies(OK)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "direct.example")
        truto = make_client("t", base_url="http://api.example", allow_http=True, trust_env=True)
        assert "x" == truto.sync_jobs.get("x").id
        assert b"Bearer t" in proxy.heads[0]

        for options in ({"base_url": "http://direct.example", "trust_env": True}, {"base_url": "http://api.example"}):
            truto = make_client("t", allow_http=True, retry=None, timeout=2, **options)
            with pytest.raises(APIConnectionError):
                truto.sync_jobs.get("x")

        assert 1 == len(proxy.heads)


def test_no_cookies(make_client: MakeClient) -> None:
    """What a server sets is not sent back."""
    body = answer(b'{"id": "x"}', "200 OK", "Set-Cookie: a=b; Path=/")
    with WireServer(replies(body)) as server:
        truto = make_client("t", base_url=server.url)
        for _ in range(2):
            truto.sync_jobs.get("x")

        assert 2 == len(server.heads)
        assert b"cookie" not in b"".join(server.heads).lower()


def test_nothing_is_sent_to_a_silent_server_twice(make_client: MakeClient) -> None:
    """An attempt that times out is one request."""
    with WireServer(nothing) as server:
        with pytest.raises(APITimeoutError):
            make_client("t", base_url=server.url, timeout=0.2, retry=None).sync_jobs.get("x")

        assert 1 == len(server.heads)
