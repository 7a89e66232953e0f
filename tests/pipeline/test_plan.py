"""Plans of runs: which requests, for what, in which order; destinations and state."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pytest

import truto_async.pipeline
import truto_sync.pipeline
from tests.pipeline.growth import assert_not_quadratic
from truto_async import InvalidArgumentError, SyncJob
from truto_async.pipeline import Plan, PlannedCall, PlannedLoop, PlannedRecursion, Undecided
from truto_async.testing import SEED_JOBS, FakeTruto
from truto_sync import Truto

ARGS = {"integrated_account_id": "acc-1", "webhook_id": "hook-1"}


def job(*resources: dict[str, Any], runtime: int | None = 4, **fields: Any) -> SyncJob:
    """Make a job of nodes."""
    return SyncJob.from_dict({"id": "job", "default_runtime_version": runtime, "resources": resources, **fields})


def request(name: str, **fields: Any) -> dict[str, Any]:
    """Make a request node for the unified resource "crm/NAME"."""
    return {"name": name, "type": "request", "resource": f"crm/{name}", "method": "list", **fields}


def node(type_: str, name: str, **fields: Any) -> dict[str, Any]:
    """Make a node; what is no field of all nodes goes into its `config`."""
    places = ("depends_on", "run_if", "loop_on", "resources_to_persist")
    common: dict[str, Any] = {key: fields.pop(key) for key in places if key in fields}
    return {"name": name, "type": type_, "config": fields, **common}


def test_a_job() -> None:
    """Known values are filled in, and the rest comes with its reason."""
    plan = SyncJob.from_dict(SEED_JOBS[0]).plan(ARGS)

    assert {**ARGS, "page_size": 100} == plan.args
    assert ("page_size",) == plan.defaulted
    assert () == plan.faults
    assert ("tickets-acc-1", "acc-1") == (plan.mutex_key, plan.state_key)
    tickets, comments = plan.requests
    assert ("tickets", "list", "ticketing/tickets", 0, True, 1) == (
        tickets.node,
        tickets.method,
        tickets.resource,
        tickets.level,
        tickets.runs,
        tickets.count,
    )
    query = {"updated_at": {"gt": "{{args.updated_after|resources.cursor.value}}"}, "limit": 100}
    assert (PlannedCall(integrated_account_id="acc-1", query=query),) == tickets.calls
    since = Undecided(
        path="$.resources[2].query.updated_at.gt",
        text="{{args.updated_after|resources.cursor.value}}",
        cause="state",
        reason="reads resources.cursor, which the run reads from its state (cursor)",
        reads="resources.cursor",
    )
    assert (since,) == tickets.undecided
    assert ("soft", {"status": "deleted"}) == (tickets.delete_tracking, tickets.delete_tracking_query)
    assert (1, None, None, ("tickets",)) == (comments.level, comments.runs, comments.count, comments.each)
    assert ["to_bucket", "to_superquery", "to_app"] == [destination.node for destination in plan.destinations]
    assert ("webhook", "hook-1", ("tickets", "all_comments")) == (
        plan.destinations[2].destination_type,
        plan.destinations[2].id,
        plan.destinations[2].persists,
    )
    assert [("cursor", "read"), ("remember", "write"), ("forget", "delete")] == [
        (state.node, state.action) for state in plan.states
    ]
    assert ("acc-1", "last_ticket", "2020-01-01T00:00:00.000Z") == (
        plan.states[0].namespace,
        plan.states[0].key,
        plan.states[0].value,
    )


def test_the_fake_agrees() -> None:
    """A run of a FakeTruto gets the keys and the arguments of the plan."""
    with FakeTruto() as fake, Truto(fake.token, base_url=fake.url) as truto:
        sync_job = truto.sync_jobs.get(SEED_JOBS[0]["id"])
        for args in (ARGS, {**ARGS, "integrated_account_id": "acc-2", "page_size": 5}):
            plan = sync_job.plan(args)
            run = truto.sync_job_runs.start(sync_job.id, args=args)

            assert () == plan.faults
            assert (run.mutex_key, run.state_key) == (plan.mutex_key, plan.state_key)
            assert run.args == {name: value for name, value in plan.args.items() if name not in plan.defaulted}
            truto.sync_job_runs.wait(run)
            assert {destination.node for destination in plan.destinations} <= {
                resource.name for resource in run.resources or ()
            }


def test_wrong_arguments_are_no_error() -> None:
    """They are in the plan; what JSON cannot hold is not planned with."""
    plan = SyncJob.from_dict(SEED_JOBS[0]).plan({"integrated_account_id": object(), "page_size": 2000})

    assert [("type", "integrated_account_id"), ("missing", "webhook_id")] == [(each.code, each.name) for each in plan.faults]
    assert {"page_size": 2000} == plan.args
    assert "tickets-{{args.integrated_account_id}}" == plan.mutex_key
    assert "! 'webhook_id' is missing" in plan.to_text()


@pytest.mark.parametrize(
    ("args", "context", "words"),
    [
        ([], None, "args must be a dict, not list"),
        ("x", None, "args must be a dict, not str"),
        (None, [], "context must be a dict, not list"),
        (None, {"a": object()}, "context cannot be written as JSON"),
        (None, {"a": float("nan")}, "context cannot be written as JSON"),
    ],
)
def test_wrong_calls(args: Any, context: Any, words: str) -> None:
    """What is no object is refused."""
    with pytest.raises(InvalidArgumentError, match=words):
        job().plan(args, context)


def test_order() -> None:
    """Requests come by level, those at the end of the run after the others, and those that never come last."""
    plan = job(
        request("circle", depends_on="circle"),
        {"name": "done", "type": "event", "config": {"name": "complete"}},
        request("late", depends_on="done"),
        request("last", depends_on="late"),
        request("third", depends_on="second"),
        request("second", depends_on="first"),
        request("first"),
        {"name": "begun", "type": "event", "config": {"name": "start"}},
        request("early", depends_on="begun"),
    ).plan()

    assert [
        ("first", 0, None, 1),
        ("early", 0, "start", 1),
        ("second", 1, None, None),
        ("third", 2, None, None),
        ("late", 0, "complete", 1),
        ("last", 1, "complete", None),
        ("circle", None, None, 0),
    ] == [(each.node, each.level, each.event, each.count) for each in plan.requests]
    assert (False, "it is on a cycle, or behind one") == (plan.requests[-1].runs, plan.requests[-1].why)


def test_whose_records() -> None:
    """A request gets the records of what is before it; some nodes only pass them on, and a spool gathers them."""
    plan = job(
        request("a"),
        node("add_context", "context", expression="{}", depends_on="a"),
        node("get_state", "state", key="k", depends_on="context"),
        request("b", depends_on="state"),
        node("transform", "slim", expression="a", depends_on="a"),
        request("c", depends_on="slim"),
        node("spool", "all", depends_on="slim"),
        node("update_state", "remember", key="k", value=1, depends_on="all"),
        request("d", depends_on="remember"),
        {"name": "new", "type": "of the future"},
        request("e", depends_on="new"),
        node("event", "unnamed"),
        request("f", depends_on="unnamed"),
        {"name": "g", "type": "event"},
        request("h", depends_on="g"),
    ).plan()

    assert {
        "a": ((), (), 1),
        "b": (("a",), (), None),
        "c": (("slim",), (), None),
        "d": ((), ("all",), None),
        "e": (("new",), (), None),
        "f": ((), (), 1),
        "h": ((), (), 1),
    } == {each.node: (each.each, each.after, each.count) for each in plan.requests}
    assert [(("a",), ()), ((), ("all",))] == [(each.each, each.after) for each in plan.states]
    assert ("new",) == plan.not_planned


def test_flat_entries() -> None:
    """They name arguments without "args.", may have several parents, and are persisted by default where they are unified."""
    plan = SyncJob.from_dict(SEED_JOBS[2]).plan({"user_ids": ["u1", "u2"]})

    assert [("crm/contacts", 0, 1), ("users", 0, 2), ("crm/notes", 1, None)] == [
        (each.node, each.level, each.count) for each in plan.requests
    ]
    assert [("u1", "u1"), ("u2", "u2")] == [(call.element, call.id) for call in plan.requests[1].calls]
    assert ("crm/contacts", "crm/notes", "gathered") == plan.persisted
    assert ["reads previous_run_date, which the server sets"] == [each.reason for each in plan.requests[0].undecided]


@pytest.mark.parametrize(
    ("loop_on", "args", "context", "elements", "reason"),
    [
        ("args.ids", {"ids": [1, 2]}, {}, (1, 2), None),
        ("args.ids", {"ids": []}, {}, (), None),
        ("{{ args.ids }}", {"ids": [1]}, {}, (1,), None),
        ("items", {}, {"items": [1]}, (1,), None),
        ("items.0.inner", {}, {"items": [{"inner": [1]}]}, (1,), None),
        ("resources.crm.a", {}, {"resources": {"crm": {"a": [{"id": 1}]}}}, ({"id": 1},), None),
        ("items", {}, {}, None, "reads items of the account's context: pass context={'items': ...}"),
        ("resources.crm.a", {}, {}, None, "reads resources.crm.a, which the run fetches (a)"),
        ("args.ids", {}, {}, None, "leads to nothing, and not to an array"),
        ("args.ids", {"ids": {"a": 1}}, {}, None, "leads to an object, and not to an array"),
        ("args.ids", {"ids": "abc"}, {}, None, "leads to a string, and not to an array"),
        ("items.9.inner", {}, {"items": [1]}, None, "leads to nothing, and not to an array"),
        ("items.x", {}, {"items": [1]}, None, "leads to nothing, and not to an array"),
        ({"{ args.ids }": None}, {"ids": [1]}, {}, (1,), None),
    ],
)
def test_loops(loop_on: Any, args: Any, context: Any, elements: Any, reason: str | None) -> None:
    """The elements are there where they are known."""
    (planned,) = job(request("a", loop_on=loop_on)).plan(args, context).requests

    assert planned.loop is not None
    assert elements == planned.loop.elements
    assert (
        (None if elements is None else len(elements))
        == planned.count
        == (planned.count if elements is None else len(planned.calls))
    )
    assert reason is None or planned.undecided[0].reason.startswith(reason)
    assert bool(reason) == bool(planned.undecided)


def test_inside_a_loop() -> None:
    """The path leads to the current element, wherever it is; elsewhere it is the array."""
    looping = request(
        "a",
        loop_on="resources.crm.parents",
        id="{{resources.crm.parents.id:int}}",
        query='{"name": resources.crm.parents.name}',
        body={"all": ["{{args.x}}"]},
    )
    parents = [{"id": "1", "name": "n"}, {"id": "2"}]
    plan = job(looping, request("parents", query={"n": "{{resources.crm.parents.1.id}}"})).plan(
        {"x": "y"}, {"resources": {"crm": {"parents": parents}}}
    )

    assert (
        PlannedCall(id=1, query={"name": "n"}, body={"all": ["y"]}, element=parents[0]),
        PlannedCall(id=2, query={}, body={"all": ["y"]}, element=parents[1]),
    ) == plan.requests[0].calls
    assert {"n": "2"} == plan.requests[1].calls[0].query


def test_inside_a_nested_array() -> None:
    """A loop over an array in an array."""
    (planned,) = (
        job(request("a", loop_on="items.1.inner", id="{{items.1.inner}}-{{items.0}}"))
        .plan(context={"items": ["x", {"inner": ["y"]}]})
        .requests
    )

    assert ["y-x"] == [call.id for call in planned.calls]


def test_a_loop_that_is_not_known() -> None:
    """What reads its element says so."""
    (planned,) = job(request("a", loop_on="drives", id="{{drives.id}}", query="drives")).plan().requests

    assert PlannedLoop(path="drives") == planned.loop
    assert (PlannedCall(id="{{drives.id}}", query="drives"),) == planned.calls
    assert ["loop_on", "id", "query"] == [each.path.rpartition(".")[2] for each in planned.undecided]
    assert ["reads drives, the element of the loop"] * 2 == [each.reason for each in planned.undecided[1:]]


def test_a_long_loop() -> None:
    """All elements are counted, and the first 100 calls are there."""
    plan = job(request("a", loop_on="args.ids", id="{{args.ids}}")).plan({"ids": list(range(250))})

    assert 250 == plan.requests[0].count
    assert [str(number) for number in range(100)] == [call.id for call in plan.requests[0].calls]
    assert "1  a: list crm/a, for each of the 250 elements of args.ids, the first 3 shown" in plan.to_text()


def test_recursion() -> None:
    """What is known of it is filled in."""
    recurse = {
        "if": "{{resources.crm.a.more:bool}}",
        "config": {"query": {"parent": "{{resources.crm.a.id}}", "x": "{{args.x}}"}},
    }
    (planned,) = job(request("a", recurse=recurse), request("b", recurse={})).plan({"x": "y"}).requests[:1]

    config = {"query": {"parent": "{{resources.crm.a.id}}", "x": "y"}}
    assert PlannedRecursion(condition="{{resources.crm.a.more:bool}}", config=config) == planned.recursion
    assert ["$.resources[0].recurse.if", "$.resources[0].recurse.config.query.parent"] == [
        each.path for each in planned.undecided
    ]


def test_skipped_nodes() -> None:
    """A condition that is known decides; what is only behind skipped nodes is skipped."""
    plan = job(
        request("a", run_if="args.x = 1"),
        request("b", run_if="args.x = 2", id="{{tenant_id}}"),
        request("c", depends_on="b"),
        request("d", run_if="sync_job_run.status = 'x'"),
        request("e", depends_on="d"),
        request("f", depends_on="nowhere"),
        node("destination", "app", id="1", resources_to_persist=["b", "a"]),
        node("destination", "bucket", id="2", resources_to_persist=["b"]),
        node("destination", "queue", id="3", resources_to_persist=["b", "d"]),
        node("destination", "idle", id="4", resources_to_persist=[]),
        node("delete_state", "forget", key="k", run_if="false"),
    ).plan({"x": 1})

    assert {
        "a": (True, None),
        "b": (False, "run_if is not true: args.x = 2"),
        "c": (False, "it depends on b, which does not run"),
        "d": (None, "run_if is decided at run time: sync_job_run.status = 'x'"),
        "e": (None, "it depends on d, and whether that runs is decided at run time"),
        "f": (None, "it depends on 'nowhere', and no node is called so"),
        "app": (True, None),
        "bucket": (False, "it depends on b, which does not run"),
        "queue": (None, "it depends on d, and whether that runs is decided at run time"),
        "idle": (False, "nothing is handed to it"),
        "forget": (False, "run_if is not true: false"),
    } == {each.node: (each.runs, each.why) for each in (*plan.requests, *plan.destinations, *plan.states)}
    assert [1, 0, None, None, 0, None] == [each.count for each in plan.requests]
    assert "{{tenant_id}}" not in {each.text for each in plan.undecided}  # of a node that does not run


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("true", True),
        ("false", False),
        ("null", False),
        ("args.nothing", False),
        ("0", False),
        ('""', False),
        ('"0"', True),
        ("[]", True),
        ("{}", True),
        ("$exists(args.x)", True),
        ("args.x = 1 or resources.crm.a", True),
        ("args.x = 2 and resources.crm.a", False),
        ("args.x = 1 and resources.crm.a", None),
        ("$now()", None),
        ("1 +", None),
        (" ", None),
    ],
)
def test_conditions(expression: str, runs: bool | None) -> None:  # noqa: FBT001  # a case
    """They are decided where that is possible, with JavaScript's idea of what is true."""
    (planned,) = job(request("a", run_if=expression)).plan({"x": 1}).requests

    assert runs == planned.runs


