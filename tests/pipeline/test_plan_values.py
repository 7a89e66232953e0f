"""The values of a plan: placeholders, JSONata, and why some are not decided."""

from __future__ import annotations

import builtins
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.test_plan import ARGS, job, node, request
from tests.strategies import jobs as any_jobs
from tests.strategies import json_objects
from truto_async import SyncJob
from truto_async.pipeline import _jsonata, render
from truto_async.testing import SEED_JOBS

if TYPE_CHECKING:
    from truto_async.pipeline import Plan

VALUES = {
    "a": "A",
    "n": "7",
    "inner": ["{{args.a}}"],
    "odd": {"toString": 1},
    "list": [1, {"x": "y"}],
    "object": {"k": [1]},
    "empty": "",
    "null": None,
}
CONTEXT = {"site": {"id": "S"}, "sync_job_run": {"id": "run-1"}, "resources": {"cursor": {"value": "2026"}, "text": "t"}}


def plan_query(query: Any, *others: dict[str, Any], args: Any = VALUES, context: Any = CONTEXT) -> tuple[Any, Plan]:
    """Plan a request with a query, and give what becomes of it."""
    plan = job(request("tickets", query=query), *others).plan(args, context)
    return plan.requests[0].calls[0].query, plan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain {text} {{a[0]}}", "plain {text} {{a[0]}}"),
        ("{{args.a}}", "A"),
        ("{{args.n:int}}", 7),
        ("{{args.list:json}}", [1, {"x": "y"}]),
        ("{{args.list.-1:json}}", {"x": "y"}),
        ("{{args.null}}", None),
        ("{{args.none|args.a}}", "A"),
        ("{{args.empty:ignore-empty-str|args.a}}", "A"),
        ("{{args.none?:4:int}}", 4),
        ("{{args.none:null}}", None),
        ("{{args.a|sync_job_run.nothing}}", "A"),
        ("{{sync_job_run.id}}", "run-1"),
        ("{{sync_job_run.sync_job_id}}/{{sync_job_run.args.a}}", "job/A"),
        ("{{site.id}}-{{args.a}}-{{args.n}}", "S-A-7"),
        ("{{site.name?:none}}", "none"),
        ("{{resources.cursor.value}}", "2026"),
        ("{{resources.text}}", "t"),
        ("{{args.object:any}}", {"k": [1]}),
    ],
)
def test_known(text: str, expected: Any) -> None:
    """A template whose placeholders are all known gives its value, with its type."""
    query, plan = plan_query({"q": text})

    assert {"q": expected} == query
    assert () == plan.undecided


def test_nothing_left() -> None:
    """A key that vanishes is gone, and a field of which nothing is left is None."""
    query, plan = plan_query({"q": "{{args.none:undefined}}", "list": ["{{args.none:undefined}}", 1]})

    assert {"list": [None, 1]} == query
    (planned,) = job(request("a", id="{{args.none:undefined}}")).plan().requests
    assert planned.calls[0].id is None
    assert () == plan.undecided


