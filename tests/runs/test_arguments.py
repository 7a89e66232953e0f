"""Arguments against the schema of a job."""

from __future__ import annotations

from typing import Any

import pytest

from truto_async import SyncJob
from truto_async.models._check_args import find_faults

FLAT = {
    "account": {"type": "string", "format": "integrated_account_id", "required": True},
    "months": {"type": "integer"},
    "since": {"type": ["string", "null"]},
    "ids": {"type": "array"},
    "options": {"type": "object"},
    "share": {"type": "number"},
    "full": {"type": "boolean"},
    "when": {"type": "moment"},
    "size": {"type": "string", "required": True, "default": "small"},
    "anything": {},
}


def faults(schema: Any, **args: Any) -> list[str]:
    """Check arguments against a schema as the server writes it."""
    return find_faults(SyncJob.from_dict({"id": "x", "args_schema": schema}).args_schema, args)


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"months": 3, "since": None, "ids": [1], "options": {"a": 1}, "share": 0.5, "full": True},
        {"months": 3.0, "since": "x", "ids": (1, 2), "share": 2, "when": object(), "anything": object(), "size": "big"},
    ],
)
def test_what_fits(args: dict[str, Any]) -> None:
    """Types that are not JSON Schema's are not checked."""
    assert [] == faults(FLAT, account="a", **args)


def test_all_faults_at_once() -> None:
    """Nobody should have to start five times to see five mistakes."""
    assert [
        "'account' is missing",
        "there is no 'month' (there are: account, months, since, ids, options, share, full, when, size, anything)",
        "'months' must be of type integer, not float",
        "'since' must be of type string or null, not int",
        "'ids' must be of type array, not str",
        "'options' must be of type object, not list",
        "'share' must be of type number, not bool",
        "'full' must be of type boolean, not int",
        "'size' must be of type string, not NoneType",
    ] == faults(FLAT, month=1, months=1.5, since=5, ids="a", options=[], share=True, full=1, size=None)


@pytest.mark.parametrize("schema", [None, {}, {"type": "object", "properties": {}}])
def test_a_schema_that_says_nothing(schema: Any) -> None:
    """Anything goes."""
    assert [] == faults(schema, anything=1)


def test_json_schema() -> None:
    """It says itself whether it is closed, and may list what is required."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"required": True}, "loose": True},
        "required": ["a", "unheard", 5],
    }

    assert ["'a' is missing", "'b' is missing", "'unheard' is missing"] == faults(schema, more=1)
    assert ["there is no 'more' (there are: a, b)"] == faults(
        {**schema, "additionalProperties": False}, a="", b=1, unheard=1, more=1, loose=1
    )[1:]


def test_entries_that_are_no_specifications() -> None:
    """Their names are known all the same."""
    assert [] == faults({"a": {"type": "string"}, "b": "string"}, b=5)
    assert ["there is no 'c' (there are: a)"] == faults({"a": {"type": "string"}, "b": "string"}, c=5)