def test_context_that_nodes_add() -> None:
    """It is known behind such a node, and beside it in nodes that come later; what it adds is known where it can be told."""
    adds = node("add_context", "adds", expression='{"since": args.from}', depends_on="first")
    reads = {"query": {"since": "{{since}}"}}
    plan = job(
        request("first"),
        request("before", depends_on="first", **reads),
        adds,
        request("beside", depends_on="first", **reads),
        request("behind", depends_on="adds", **reads),
        request("elsewhere", **reads),
        request("joined", depends_on=["elsewhere", "behind"], **reads),
        node("add_context", "rooted", expression='{"until": 1}'),
        request("root", query={"until": "{{until:int}}"}),
        node("add_context", "skipped", expression='{"until": 2}', run_if="false"),
        node("add_context", "no object", expression="1"),
        {"name": "empty", "type": "add_context"},
        request("later", query={"until": "{{until:int}}"}),
        node("add_context", "unknown", expression="{'late': resources.crm.first}"),
        request("last", query={"late": "{{late}}"}),
    ).plan({"from": "2026"})

    queries = {each.node: each.calls[0].query for each in plan.requests}
    unknown, known = {"since": "{{since}}"}, {"since": "2026"}
    assert {
        "first": None,
        "before": unknown,
        "beside": known,
        "behind": known,
        "elsewhere": unknown,
        "joined": known,
        "root": {"until": 1},
        "later": {"until": 1},
        "last": {"late": "{{late}}"},
    } == queries
    assert {
        "reads since, which adds may add to the context: pass context={'since': ...}",
        "reads late, which unknown may add to the context: pass context={'late': ...}",
    } == {each.reason for each in plan.undecided}


