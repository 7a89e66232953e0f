"""Arguments against what a job takes."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import truto_async.pipeline
from tests.conftest import run_script
from tests.strategies import json_objects, json_values, mangled_jobs, specs, texts
from truto_async import InvalidArgumentError, ResponseDecodeError, SyncJob
from truto_async.pipeline import ArgumentFault

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

FLAT = {
    "account": {"type": "string", "format": "integrated_account_id", "required": True, "description": "Whose data."},
    "months": {"type": "integer"},
    "since": {"type": ["string", "null"]},
    "ids": {"type": "array", "items": {"type": "string", "format": "uuid"}},
    "options": {"type": "object"},
    "share": {"type": "number"},
    "full": {"type": "boolean"},
    "when": {"type": "moment"},
    "size": {"type": "string", "required": True, "default": "small", "enum": ["small", "big", 1]},
    "anything": {},
}

NOT_HERE = "args_validation was not evaluated: it uses functions of Truto's own, which are not evaluated here: $find"


def job(args_schema: Any = None, args_validation: str | None = None, **fields: Any) -> SyncJob:
    """Make a job with a schema as the server writes it."""
    return SyncJob.from_dict({"id": "x", "args_schema": args_schema, "args_validation": args_validation, **fields})


def messages(schema: Any, **args: Any) -> list[str]:
    """Check arguments against a schema."""
    return [str(fault) for fault in job(schema).check_args(args)]


class Size(StrEnum):
    """A user's own enumeration."""

    BIG = "big"


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"months": 3, "since": None, "ids": [str(UUID(int=1))], "options": {"a": 1}, "share": 0.5, "full": True},
        {"months": 3.0, "since": "x", "ids": (UUID(int=1),), "share": 2, "when": 5, "anything": [{}], "size": Size.BIG},
    ],
)
def test_what_fits(args: dict[str, Any]) -> None:
    """Types that are not JSON Schema's are not checked."""
    faults = job(FLAT).check_args({"account": "acc-1", **args})

    assert () == faults
    assert not faults


def test_all_faults_at_once() -> None:
    """Nobody should have to start ten times to see ten mistakes."""
    assert [
        "'account' is missing: give the id of an integrated account (Whose data.)",
        "there is no 'month' (did you mean 'months'?)",
        "there is no 'zzz' (there are: account, months, since, ids, options, share, full, when, size, anything)",
        "'months' must be an integer, not 1.5",
        "'since' must be a string or null, not 5",
        "'ids' at $.ids[0] must be a UUID, not 'x'",
        "'ids' at $.ids[2] must be a string, not true",
        "'options' must be an object, not an array",
        "'share' must be a number, not true",
        "'full' must be true or false, not 1",
        '\'size\' must be one of "small", "big", 1, not "tiny"',
    ] == messages(
        FLAT,
        month=1,
        zzz=1,
        months=1.5,
        since=5,
        ids=["x", str(UUID(int=1)), True],
        options=[],
        share=True,
        full=1,
        size="tiny",
    )


def test_a_fault() -> None:
    """It says what kind it is, and where."""
    missing, wrong = job(FLAT).check_args({"ids": [5]})

    assert ArgumentFault("missing", "account", "$.account", str(missing)) == missing
    assert ArgumentFault("type", "ids", "$.ids[0]", "'ids' at $.ids[0] must be a string, not 5") == wrong


