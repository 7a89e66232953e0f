"""Bad input: a clear error, and nothing is sent."""

from __future__ import annotations

import asyncio
import pickle
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import id_of
from truto_async import ClientClosedError, InvalidArgumentError

if TYPE_CHECKING:
    from tests.conftest import MakeClient
    from truto_async.testing import FakeTruto

URL = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "job_id", ["", " ", "\u3000", ".", "..", None, 5, b"x", "x" * 10_000, "a\nb", "a\x00", "\x7f", "\x85", "\ud800"]
)
def test_ids(truto: Any, fake_truto: FakeTruto, job_id: object) -> None:
    """An id that cannot be right is refused."""
    with pytest.raises(InvalidArgumentError, match=r"^id "):
        truto.sync_jobs.get(job_id)

    assert [] == fake_truto.requests


@pytest.mark.parametrize("token", ["", " ", "a b", "abc\n", "abc\r\nX-Evil: 1", "\tabc", "é", "a\x00b", 5, b"abc"])
def test_tokens(make_client: MakeClient, token: Any) -> None:
    """A token that cannot be right is refused: the error names the variable, and does not show the token."""
    with pytest.raises(InvalidArgumentError, match="TRUTO_API_TOKEN") as caught:
        make_client(token, base_url=URL)

    assert not isinstance(token, str) or len(token) < 3 or token not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", "secret value", "secret\n"])