def test_states() -> None:
    """Keys, defaults and values are filled in; an expression that gives nothing writes nothing."""
    plan = job(
        node("get_state", "get", key="at-{{args.x}}", default={"a": "{{args.x}}"}),
        node("update_state", "expression", key="k", value="never", value_expression="args.x & '!'"),
        node("update_state", "value", key="k", value=["{{args.x}}", "{{sync_job_run.id}}"]),
        node("update_state", "nothing", key="k", value_expression="args.nothing"),
        node("update_state", "later", key="k", value_expression="$now()"),
        node("delete_state", "delete", key="{{args.y:undefined}}"),
        {"name": "bare", "type": "get_state"},
        state_key=None,
    ).plan({"x": "1"})

    assert {
        "get": ("read", "at-1", {"a": "1"}, True),
        "expression": ("write", "k", "1!", True),
        "value": ("write", "k", ["1", "{{sync_job_run.id}}"], True),
        "nothing": ("write", "k", None, False),
        "later": ("write", "k", "$now()", True),
        "delete": ("delete", None, None, True),
        "bare": ("read", None, None, True),
    } == {each.node: (each.action, each.key, each.value, each.runs) for each in plan.states}
    assert {None} == {each.namespace for each in plan.states}
    assert "value_expression gives nothing, so nothing is written" == plan.states[3].why


