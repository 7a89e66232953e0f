"""What arguments a job takes, and where it uses them."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import mangled_jobs
from truto_async import ResponseDecodeError, SyncJob
from truto_async.pipeline import Argument

REQUEST = {"name": "tickets", "type": "request", "resource": "ticketing/tickets", "method": "list"}


def job(*resources: dict[str, Any], **fields: Any) -> SyncJob:
    """Make a job of nodes."""
    return SyncJob.from_dict({"id": "job", "default_runtime_version": 4, "resources": resources, **fields})


def uses(job: SyncJob) -> dict[str, tuple[str, ...]]:
    """List where the arguments of a job are used."""
    return {name: argument.uses for name, argument in job.arguments.items()}


SPECIFICATIONS = {
    "account": {"type": "string", "format": "integrated_account_id", "required": True, "description": "Whose data"},
    "since": {"type": ["string", "null"], "format": "date"},
    "months": {"type": "integer", "default": 3},
    "loose": "string",
}
ARGUMENTS = [
    Argument("account", ("string",), "integrated_account_id", required=True, description="Whose data"),
    Argument("since", ("string", "null"), "date"),
    Argument("months", ("integer",), default=3),
    Argument("loose"),
]


def test_declared_arguments() -> None:
    """Both forms of the schema say the same."""
    assert {argument.name: argument for argument in ARGUMENTS} == job(args_schema=SPECIFICATIONS).arguments
    assert {argument.name: argument for argument in ARGUMENTS} == job(
        args_schema={"type": "object", "properties": SPECIFICATIONS}
    ).arguments


def test_required_by_list() -> None:
    """JSON Schema lists what is required, even what it says nothing else about."""
    schema = {
        "type": "object",
        "properties": {"a": {}, "b": {}, "c": True},
        "required": ["a", "c", "d", 5],
    }

    arguments = job(args_schema=schema).arguments

    assert {"a": True, "b": False, "c": True, "d": True} == {name: argument.required for name, argument in arguments.items()}
    assert {} == job(args_schema={"type": "object", "properties": {}, "required": "a"}).arguments


@pytest.mark.parametrize("schema", [None, {}])
def test_no_schema(schema: Any) -> None:
    """What is used is found all the same, and it is said that it is not declared."""
    arguments = job(args_schema=schema, mutex_key="{{args.account}}").arguments

    assert {"account": Argument("account", declared=False, uses=("$.mutex_key",))} == arguments
    with pytest.raises(TypeError):
        arguments["more"] = arguments["account"]  # type: ignore[index]  # it cannot be changed


def test_uses() -> None:
    """They are found in placeholders, JSONata and loops, in the order of the job."""
    found = uses(
        job(
            {
                **REQUEST,
                "query": {"a": "from {{args.a}} to {{ x | args.b:int:null | args.c ?: args.d }}", "e": ["{{args.e.f}}"]},
            },
            {"name": "slim", "type": "transform", "config": {"expression": "resources.t[a = $$.args.g].{'x': args.h}"}},
            {**REQUEST, "name": "more", "loop_on": "args.ids", "run_if": "args.a"},
            args_validation="args.a ? null : {'message': 'no ' & args.'i-j'}",
            state_key="{{args.a:str}}/{{args.k args.l}}/{{args.}}",
        )
    )

    assert {
        "a": ("$.state_key", "$.args_validation", "$.resources[0].query.a", "$.resources[2].run_if"),
        "k": ("$.state_key",),
        "l": ("$.state_key",),
        "i-j": ("$.args_validation",),
        "b": ("$.resources[0].query.a",),
        "c": ("$.resources[0].query.a",),
        "e": ("$.resources[0].query.e[0]",),
        "g": ("$.resources[1].config.expression",),
        "ids": ("$.resources[2].loop_on",),
    } == found


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"body": {"all": "{{args:json}}"}}, "body.all"),
        ({"body": "$merge([args, {'x': 1}])"}, "body"),
        ({"body": "$string($)"}, "body"),
        ({"query": "$merge(*)"}, "query"),
    ],
)
def test_all_at_once(fields: dict[str, Any], path: str) -> None:
    """What reads all arguments uses each."""
    schema = {"a": {"type": "string"}, "b": {"type": "string"}}

    assert {"a": (f"$.resources[0].{path}",), "b": (f"$.resources[0].{path}",)} == uses(
        job({**REQUEST, **fields}, args_schema=schema)
    )


def test_loops_of_flat_entries() -> None:
    """They may name an argument without `args`; other paths lead to no argument."""
    schema = {"user_ids": {"type": "array"}, "since": {}}
    flat = {"resource": "users", "method": "get"}

    assert {"user_ids": ("$.resources[0].loop_on",), "since": ("$.resources[2].loop_on",)} == uses(
        job(
            {**flat, "loop_on": "user_ids"},
            {**flat, "loop_on": "drive_items"},
            {**flat, "loop_on": "{{args.since}}"},
            args_schema=schema,
            default_runtime_version=2,
        )
    )


def test_fields_that_nobody_knows() -> None:
    """They use declared arguments, and declare none."""
    schema: dict[str, Any] = {"a": {}, "b": {}, "c": {}, "d": {}}

    assert {
        "a": ("$.resources[0].headers.x",),
        "b": ("$.resources[1].config.text",),
        "c": ("$.later",),
        "d": (),
    } == uses(
        job(
            {**REQUEST, "headers": {"x": "{{args.a}}{{args.x}}"}},
            {"name": "new", "type": "from the future", "config": {"text": "args.b = args.y"}},
            args_schema=schema,
            later="{{args.c}}",
        )
    )


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments are found in JSONata by looking at it."""
    monkeypatch.setitem(sys.modules, "jsonata", None)

    assert {"a": ("$.args_validation",), "b": ("$.args_validation",)} == uses(job(args_validation="args.a = $x(args.`b`)"))


@given(mangled_jobs)
def test_any_job(data: dict[str, Any]) -> None:
    """Whatever can be read as a job has arguments."""
    try:
        some_job = SyncJob.from_dict(data)
    except ResponseDecodeError:
        return
    for name, argument in some_job.arguments.items():
        assert name == argument.name
        assert argument.declared or argument.uses