def test_token_from_the_environment(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    """The same for the variable, and for a missing one."""
    monkeypatch.delenv("TRUTO_API_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("TRUTO_API_TOKEN", value)

    with pytest.raises(InvalidArgumentError, match="TRUTO_API_TOKEN") as caught:
        make_client(base_url=URL)

    assert "secret" not in str(caught.value)


def test_environment(make_client: MakeClient, truto_env: FakeTruto) -> None:
    """Without arguments, token and base URL come from the environment."""
    assert truto_env.url in repr(make_client())
    assert 0 == len(truto_env.requests)
    make_client().sync_jobs.get(next(iter(truto_env.jobs)))
    assert 1 == len(truto_env.requests)


@pytest.mark.parametrize("url", ["https://api.truto.one", None])
def test_default_base_url(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    """Without any, it is Truto's own; an empty variable counts as none."""
    monkeypatch.setenv("TRUTO_API_BASE_URL", "")

    assert "https://api.truto.one" in repr(make_client("token", base_url=url))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("api.truto.one", "https://"),
        ("", "https://"),
        ("ftp://api.truto.one", "https://"),
        ("https://", "no host"),
        ("https://:80", "not a URL"),
        ("https://user:pw@api.truto.one", "user name or password"),
        ("https://user@api.truto.one", "user name or password"),
        ("https://api.truto.one?x=1", "query or fragment"),
        ("https://api.truto.one?", "query or fragment"),
        ("https://api.truto.one/#", "query or fragment"),
        ("https://a..b.com", "not a URL"),
        ("https://.", "not a URL"),
        ("https://" + "a" * 70 + ".com", "not a URL"),
        ("https://host\\x", "not a URL"),
        ("https://[::1]]:1", "not a URL"),
        ("user:pw@api.truto.one", "https://"),
        ("http://example.com", "unencrypted"),
        ("https://api.truto.one#x", "query or fragment"),
        ("https://api.truto.one:99999", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://api .truto.one", "space"),
        ("https://api.truto.one\r\n", "line break"),
        ("http://api.truto.one", "unencrypted"),
        ("http://10.0.0.1", "unencrypted"),
        ("http://127.0.0.1.example.com", "unencrypted"),
        (5, "must be a str"),
    ],
)
def test_base_urls(make_client: MakeClient, url: Any, reason: str) -> None:
    """A base URL that is wrong or unsafe is refused, with the reason and without a password that it holds."""
    with pytest.raises(InvalidArgumentError, match=reason) as caught:
        make_client("token", base_url=url)

    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.8.9.1", "http://[::1]:80", "https://x.example/a/"])
def test_good_base_urls(make_client: MakeClient, url: str) -> None:
    """Plain HTTP is fine within the machine."""
    assert url.rstrip("/") in repr(make_client("token", base_url=url))


def test_plain_http_by_option(make_client: MakeClient) -> None:
    """Plain HTTP to another machine needs an option."""
    assert "http://10.0.0.1" in repr(make_client("token", base_url="http://10.0.0.1", allow_http=True))


def enter(client: Any) -> None:
    """Enter the client's block."""
    target = getattr(client, "_target", client) if type(client).__name__ == "Driven" else client
    if hasattr(target, "__aenter__"):
        asyncio.run(target.__aenter__())
    else:
        target.__enter__()


def _unverifying() -> ssl.SSLContext:
    context = _careless()
    context.verify_mode = ssl.CERT_NONE
    return context


def _careless() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    return context


@pytest.mark.parametrize(
    "option",
    [
        *({"timeout": value} for value in (0, -1, "30", True, float("nan"), float("inf"))),
        *({"max_connections": value} for value in (0, -1, 1.5, "1", None, True)),
        *({"max_response_bytes": value} for value in (0, 2.5)),
        *({"proxy": value} for value in ("proxy:3128", "socks5://x:1", 5, "http://a b")),
        *({"allow_http": value} for value in ("false", None)),
        *({"session": value} for value in (5, "x")),
        *({"ssl": value} for value in (False, "ca.pem", _careless(), _unverifying())),
    ],
    ids=id_of,
)
def test_options(make_client: MakeClient, option: dict[str, Any]) -> None:
    """An option out of its range is refused by name."""
    [name] = option

    with pytest.raises(InvalidArgumentError, match=name):
        make_client("token", base_url=URL, **option)


@pytest.mark.parametrize(
    "option",
    [{"timeout": None}, {"timeout": 0.5}, {"proxy": "http://u:p@x:1"}, {"ssl": ssl.create_default_context()}],
    ids=id_of,
)
def test_good_options(make_client: MakeClient, option: dict[str, Any]) -> None:
    """What an option may be is taken, and a proxy's password is not shown."""
    assert "u:p" not in repr(make_client("token", base_url=URL, **option))


@pytest.mark.parametrize(
    ("arguments", "options", "reason"),
    [
        (("FETCH", "/x"), {}, "method"),
        ((None, "/x"), {}, "method"),
        (("GET", ""), {}, "path"),
        (("GET", "/"), {}, "path"),
        (("GET", None), {}, "path"),
        (("GET", "https://evil.example/x"), {}, "bare path"),
        (("GET", "//evil.example/x"), {}, "empty segment"),
        (("GET", "/x?y=1"), {}, "query="),
        (("GET", "/x#y"), {}, "path"),
        (("GET", "/x\\y"), {}, "path"),
        (("GET", "/x/../y"), {}, "'..'"),
        (("GET", "/x/%2e%2E/y"), {}, "'..'"),
        (("GET", "/x\r\ny"), {}, "control"),
        (("GET", "/x"), {"query": "a=b"}, "query must be a mapping"),
        (("GET", "/x"), {"query": {1: "b"}}, "str keys"),
        (("GET", "/x"), {"query": {"a": object()}}, "query: a"),
        (("GET", "/x"), {"query": {"a": "\ud800"}}, "query: 'a'"),
        (("GET", "/x"), {"query": {"\ud800": 1}}, "lone surrogate"),
        (("GET", "/x"), {"query": {"a": {"\ud800": 1}}}, "lone surrogate"),
        (("GET", "/x"), {"query": {"a": 10**5000}}, "query cannot be written"),
        (("POST", "/x"), {"json": {"a": float("nan")}}, "json"),
        (("POST", "/x"), {"json": object()}, "json"),
    ],
)
def test_requests(
    truto: Any, fake_truto: FakeTruto, arguments: tuple[Any, ...], options: dict[str, Any], reason: str
) -> None:
    """A request that cannot be sent, or would go elsewhere, is refused."""
    with pytest.raises(InvalidArgumentError, match=reason):
        truto.request(*arguments, **options)

    assert [] == fake_truto.requests


def test_a_query_that_contains_itself(truto: Any) -> None:
    """A query without an end is refused."""
    endless: dict[str, Any] = {}
    endless["a"] = endless

    with pytest.raises(InvalidArgumentError, match="query cannot be written"):
        truto.request("GET", "/x", query=endless)


def test_wrong_keywords(truto: Any) -> None:
    """A wrong keyword is Python's own error, at once."""
    with pytest.raises(TypeError, match="params"):
        truto.request("GET", "/x", params={"a": 1})


def test_json_that_contains_itself(truto: Any, fake_truto: FakeTruto) -> None:
    """A body without an end is refused."""
    endless: list[Any] = []
    endless.append(endless)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    for body in (endless, deep):
        with pytest.raises(InvalidArgumentError, match="json cannot be written"):
            truto.request("POST", "/x", json=body)

    assert [] == fake_truto.requests


def test_use_after_close(truto: Any, fake_truto: FakeTruto) -> None:
    """A closed client says so; closing twice does nothing."""
    truto.close()
    truto.close()

    with pytest.raises(ClientClosedError, match="closed"):
        enter(truto)
    for method, arguments in ((truto.sync_jobs.get, ["x"]), (truto.request, ["GET", "/x"])):
        with pytest.raises(ClientClosedError, match="closed") as caught:
            method(*arguments)
        assert isinstance(pickle.loads(pickle.dumps(caught.value)), ClientClosedError)

    assert [] == fake_truto.requests