def test_destinations() -> None:
    """Ids and arguments are filled in, in a loop for its first element."""
    plan = job(
        request("a"),
        node(
            "destination",
            "bucket",
            id="{{args.bucket}}",
            config={"file": "{{payload.records.name}}", "x": "{{args.bucket}}"},
            expression="payload.records",
            loop_on="payload.records",
            resources_to_persist=["a", "gone"],
        ),
        node("destination", "each", id="{{args.ids}}", loop_on="args.ids", resources_to_persist=["a"]),
        node("destination", "none", id="{{args.no}}", loop_on="args.no", resources_to_persist=["a"]),
        {"name": "bare", "type": "destination", "resources_to_persist": ["a"]},
    ).plan({"bucket": "b", "ids": ["1", "2"], "no": []})

    bucket, each, none, bare = plan.destinations
    assert ("b", {"file": "{{payload.records.name}}", "x": "b"}, ("a",)) == (bucket.id, bucket.config, bucket.persists)
    assert {
        "loop_on": "reads payload, the records that are handed on",
        "config.config.file": "reads payload.records, the element of the loop",
        "config.expression": "reads payload.records, the element of the loop",
        "resources_to_persist[1]": "no node is called so",
    } == {undecided.path.partition("].")[2]: undecided.reason for undecided in bucket.undecided}
    assert "1" == each.id
    assert "" == none.id
    assert (None, None, True) == (bare.id, bare.config, bare.runs)
    assert {"gone", "{{payload.records.name}}", "payload.records"} == {undecided.text for undecided in plan.undecided}