@pytest.mark.parametrize(
    ("text", "expected", "cause", "reads", "reason"),
    [
        ("{{sync_job_run.status}}", None, "run", "sync_job_run.status", "which the server sets"),
        ("{{previous_run_date}}", None, "run", "previous_run_date", "which the server sets"),
        ("{{payload.records.0}}", None, "records", "payload", "the records that are handed on"),
        ("{{total_records_size}}", None, "records", "total_records_size", "which the run counts"),
        ("{{resources.crm.tickets.id}}", None, "records", "resources.crm.tickets", "which the run fetches (tickets)"),
        ("{{resources.hr.other}}", None, "invalid", "resources.hr", "which no node gives"),
        ("{{resources.crm.value}}", None, "state", "resources.crm.value", "which the run reads from its state (crm)"),
        ("{{resources.wrong}}", None, "invalid", "resources.wrong", "which no node gives"),
        ("{{resources.slim.id}}", None, "records", "resources.slim", "which the run makes (slim)"),
        ("{{resources.mark.value}}", None, "state", "resources.mark", "which the run reads from its state (mark)"),
        ("{{resources}}", None, "records", "resources", "what the run fetches and makes"),
        ("{{resources:any}}", None, "records", "resources", "what the run fetches and makes"),
        ("{{.:any}}", None, "run", None, "reads everything, and the run has more"),
        ("{{tenant_id}}", None, "context", "tenant_id", "pass context={'tenant_id': ...}"),
        ("{{drive.id:int}}", None, "context", "drive", "of the account's context: pass context={'drive': ...}"),
        ("{{added.id}}", None, "context", "added", "reads added, which adds and b may add to the context: pass"),
        ("{{many}}", None, "context", "many", "reads many, which adds and 2 more may add to the context: pass"),
        ("{{args.none|tenant_id|args.a}}", None, "context", "tenant_id", "pass context="),
        ("{{tenant_id:undefined}}", None, "context", "tenant_id", "pass context="),
        ("{{tenant_id?:x}}", None, "context", "tenant_id", "pass context="),
        ("{{a tenant_id}}", None, "context", "a", "pass context="),
        ("{{/a/}}", None, "run", None, "reads everything"),
        ("{{args.none}}", None, "argument", None, "stays as it is, since nothing is passed for args.none"),
        ("{{args.none|args.no}}", None, "argument", None, "nothing is passed for args.none or args.no"),
        ("{{site.name}}", None, "context", None, "nothing is passed for site.name"),
        ("{{args.a:nope}}", None, "invalid", None, 'there is no type "nope"'),
        ("{{args.none?:x:nope}}", None, "invalid", None, 'there is no type "nope"'),
        ("{{args.none:nope|args.a}}", "A", None, None, None),
        ("{{ }}", None, "invalid", None, "a path is empty"),
        ("{{args.inner:json}}", None, "invalid", None, "it inserts placeholders, which are rendered, too"),
        ("{{args.odd}}", None, "invalid", None, 'it reads an object with the key "toString"'),
        ("{{args.toString args.a}}", None, "invalid", None, '"toString" cannot be one of several'),
        ("x{{args.a}}{{tenant_id}}{{args.a}}", "xA{{tenant_id}}A", "context", "tenant_id", "pass context="),
        ("{{args.none}}{{args.a}}", "{{args.none}}A", "argument", None, "nothing is passed for args.none"),
    ],
)
def test_reasons(text: str, expected: Any, cause: str | None, reads: str | None, reason: str | None) -> None:
    """What is not known stays as it is, with the reason; what does not matter needs none."""
    query, plan = plan_query(
        {"q": text},
        node("transform", "slim", expression="$"),
        node("get_state", "mark", key="k"),
        node("get_state", "crm", key="k"),
        *(node("add_context", name, expression="{'many': payload, 'added': payload}") for name in ("adds", "b")),
        node("add_context", "c", expression="{'many': payload}"),
    )

    assert {"q": text if expected is None else expected} == query
    found = plan.requests[0].undecided
    place = "$.resources[0].query" if "odd" in text else "$.resources[0].query.q"
    assert ([] if cause is None else [(place, cause, reads)]) == [(each.path, each.cause, each.reads) for each in found]
    assert cause is None or str(reason) in found[0].reason


def test_where_a_text_is() -> None:
    """Each has its path in the job, in the order of the job, and what stands twice at a place is there once."""
    query, plan = plan_query({"a": [{"b c": "{{x}}-{{x}}-{{y}}"}, ["{{z}}"]], "d": "{{x}}"})

    assert {"a": [{"b c": "{{x}}-{{x}}-{{y}}"}, ["{{z}}"]], "d": "{{x}}"} == query
    assert [
        ('$.resources[0].query.a[0]["b c"]', "{{x}}"),
        ('$.resources[0].query.a[0]["b c"]', "{{y}}"),
        ("$.resources[0].query.a[1][0]", "{{z}}"),
        ("$.resources[0].query.d", "{{x}}"),
    ] == [(each.path, each.text) for each in plan.undecided]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"x": 1, "$truto_merge": "{{args.object:json}}"}, {"x": 1, "k": [1]}),
        ({"x": 1, "$truto_merge": {"x": 2}}, {"x": 2}),
        ({"x": 1, "$truto_merge": "{{tenant:json}}"}, {"x": 1, "$truto_merge": "{{tenant:json}}"}),
        (
            {"x": "{{args.a}}", "$truto_merge": ["{{args.object:json}}", "{{tenant:json}}"], "y": 1},
            {"x": "A", "$truto_merge": [{"k": [1]}, "{{tenant:json}}"], "y": 1},
        ),
        (
            {"in": {"$truto_merge": {"y": {"$truto_merge": "{{tenant:json}}"}}}, "$truto_merge": "{{args.object:json}}"},
            {"in": {"$truto_merge": {"y": {"$truto_merge": "{{tenant:json}}"}}}, "k": [1]},
        ),
        (
            {"in": {"$truto_merge": "{{args.object:json}}", "z": "{{tenant}}"}},
            {"in": {"z": "{{tenant}}", "k": [1]}},
        ),
    ],
)
def test_merges(query: Any, expected: Any) -> None:
    """They are made where all that they need is known."""
    planned, _ = plan_query(query)

    assert expected == planned


