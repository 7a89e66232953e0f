"""JSON is read the same with and without the faster parser."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import json_values
from truto_async import _json

TRICKY = [
    b"123456789012345678901234567890",
    b"18446744073709551616",
    b"-9223372036854775809",
    b'{"a": [18446744073709551615, -9223372036854775808, 0.1, 1e300, -0.0]}',
    b'"\\ud83d"',
    b'"\\ud83d\\ude00"',
    b"\xef\xbb\xbf{}",
    b'{"a": 1, "a": 2}',
    b"[" * 900 + b"]" * 900,
    b' \n {"a" : [ ] } ',
]
REFUSED = [
    b"",
    b"{",
    b"NaN",
    b"[Infinity]",
    b"-Infinity",
    b"1e999",
    b"-1e999",
    b'"\xff"',
    b'{"a": 1} x',
    b"\xff\xfe{\x00}\x00",
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b"1" * 5000,
    b"'a'",
    b'"a\nb"',
]


@pytest.fixture(params=["fast", "plain"])
def loads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the reader, with and without the faster parser."""
    if request.param == "plain":
        monkeypatch.setattr(_json, "_fast_loads", None)
    elif _json._fast_loads is None:
        pytest.skip("orjson is not installed")
    return _json.loads


@pytest.mark.parametrize("body", TRICKY, ids=lambda body: repr(body[:20]))
def test_tricky(loads: Any, body: bytes) -> None:
    """What is easily read wrong is read as the standard library reads it."""
    assert repr(json.loads(body)) == repr(loads(body))


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: repr(body[:20]))
def test_refused(loads: Any, body: bytes) -> None:
    """What is no JSON raises ValueError, and never anything else."""
    with pytest.raises(ValueError, match=r"."):
        loads(body)


@given(json_values)
def test_any_value(value: Any) -> None:
    """What is written is read back the same, by either parser."""
    body = _json.dumps(value)

    assert repr(value) == repr(_json.loads(body)) == repr(_json._strict_loads(body))


@given(st.binary(max_size=40))
def test_any_bytes(body: bytes) -> None:
    """Bytes are JSON or raise ValueError; both parsers agree."""
    outcomes = []
    for read in (_json.loads, _json._strict_loads):
        try:
            outcomes.append(repr(read(body)))
        except ValueError:
            outcomes.append("refused")

    assert outcomes[0] == outcomes[1]


def test_without_the_faster_parser() -> None:
    """The package works where orjson is missing."""
    script = "import sys; sys.modules['orjson'] = None; from truto_async import _json; print(_json.loads(b'[1]'))"

    assert "[1]" == subprocess.check_output([sys.executable, "-c", script], text=True).strip()
