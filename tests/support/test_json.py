"""JSON is read the same with and without the faster parser."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import id_of
from tests.strategies import json_values
from truto_async._support import json as _json

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


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000])
def test_deep_nesting_leaves_room_for_finalizers(loads: Any, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The garbage collector may run anything at any depth of the parser, which must not use up the stack."""
    failed: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: failed.append(unraisable.exc_type))

    def descend(levels: int) -> None:
        if levels:
            descend(levels - 1)

    def collected(phase: str, info: object) -> None:
        descend(50)

    threshold = gc.get_threshold()
    gc.callbacks.append(collected)
    gc.set_threshold(10)
    try:
        with pytest.raises(ValueError, match="nested too deeply"):
            loads(body)
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(collected)

    assert not failed


def test_brackets_in_strings_are_no_nesting(loads: Any) -> None:
    """Only brackets outside of strings count."""
    text = '[{"' * 2000 + "\\"

    assert [text, text] == loads(json.dumps([text, text]).encode())


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


@dataclass
class Point:
    """What orjson would write, and the standard library would not."""

    x: int


class Color(Enum):
    """An enumeration that is no str."""

    RED = "red"


WRITTEN = [
    None,
    {"a": None},
    (1, [2]),
    2**64,
    -(2**63) - 1,
    1e16,
    "\u2028é",
    "\ud83d",
    {1: 2},
    {"a": UUID(int=1), "b": Color.RED, "c": OrderedDict(d=True), "e": MappingProxyType({"f": 1})},
]
NOT_WRITTEN = [float("nan"), [float("-inf")], b"x", datetime(2026, 1, 1, tzinfo=UTC), object(), {(): 1}, Point(x=1)]


@pytest.fixture(params=["fast", "plain"])
def dumps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the writer, with and without the faster one."""
    if request.param == "plain":
        monkeypatch.setattr(_json, "_fast_dumps", None)
    elif _json._fast_dumps is None:
        pytest.skip("orjson is not installed")
    return _json.dumps


@pytest.mark.parametrize("value", WRITTEN, ids=repr)
def test_written(dumps: Any, value: Any) -> None:
    """What JSON can hold is written the same by either writer, but for the escapes."""
    assert json.loads(_json._strict_dumps(value)) == json.loads(dumps(value))


@pytest.mark.parametrize("value", NOT_WRITTEN, ids=id_of)
def test_not_written(dumps: Any, value: Any) -> None:
    """What JSON cannot hold is refused by either writer."""
    with pytest.raises((TypeError, ValueError), match=r"."):
        dumps(value)


def test_written_without_end(dumps: Any) -> None:
    """A value that contains itself is refused."""
    value: list[Any] = []
    value.append(value)

    with pytest.raises(ValueError, match=r"contains itself|Circular"):
        dumps(value)


def test_without_the_faster_parser() -> None:
    """The package works where orjson is missing."""
    script = "import sys; sys.modules['orjson'] = None; from truto_async._support.json import loads; print(loads(b'[1]'))"

    assert "[1]" == subprocess.check_output([sys.executable, "-c", script], text=True).strip()