@pytest.mark.parametrize(
    ("spec", "value", "message"),
    [
        ({"type": "string"}, None, "'x' must be a string, not null"),
        ({"type": "string"}, ["a"], "'x' must be a string, not an array"),
        ({"type": "integer"}, "3", "'x' must be an integer, not a string"),
        ({"type": "null"}, {}, "'x' must be null, not an object"),
        ({"enum": [1]}, True, "'x' must be one of 1, not true"),
        ({"enum": [1, None]}, [1], "'x' must be one of 1, null, not an array"),
        ({"enum": ["a"]}, "b" * 100, f'\'x\' must be one of "a", not "{"b" * 59}...'),
        ({"format": "webhook_id"}, "", "'x' must be the id of a webhook, not ''"),
        ({"format": "datastore_id"}, "{{args.y}}", "'x' must be the id of a datastore, not '{{args.y}}'"),
        ({"format": "date"}, "31.01.2026", "'x' must be an ISO date, such as 2026-01-31, not '31.01.2026'"),
        ({"format": "date"}, "2026-02-30", "'x' must be an ISO date, such as 2026-01-31, not '2026-02-30'"),
        ({"format": "updated_at"}, "now", "'x' must be an ISO timestamp, such as 2026-01-31T12:00:00Z, not 'now'"),
        (
            {"format": "date-time"},
            "2026-01-31",
            "'x' must be an ISO timestamp, such as 2026-01-31T12:00:00Z, not '2026-01-31'",
        ),
        ({"format": "uri"}, "example.com", "'x' must be a URI, such as https://example.com/path, not 'example.com'"),
        ({"format": "uri"}, "https://[", "'x' must be a URI, such as https://example.com/path, not 'https://['"),
        ({"format": "email"}, "ada", "'x' must be an address, such as ada@example.com, not 'ada'"),
        ({"format": "uuid"}, UUID(int=1).hex, f"'x' must be a UUID, not '{UUID(int=1).hex}'"),
    ],
)
def test_misfits(spec: dict[str, Any], value: Any, message: str) -> None:
    """It is said what is wanted, and what is given."""
    assert [message] == messages({"x": spec}, x=value)


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ({"format": "integrated_account_id"}, str(UUID(int=1))),
        ({"format": "date"}, "2026-01-31"),
        ({"format": "date"}, "2026-01-31T12:00:00.000Z"),
        ({"format": "updated_at"}, "2026-01-31"),
        ({"format": "date-time"}, "2026-01-31t12:00:00z"),
        ({"format": "uri"}, "mailto:ada@example.com"),
        ({"format": "email"}, '"a b"@example.com'),
        ({"format": "uuid"}, str(UUID(int=1)).upper()),
        ({"format": "regex"}, "("),
        ({"format": "date"}, 5),
        ({"$ref": "#/x", "type": "string", "format": "date", "enum": []}, 5),
        ({"type": "array", "items": [{"type": "string"}]}, [5]),
        ({"type": "string", "pattern": "^a$", "maxLength": 1}, "bb"),
        ({"enum": "abc"}, "x"),
        ({"enum": [{"a": [1]}]}, {"a": [2]}),
        ({"type": ["integer", "moment"]}, "x"),
    ],
)
def test_what_is_left_to_the_server(spec: dict[str, Any], value: Any) -> None:
    """Only what cannot be right is a fault."""
    assert [] == messages({"x": spec}, x=value)


def test_elements_of_elements() -> None:
    """They are checked however deeply they are nested."""
    spec: dict[str, Any] = {"type": "string"}
    value: Any = 5
    for _ in range(50):
        spec, value = {"type": "array", "items": spec}, [value]

    assert [f"'x' at $.x{'[0]' * 50} must be a string, not 5"] == messages({"x": spec}, x=value)


@pytest.mark.parametrize("schema", [None, {}, {"type": "object", "properties": {}}])
def test_a_schema_that_says_nothing(schema: Any) -> None:
    """Anything goes."""
    assert [] == messages(schema, anything=1)
    assert () == job(schema).check_args()


def test_json_schema() -> None:
    """It says itself whether it is closed, and may list what is required."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"required": True}, "loose": True},
        "required": ["a", "unheard", 5],
    }

    assert ["'a' is missing: give a string", "'b' is missing", "'unheard' is missing"] == messages(schema, more=1)
    assert ["'a' must be a string, not 1", "'b' is missing"] == sorted(messages(schema, a=1, unheard=1))
    assert ["there is no 'more' (there are: a, b, loose, unheard)"] == messages(
        {**schema, "additionalProperties": False}, a="", b=1, unheard=1, more=1, loose=1
    )
    assert ["there is no 'more' (there are: none)"] == messages(
        {"type": "object", "properties": {}, "additionalProperties": False}, more=1
    )


def test_entries_that_are_no_specifications() -> None:
    """Their names are known all the same."""
    assert [] == messages({"a": {"type": "string"}, "b": "string"}, b=5)
    assert ["there is no 'c' (there are: a, b)"] == messages({"a": {"type": "string"}, "b": "string"}, c=5)


def test_arguments_that_are_used_without_being_declared() -> None:
    """They may be given; where a job reads all arguments, any may."""
    schema = {"a": {"type": "string"}}
    request = {"name": "t", "type": "request", "resource": "x"}
    used = job(schema, resources=[{**request, "query": {"b": "{{args.b}}"}}], args_validation="$keys(args) ? null")
    passed_on = job(schema, resources=[{**request, "body": {"all": "{{args:json}}"}}])

    assert ["there is no 'c' (there are: a)"] == [str(fault) for fault in used.check_args({"b": 1, "c": 1})]
    assert () == passed_on.check_args({"b": 1, "c": 1})


def test_a_long_name() -> None:
    """It is cut, and nothing like it is looked for."""
    assert [f"there is no '{'n' * 60}...' (there are: a)"] == messages({"a": {}}, **{"n" * 1000: 1})


def test_what_is_no_json() -> None:
    """It is a fault of its argument; `args_validation` is not evaluated then."""
    loop: list[Any] = []
    loop.append(loop)

    when, again, name = job({"when": {"required": True}, "again": {}}, "{'message': 'no'}").check_args(
        {"when": datetime(2026, 1, 31, tzinfo=UTC), "again": loop, 5: 1}  # type: ignore[dict-item]  # which is tested
    )

    assert ("type", "when", "'when' cannot be written as JSON: a value of type datetime is not JSON") == (
        when.code,
        when.name,
        when.message,
    )
    assert ("type", "'again' cannot be written as JSON") == (again.code, again.message.partition(":")[0])
    assert ArgumentFault("unknown", None, "$", "the name of an argument must be a string, not 5") == name


@pytest.mark.parametrize("args", [[], "a", 5])
def test_no_dict(args: Any) -> None:
    """It is no check at all."""
    with pytest.raises(InvalidArgumentError, match=f"args must be a dict, not {type(args).__name__}"):
        job().check_args(args)


@pytest.mark.parametrize(
    ("expression", "messages"),
    [
        ("args.a ? null : {'message': 'a, please'}", []),
        ("args.b ? {'message': 'no ' & args.b}", ["refused: args_validation says: no default"]),
        ("{'message': {'text': 'x'}}", ["refused: args_validation says: an object"]),
        ("false", []),
        ("0", []),
        ("''", []),
        (
            "'no'",
            ['not_checked: args_validation was evaluated in vain: it gives "no", which is neither a message nor false'],
        ),
        (
            "{}",
            ["not_checked: args_validation was evaluated in vain: it gives an object, which is neither a message nor false"],
        ),
        ("$find(args, 'a')", [f"not_checked: {NOT_HERE}"]),
        ("args.", ["not_checked: args_validation was not evaluated: it is not JSONata: Unexpected end of expression"]),
        ("$error('why')", ["not_checked: args_validation was not evaluated: it fails: why"]),
    ],
)
def test_args_validation(expression: str, messages: list[str]) -> None:
    """It sees the defaults, too; where it was not evaluated, that is said, so that nobody takes it for fine."""
    faults = job({"a": {}, "b": {"default": "default"}}, expression).check_args({"a": 1})

    assert messages == [f"{fault.code}: {fault}" for fault in faults]
    assert all((None, "$") == (fault.name, fault.path) for fault in faults)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what to install."""
    monkeypatch.setitem(sys.modules, "jsonata", None)

    missing, not_checked = job({"a": {"required": True}}, "null").check_args({})

    assert ("missing", "not_checked") == (missing.code, not_checked.code)
    assert "pip install 'truto-async[jsonata]'" in not_checked.message
    assert () == job({"a": {"required": True}}).check_args({"a": 1})


