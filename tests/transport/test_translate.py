"""The errors as values."""

from __future__ import annotations

import inspect
import pickle
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from truto_async import APIStatusError, RateLimitError, ResponseDecodeError, TrutoError, errors, runs
from truto_async._config.secrets import Token
from truto_async._transport.request import Request, Response
from truto_async._transport.translate import from_response, parse_retry_after
from truto_async.pipeline import PlaceholderError

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
ALL = [getattr(errors, name) for name in errors.__all__]


def example(cls: type[TrutoError]) -> TrutoError:
    """Make an error of a class, with every field set."""
    if issubclass(cls, APIStatusError):
        body = {"error": "E", "message": "m", "truto_is_remote_error": True, "raw_response": [1]}
        return cls("summary", status=418, body=body, headers={"cf-ray": "1"}, retry_after=0.0)
    if issubclass(cls, ResponseDecodeError):
        return cls("wrong", path="$.id", body="{}")
    return cls("sentence")


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_error(cls: type[TrutoError]) -> None:
    """Each is a TrutoError with a docstring, and comes out of a pickle as it went in, its cause included."""
    error = example(cls)
    error.__cause__ = OSError(111, "refused")

    twin = pickle.loads(pickle.dumps(error))

    assert isinstance(error, TrutoError)
    assert inspect.getdoc(cls)
    assert (type(error), str(error), vars(error)) == (type(twin), str(twin), vars(twin))
    assert (111, "refused") == twin.__cause__.args


def test_the_tree_is_drawn() -> None:
    """The drawing in the module's docstring names every error, and every name in it is one."""
    drawn = {word for word in (errors.__doc__ or "").split() if word.endswith("Error")}

    # They hold what the leaf does not know.
    elsewhere = {runs.RunFailedError, runs.RunTimeoutError, PlaceholderError}
    assert {cls.__name__ for cls in {*ALL, *elsewhere}} == drawn


def test_builtin_bases() -> None:
    """Those who expect Python's own errors find them."""
    assert issubclass(errors.InvalidArgumentError, ValueError)
    assert issubclass(errors.ClientClosedError, RuntimeError)
    assert issubclass(errors.APITimeoutError, TimeoutError)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("10", 10.0),
        ("0", 0.0),
        ("2.5", 2.5),
        (" 7 ", 7.0),
        ("-5", 0.0),
        (format_datetime(NOW.replace(minute=1), usegmt=True), 60.0),
        (format_datetime(NOW.replace(hour=1), usegmt=True), 0.0),
        ("Mon, 23 Nov 2026 12:00:30 -0000", 30.0),
        ("Monday, 23-Nov-26 12:00:30 GMT", 30.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1_0", None),
        ("9" * 400, None),
        ("Mon, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Seconds, fractions and dates are read; what is past means now; what is unreadable means nothing."""
    assert seconds == parse_retry_after({"retry-after": value}, NOW.timestamp())


def test_retry_after_by_the_servers_clock() -> None:
    """A date counts from the server's own time where the answer says it."""
    headers = {"retry-after": "Mon, 23 Nov 2026 09:00:10 GMT", "date": "Mon, 23 Nov 2026 09:00:00 GMT"}

    assert 10.0 == parse_retry_after(headers, NOW.timestamp())
    assert parse_retry_after({}, NOW.timestamp()) is None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "429 Too Many Requests (GET /x)"),
        (b'{"message": "slow\\n down"}', "429 Too Many Requests: slow down (GET /x)"),
        (b'{"error": {"odd": 1}, "message": 5}', "429 Too Many Requests (GET /x)"),
        (b"[1]", "429 Too Many Requests (GET /x)"),
        (b"\xff" * 3, "429 Too Many Requests: \ufffd\ufffd\ufffd (GET /x)"),
        (b"<style>p {}</style><p>A &amp; B<script>x()</script>", "429 Too Many Requests: A & B (GET /x)"),
        (b"y" * 300, f"429 Too Many Requests: {'y' * 200}... (GET /x)"),
    ],
)
def test_sentences(body: bytes, sentence: str) -> None:
    """Whatever the body is, the sentence is short and on one line, and names the request without its query."""
    error = from_response(Request("GET", "/x?secret=1"), Response(429, {}, body))

    assert isinstance(error, RateLimitError)
    assert sentence == str(error)


def test_a_token_is_not_shown_or_written() -> None:
    """Wherever the token gets to, it shows a mask, and it cannot be pickled."""
    token = Token("secret-51")

    assert "secret-51" not in f"{token!r} {[token.authorization]!r} {vars(Token)}"
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(token)


@pytest.mark.parametrize("location", ["/elsewhere", "", "http://[bad"])
def test_redirects_without_a_host(location: str) -> None:
    """A redirect within the host, or to no readable place."""
    error = from_response(Request("GET", "/x"), Response(307, {"location": location}, b""))

    assert "points to another path on the same host" in str(error)


def test_unknown_status() -> None:
    """A status that HTTP does not name."""
    assert "530 (GET /x)" == str(from_response(Request("GET", "/x"), Response(530, {}, b"")))