def test_as_json() -> None:
    """The plan is a JSON object that shares nothing with it."""
    sync_job = SyncJob.from_dict(SEED_JOBS[0])
    plan = sync_job.plan({"webhook_id": ["x"]})

    document = plan.to_dict()
    before = json.dumps(document)
    document["args"]["webhook_id"].append("y")
    document["requests"][0]["calls"][0]["query"]["limit"] = 7
    document["requests"][0]["delete_tracking_query"]["status"] = "changed"

    assert before == json.dumps(plan.to_dict()) == json.dumps(sync_job.plan({"webhook_id": ["x"]}).to_dict())
    assert {"code", "name", "path", "message"} == document["faults"][0].keys()
    assert len(plan.undecided) == len(document["undecided"])


def test_secrets() -> None:
    """The repr of a plan and of its parts shows no argument."""
    recurse = {"config": {"query": {"token": "{{args.token}}"}}}
    plan = job(
        request("a", query={"token": "{{args.token}}"}, body="args.token", loop_on="args.list", recurse=recurse),
        node("update_state", "s", key="k", value="{{args.token}}"),
        node("destination", "d", config={"token": "{{args.token}}"}, resources_to_persist=["a"]),
    ).plan({"token": "s3cret", "list": ["s3cret"]})

    assert "Plan(job_id='job', <0 faults>, <1 requests>, <1 destinations>, <1 states>, <0 undecided>)" == repr(plan)
    for part in (*plan.requests, *plan.requests[0].calls, *plan.states, *plan.destinations):
        assert "s3cret" not in repr(part)
    assert "s3cret" in plan.to_text()