def test_the_rest_is_checked_before_a_start(truto: Any, fake_truto: FakeTruto) -> None:
    """What could not be evaluated is left to the server; what is refused is not sent."""
    left = truto.sync_jobs.create(label="x", resources=[], args_validation="$find(args, 'a')")
    refused = truto.sync_jobs.create(label="x", resources=[], args_validation="args.a ? {'message': 'not a'}")

    truto.sync_job_runs.start(left.id, args={"a": 1}, check_args=True)
    truto.sync_job_runs.start(refused.id, args={"b": 1}, check_args=True)
    with pytest.raises(InvalidArgumentError, match=r"do not fit the job .*: args_validation says: not a"):
        truto.sync_job_runs.start(refused.id, args={"a": 1}, check_args=True)
    assert 2 == len(fake_truto.runs)


def test_a_start_without_a_check_is_light(truto_env: FakeTruto) -> None:
    """It loads nothing of the pipeline."""
    truto_env.add(job())
    script = """
        import sys
        from truto_sync import Truto

        with Truto() as truto:
            truto.sync_job_runs.start("x")
        print([module for module in sys.modules if "pipeline" in module or "jsonata" in module])
    """

    assert "[]" == run_script(script).stdout.strip()


def test_names() -> None:
    """They are public."""
    assert {"Argument", "ArgumentFault", "check_arguments", "find_arguments"} <= {*dir(truto_async.pipeline)}


@given(mangled_jobs, json_objects, texts)
def test_any_job(data: dict[str, Any], args: dict[str, Any], validation: str) -> None:
    """Whatever can be read as a job can be asked about any arguments."""
    try:
        some_job = SyncJob.from_dict({**data, "args_validation": validation})
    except ResponseDecodeError:
        return
    for fault in some_job.check_args(args):
        assert fault.message
        assert fault.path.startswith("$")


# Specifications whose words mean something, and values that may fit them.
real_specs = specs | st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "array", "object", "boolean", "null"]) | st.lists(texts, max_size=2),
        "format": st.sampled_from(["date", "uuid", "uri", "webhook_id", "email", "date-time"]),
        "required": st.booleans(),
        "default": json_values,
        "enum": st.lists(json_values, max_size=3) | json_values,
        "items": json_values | st.fixed_dictionaries({"type": st.sampled_from(["string", "number"])}),
    },
)
names = st.sampled_from(["a", "b", "c", "dd"])


@given(st.dictionaries(names, real_specs, min_size=1), st.dictionaries(names, json_values | st.just("2026-01-31")))
def test_both_forms_agree(properties: dict[str, Any], args: dict[str, Any]) -> None:
    """A flat schema and a closed JSON Schema of the same specifications find the same faults."""
    closed = {"type": "object", "properties": properties, "additionalProperties": False}

    assert job(closed).check_args(args) == job(properties).check_args(args)