@pytest.mark.parametrize(
    ("expression", "expected", "cause", "reason"),
    [
        ('{"q": args.n, "s": site.id}', {"q": "7", "s": "S"}, None, None),
        ("resources.cursor.value", "2026", None, None),
        ("args.none", None, None, None),
        ("args.none ? resources.crm.tickets : args.a", "A", None, None),
        ("args.a ? resources.crm.tickets : args.a", None, "records", "reads resources.crm.tickets, which the run fetches"),
        ("$exists(tenant_id)", None, "context", "reads tenant_id of the account's context"),
        ("$count(resources.crm)", 1, None, None),
        ("resources.*", None, "records", "reads resources, what the run fetches and makes"),
        ("$", None, "run", "reads everything"),
        ("**", None, "run", "reads everything"),
        ("$keys($$)", None, "run", "reads everything"),
        ("$string(sync_job_run)", None, "run", "reads sync_job_run, which the server sets"),
        ("$now()", None, "run", "calls $now(), which gives something else in each run"),
        ("$millis() > 1 and true", None, "run", "calls $millis()"),
        ("$firstNonEmpty(args.empty, args.none, args.a)", "", None, None),
        (
            "$dtFromIso(args.a)",
            None,
            "jsonata",
            "it uses functions of Truto's own, which are not evaluated here: $dtFromIso",
        ),
        ("$nope(1)", None, "jsonata", "it calls functions that JSONata does not have: $nope"),
        ("{", None, "invalid", "it is not JSONata"),
        ("args.a + 1", None, "invalid", "it fails"),
        ("function($x) {$x}", None, "invalid", "it gives a function"),
        ("($f := function($x) {$f($x)}; $f(1))", None, "invalid", "it fails"),
        ("args.list[1]{x: 1}", {"y": 1}, None, None),
        ("args.none{'a': 1}", {"a": 1}, None, None),
    ],
)
def test_jsonata(expression: str, expected: Any, cause: str | None, reason: str | None) -> None:
    """It is evaluated where all that it comes to read is known, and nothing that it does changes the arguments."""
    query, plan = plan_query(expression)

    assert (expression if cause else expected) == query
    assert ([cause] if cause else []) == [each.cause for each in plan.undecided]
    assert str(reason or "") in "".join(each.reason for each in plan.undecided)
    assert VALUES == plan.args


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSONata stays as it is, and the reason says what to install."""
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "jsonata":
            raise ImportError
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    plan = SyncJob.from_dict(SEED_JOBS[0]).plan(ARGS)

    assert '{"ticket_id": resources.ticketing.tickets.id}' == plan.requests[1].calls[0].query
    assert {"JSONata is not evaluated here: pip install 'truto-async[jsonata]'"} == {
        each.reason for each in plan.undecided if each.cause == "jsonata"
    }
    assert "not_checked" in {fault.code for fault in plan.faults}


def test_keys() -> None:
    """They are texts, whatever they hold."""
    plan = job(mutex_key="{{args.n:int}}", state_key="{{args.object:any}}").plan({"n": "1", "object": {"toString": 1}})

    assert ("1", "[object Object]") == (plan.mutex_key, plan.state_key)
    plan = job(mutex_key="a-{{sync_job_run.id}}", state_key="{{args.none:null}}").plan()
    assert ("a-{{sync_job_run.id}}", None) == (plan.mutex_key, plan.state_key)
    assert ["$.mutex_key"] == [each.path for each in plan.undecided]


def test_odd_context() -> None:
    """What is passed under the names that the run fills is used where it can be; arguments come from `args` alone."""
    query, plan = plan_query(
        {"a": "{{args.a}}", "r": "{{resources.crm.tickets.id}}", "s": "{{sync_job_run.id}}"},
        context={"args": {"a": "no"}, "resources": [], "sync_job_run": None},
    )

    assert {"a": "A", "r": "{{resources.crm.tickets.id}}", "s": "{{sync_job_run.id}}"} == query
    assert ["records", "run"] == [each.cause for each in plan.undecided]


def test_deep_values() -> None:
    """Depth is no problem."""
    deep: Any = "{{args.a}}{{tenant_id}}"
    for _ in range(5000):
        deep = [deep]
    query, plan = plan_query({"q": deep})

    assert 1 == len(plan.undecided)
    inner = query["q"]
    while isinstance(inner, list):
        (inner,) = inner
    assert "A{{tenant_id}}" == inner


# One, or several with two spaces between them, on a line.
TEXTS = """
    {{args.a}}  x {{args.a}} y  {{args.b.0}}  {{resources.t.x.id}}  {{resources}}  {{resources:any}}  {{resources.t:json}}
    {{a b}}  {{.}}  {{..}}  {{args.zz:undefined}}  {{args.zz:null}}  {{args.zz?:d:int}}  {{args.a:nope}}
    {{args.zz|resources.n1}}
    {{args.a:int}}{{sync_job_run.id}}  {{/a/}}  {{toString}}  {{args.a.toString}}  {{args:any}}  {{c:any}}
    {{payload.records.0:any}}  {{sync_job_run}}
    $exists(args.a)  resources.t.x.id  {"q": args.a}  $now()  $  $$  *  **  $keys($)  args.a ? 1 : resources.y
    $firstNonEmpty(args.q, 3)  $dtFromIso('x')  (  args.b[0]  $map([1..3], function($v){$v})  function($x){$x}
    $eval('args')  $string($)  1/0  args.a and resources  $sift($, function($v){true})  args.b{'a': 1}
    args ~> |$|{'a': 1}|  payload.records  args.b  c  n1  a.b.c  args.b.0  tenant_id
"""
texts = st.sampled_from(re.split(r"\n *|  ", TEXTS.strip()))
names = st.sampled_from(["n0", "n1", "n2", "t/x", "resources"])
keys = st.sampled_from(["x", "$truto_merge", "__proto__", "toString"])
values = st.recursive(
    texts | st.none() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(keys, values, max_size=3)


def odd_node(type_: str | None, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Make nodes of a type, with any of some fields."""
    common = {"name": names, "depends_on": names | st.lists(names, max_size=2), "run_if": texts, "persist": st.booleans()}
    return st.fixed_dictionaries({"type": st.just(type_)}, optional={**common, **fields})


def some(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects with any of some fields."""
    return st.fixed_dictionaries({}, optional=fields)


call = {
    "resource": st.sampled_from(["t/x", "t", "a/b/c", "/"]),
    "integrated_account_id": texts,
    "id": texts,
    "query": texts | objects,
    "body": values,
    "loop_on": texts,
    "recurse": some(**{"if": texts, "config": objects}),
    "delete_tracking": st.just("hard"),
    "delete_tracking_query": objects,
}
nodes = st.one_of(
    odd_node("request", **call),
    odd_node(None, **call),
    odd_node("add_context", config=some(expression=texts)),
    odd_node("transform"),
    odd_node("spool"),
    odd_node("get_state", config=some(key=texts, default=values)),
    odd_node("update_state", config=some(key=texts, value=values, value_expression=texts)),
    odd_node("delete_state", config=some(key=texts)),
    odd_node("event", config=some(name=st.sampled_from(["start", "complete", "x"]))),
    odd_node("new"),
    odd_node(
        "destination",
        config=some(id=texts, config=objects, expression=texts),
        resources_to_persist=st.lists(names, max_size=3),
        loop_on=texts,
    ),
)
jobs = st.fixed_dictionaries(
    {"id": st.sampled_from(["", "job"])},
    optional={
        "default_runtime_version": st.sampled_from([1, 4]),
        "mutex_key": texts,
        "state_key": texts,
        "args_schema": st.just({"a": {"type": "string", "default": "d"}, "b": {"type": "array"}}),
        "resources": st.lists(nodes, max_size=5),
    },
)
args = st.dictionaries(st.sampled_from(["a", "b", "zz"]), values, max_size=3)
contexts = st.dictionaries(st.sampled_from(["c", "resources", "sync_job_run", "args", "a", "tenant_id"]), values, max_size=3)


@given(jobs | any_jobs, args | json_objects, contexts | json_objects)
def test_any_job_has_a_plan(document: Any, args: Any, context: Any) -> None:
    """Whatever the job, the arguments and the context, there is a plan, and it can be shown."""
    plan = SyncJob.from_dict(document).plan(args, context)

    assert plan.to_text()
    assert json.loads(json.dumps(plan.to_dict(), allow_nan=False)) == plan.to_dict()
    for each in plan.undecided:
        assert each.path
        assert each.reason


extras = st.dictionaries(st.sampled_from(["a", "b", "c", "n1", "t", "tenant_id", "payload", "toString"]), values, max_size=4)


@given(texts, args, extras)
def test_decided_means_the_same_at_run_time(text: str, args: Any, extra: Any) -> None:
    """Whatever the run will know besides, a value that is decided is the run's."""
    plan = job(request("template", query={"q": text}), request("jsonata", query=text)).plan(args)
    run = {"args": plan.args, "sync_job_id": "job", "id": "run-1"}
    full = {**extra, "args": plan.args, "sync_job_run": run, "resources": extra}

    template, jsonata = plan.requests
    if not template.undecided:
        assert render({"q": text}, full) == template.calls[0].query
    if not jsonata.undecided:
        assert _jsonata.evaluate(text, full) == jsonata.calls[0].query