def test_many_nodes() -> None:
    """Thousands of nodes in a chain are planned, each in the same time."""

    def long_chain(size: int) -> SyncJob:
        parents = [None, *(f"n{number}" for number in range(size - 1))]
        return job(*(request(f"n{number}", query={"x": "{{args.x}}"}, depends_on=parents[number]) for number in range(size)))

    assert 4999 == long_chain(5000).plan({"x": 1}).requests[-1].level
    assert_not_quadratic(long_chain, lambda job: job.plan({"x": 1}), 500)


def test_many_contexts() -> None:
    """What each node adds to the context is known to the thousands behind it."""

    def contexts(size: int) -> SyncJob:
        pairs = [
            (
                node("add_context", f"c{number}", expression=f"{{'k{number}': {number}}}"),
                request(f"n{number}", resource=f"m{number}/x", query={"x": f"{{{{k{number}:any}}}}"}),
            )
            for number in range(size)
        ]
        return job(*chain.from_iterable(pairs))

    assert {"x": 2999} == contexts(3000).plan().requests[-1].calls[0].query


def test_both_packages() -> None:
    """They have the same names."""
    assert truto_sync.pipeline.Plan is Plan
    assert truto_async.pipeline.plan(job()) == truto_sync.pipeline.plan(job()) == job().plan()
