"""The rules of checks, case by case: what is a fault, and what is none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import InvalidArgumentError, SyncJob, SyncJobCronTrigger

if TYPE_CHECKING:
    from truto_async.pipeline import Finding

ACCOUNT = "{{args.integrated_account_id}}"
WEBHOOK = {"type": "destination", "destination_type": "webhook", "config": {"id": "{{args.webhook_id}}"}}
DATASTORE = {
    "type": "destination",
    "destination_type": "datastore",
    "method": "insertMany",
    "config": {"id": "{{args.datastore_id}}"},
}
DONE = {"name": "done", "type": "event", "config": {"name": "complete"}}
SINCE = {"name": "since", "type": "get_state", "config": {"key": "since"}}


def request(name: str = "tickets", resource: str = "ticketing/tickets", **fields: Any) -> dict[str, Any]:
    """Make a request of runtime 4."""
    own = {"name": name, "type": "request", "resource": resource, "method": "list", "integrated_account_id": ACCOUNT}
    return {**own, **fields}


def app(*names: str, **fields: Any) -> dict[str, Any]:
    """Make a destination."""
    return {"name": "app", **WEBHOOK, "resources_to_persist": list(names), **fields}


def transform(name: str, depends_on: str, expression: str = "$") -> dict[str, Any]:
    """Make a transform; by default one that reads everything."""
    return {"name": name, "type": "transform", "depends_on": depends_on, "config": {"expression": expression}}


def check(*nodes: dict[str, Any], triggers: Any = (), runtime: int | None = 4, **fields: Any) -> tuple[Finding, ...]:
    """Check a job of these nodes, which declares the usual arguments."""
    usual = ("integrated_account_id", "webhook_id", "datastore_id")
    declared = {name: {"required": True} for name in usual if name in str(nodes)}
    document = {"id": "job", "default_runtime_version": runtime, "args_schema": declared, "resources": nodes, **fields}
    return SyncJob.from_dict(document).check(triggers)


def found(*nodes: dict[str, Any], **fields: Any) -> list[tuple[str, str]]:
    """List the names and paths of the findings."""
    return [(finding.name, finding.path) for finding in check(*nodes, **fields)]


def message(*nodes: dict[str, Any], **fields: Any) -> str:
    """Return the message of the only finding."""
    (finding,) = check(*nodes, **fields)
    return finding.message


# Names and dependencies


def test_cycles_name_the_nodes_on_them_and_behind_them() -> None:
    """A few of them, where there are many."""
    circle = [transform(f"n{number}", f"n{(number + 1) % 7}") for number in range(7)]

    assert message(*circle) == '"n0", "n6", "n5", "n4", "n3" and 2 more wait for each other, so none of them ever runs.'
    assert (
        '"n0", "n1" wait for each other, so none of them ever runs, and neither does what is behind: "b", "app".'
    ) == message(transform("n0", "n1"), transform("n1", "n0"), transform("b", "n1"), app("b"))
    assert '"n" waits for itself, so it never runs.' == message(transform("n", "n"))


def test_cycles_through_destinations() -> None:
    """They are found, with what else is wrong there."""
    nodes = [app("slim"), transform("slim", "app")]

    assert [
        ("cycle", "$.resources[0].resources_to_persist"),
        ("depends-on-destination", "$.resources[1].depends_on"),
    ] == found(*nodes)


def test_unknown_names() -> None:
    """Each is reported; a resource is known to runtimes 1 to 3 only."""
    assert [("unknown-dependency", "$.resources[0].depends_on")] == found(request(depends_on="x"), app("tickets"))
    assert [] == found(request(depends_on=""), app("tickets"))
    assert [
        ("unknown-persisted", "$.resources[1].resources_to_persist[0]"),
        ("unknown-persisted", "$.resources[1].resources_to_persist[2]"),
    ] == found(request(), app("a", "tickets", "b"))
    notes = {"resource": "crm/notes", "method": "list"}
    assert [] == found(notes, {"resource": "users", "method": "list", "depends_on": "crm/notes"}, runtime=2)
    assert 'Did you mean "tickets"?' in message(request(), app("tickets"), request("x", depends_on="ticketing/tickets"))


def test_duplicate_names() -> None:
    """Also of flat entries, whose resources may be equal."""
    entry = {"resource": "crm/notes", "method": "list"}

    assert [("duplicate-name", "$.resources[1].name")] == found({**entry, "name": "n"}, {**entry, "name": "n"}, runtime=3)
    assert [] == found(entry, entry, runtime=3)


def test_missing_names() -> None:
    """A spool among flat entries needs one, a request does not."""
    flat = {"resource": "crm/notes", "method": "list"}

    assert [("missing-name", "$.resources[1]")] == found(flat, {"type": "spool"}, runtime=1)
    assert [("missing-name", "$.resources[0]")] == found({"name": "", "type": "event", "config": {"name": "start"}})


def test_several_dependencies() -> None:
    """A list is wrong in runtime 4, even of one name, and right before."""
    nodes: list[dict[str, Any]] = [{"name": "a", "type": "spool"}, {"name": "b", "type": "spool", "depends_on": ["a"]}]

    assert ("several-dependencies", "$.resources[1].depends_on") in found(*nodes)
    assert [] == found(*nodes, runtime=2)


def test_events_and_destinations_do_not_depend() -> None:
    """Each says why."""
    assert "an event happens by itself" in message(request(), {**DONE, "depends_on": "tickets"}, app("tickets"))
    assert "resources_to_persist" in message(request(), app("tickets", depends_on="tickets"))


# Types, runtimes and fields


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("addContext", "add_context"),
        ("get-state", "get_state"),
        ("Spool", "spool"),
        ("update state", "update_state"),
        ("transfrom", "transform"),
        ("datastore", "destination"),
    ],
)
def test_misspelled_types(written: str, meant: str) -> None:
    """Other spellings are recognized."""
    (finding,) = check({"name": "n", "type": written})

    assert "misspelled-type" == finding.name
    assert f'Did you mean "{meant}"' in finding.message


def test_nothing_of_unknown_types_is_checked() -> None:
    """Neither what they read, nor what others read of them or may give them."""
    unknown = {"name": "labels", "type": "classify", "query": {"a": "{{args.x}}", "b": "{{a[0]}}"}, "depends_on": "users"}
    nodes = [
        request("users", "ticketing/users"),
        unknown,
        request(query={"label": "{{resources.whatever.label}}"}),
        app("tickets"),
    ]

    assert [("unknown-type", "$.resources[1].type")] == found(*nodes)


@pytest.mark.parametrize(
    ("node", "path"),
    [
        (request(resource=""), ""),
        (request(method=None), ""),
        (request(recurse={"config": {"query": {"a": "b"}}}), ".recurse"),
        (request(recurse={"if": "{{resources.ticketing.tickets.open:bool}}"}), ".recurse"),
        ({"name": "n", "type": "add_context"}, ""),
        ({"name": "n", "type": "add_context", "config": {}}, ".config"),
        ({"name": "n", "type": "get_state", "config": {}}, ".config"),
        ({"name": "n", "type": "update_state", "config": {"key": "k"}}, ".config"),
        ({"name": "n", "type": "delete_state"}, ""),
        ({"name": "n", "type": "event"}, ""),
        (app("tickets", destination_type=None), ""),
        (app("tickets", config={}), ".config"),
        ({**app("tickets"), **DATASTORE, "method": None}, ""),
    ],
)
def test_missing_fields(node: dict[str, Any], path: str) -> None:
    """Each type has those that it needs."""
    nodes = [node, app(node["name"])] if node["type"] == "request" else [node, request(), app("tickets", name="other")]

    assert [("missing-field", f"$.resources[0]{path}")] == found(*nodes, state_key=ACCOUNT)


def test_fields_of_flat_entries() -> None:
    """They need a resource and a method, too."""
    assert ["missing-field"] == [name for name, _ in found({"resource": "users"}, runtime=1)]
    assert '"users" has no `method`, and a node of type request needs it.' == message({"resource": "users"}, runtime=1)


def test_unknown_values() -> None:
    """A placeholder may give the right one."""
    assert "unknown-value" == found(request(), app("tickets", destination_type="Webhook"))[0][0]
    assert [("unknown-value", "$.resources[0].delete_tracking")] == found(request(delete_tracking="all"), app("tickets"))
    assert [] == found(request(delete_tracking="{{args.webhook_id}}"), app("tickets"))
    assert [] == found({"name": "done", "type": "event", "config": {"name": "error"}})


def test_flat_fields() -> None:
    """Flat entries have them, nodes of runtime 4 do not."""
    entry = {"resource": "users", "method": "list", "persist": True, "response_format": "raw"}

    assert [] == found(entry, runtime=3)
    assert [("flat-field", "$.resources[0].persist"), ("flat-field", "$.resources[0].response_format")] == found(
        request(persist=False, response_format="raw"), app("tickets")
    )


def test_runtimes() -> None:
    """Typed nodes need one that is said; flat entries are what the server takes by default."""
    flat = {"resource": "users", "method": "list"}

    assert [("no-runtime", "$")] == found(request(), app("tickets"), runtime=None)
    assert [] == found(flat, runtime=None)
    assert [] == found(runtime=None)
    assert [("node-needs-runtime-4", "$.resources[1].type")] == found(flat, app("users"), runtime=None)
    assert [] == found(request(), app("tickets"), runtime=5)
    assert [
        ("missing-type", "$.resources[0]"),
        ("missing-name", "$.resources[0]"),
        ("no-account", "$.resources[0]"),
    ] == sorted(
        found(flat, app("users"))[:3], key=lambda each: ["missing-type", "missing-name", "no-account"].index(each[0])
    )


def test_fields_of_datastores() -> None:
    """Other destinations have none of them."""
    assert [("datastore-field", "$.resources[1].loop_on"), ("datastore-field", "$.resources[1].method")] == found(
        request(), app("tickets", method="insertMany", loop_on="payload.records")
    )
    assert [] == found(request(), {**app("tickets"), **DATASTORE, "loop_on": "payload.records"})


def test_delete_tracking_in_flat_entries() -> None:
    """It is for unified resources there as well."""
    entry = {"resource": "users", "method": "list", "delete_tracking": "hard"}

    assert [("proxy-delete-tracking", "$.resources[0].delete_tracking")] == found(entry, runtime=2)
    assert [] == found({**entry, "resource": "crm/users"}, runtime=2)


# What expressions read


def test_undeclared_arguments_are_reported_once() -> None:
    """With a count of the other places, and a name that is close."""
    query = {"a": "{{args.since}}", "b": "{{args.since|args.since}}", "c": "{{args.until?:now}}"}
    first, second = check(request(query=query, run_if="args.since > 1"), app("tickets"))

    assert "undeclared-argument" == first.name == second.name
    assert ("$.resources[0].query.c", "$.resources[0].run_if") == (first.path, second.path)
    assert "more places" not in first.message
    assert "(and in 2 more places)" in second.message
    near: dict[str, Any] = {"integrated_account_id": {}, "webhook_id": {"required": True}, "updated_since": {}}
    assert ["undeclared-argument", "unused-argument"] == sorted(
        finding.name for finding in check(request(query={"a": "{{args.updated_sinc}}"}), app("tickets"), args_schema=near)
    )


def test_a_schema_that_takes_any_argument() -> None:
    """It has no undeclared arguments."""
    nodes = [request(query={"a": "{{args.since}}"}), app("tickets")]
    schema = {"type": "object", "properties": {}}

    assert 3 == len(found(*nodes, args_schema=schema))
    assert [] == found(*nodes, args_schema={**schema, "additionalProperties": True})
    assert 3 == len(found(*nodes, args_schema=None))


def test_unused_arguments() -> None:
    """Any mention is a use: of all arguments, in a field of another version, in what does not parse, or without `args`."""
    schema = {"integrated_account_id": {}, "webhook_id": {"required": True}, "ids": {"type": "array"}, "loose": 1}
    nodes = [request(), app("tickets")]
    paths = ["$.args_schema.ids", "$.args_schema.loose"]

    assert [("unused-argument", path) for path in paths] == found(*nodes, args_schema=schema)
    assert [] == found(request(query={"all": "{{args:json}}"}), app("tickets"), args_schema=schema)
    assert [] == found(*nodes, transform("all", "tickets"), app("all", name="b"), args_schema=schema)
    used = request(query={"a": "{{args.loose}}"}, shard="{{args.ids}}")
    assert [] == found(used, app("tickets"), args_schema=schema)
    entry = {"resource": "users", "method": "get", "id": "{{ids}}", "loop_on": "ids", "query": {"a": "{{args.loose}}"}}
    assert [] == found(entry, runtime=3, args_schema={"ids": {"type": "array"}, "loose": 1, "w": {"format": "webhook_id"}})
    of_the_run = request(query={"a": "{{sync_job_run.args.loose}}", "b": "{{sync_job_run.args.ids}}"})
    assert [] == found(of_the_run, app("tickets"), args_schema=schema)
    nested = {"type": "object", "properties": {"a-b": {}}}
    assert [("unused-argument", '$.args_schema.properties["a-b"]')] == found(args_schema=nested)


@pytest.mark.parametrize("read", ["ticketing.tickets.id", "ticketing", "slim", "slim.id", "since.value", "people.0.id"])
def test_known_resources(read: str) -> None:
    """Records are at their resource, whole models can be read, and everything else is at its name."""
    people = request("list-people", "people", query={"x": f"{{{{resources.{read}:json}}}}"})
    nodes = [
        SINCE,
        request(),
        transform("slim", "tickets", "resources.ticketing.tickets.id"),
        people,
        app("slim", "list-people"),
    ]

    assert [] == found(*nodes, state_key=ACCOUNT)


@pytest.mark.parametrize(
    ("read", "clue"),
    [
        ("ticketing.ticketing", None),
        ("ticketing.ticket", "tickets"),
        ("slm", "slim"),
        ("ticketin.tickets", "ticketing"),
        ("peopl", "people"),
        ("zzz", None),
    ],
)
def test_unknown_resources(read: str, clue: str | None) -> None:
    """The first step that leads nowhere is named, with what is close to it."""
    people = request("list-people", "people", query={"x": f"{{{{resources.{read}.id|args.webhook_id}}}}"})
    nodes = [request(), transform("slim", "tickets", "resources.ticketing.tickets.id"), people, app("slim", "list-people")]
    (finding,) = check(*nodes)

    assert "unknown-resource" == finding.name
    assert (
        f"`resources.{read}` is read" in finding.message
        or f"`resources.{read.partition('.')[0]}` is read" in finding.message
    )
    assert (f'Did you mean "{clue}"?' if clue else "no node makes it.") in finding.message


def test_resources_that_only_the_run_knows() -> None:
    """Where a resource has a placeholder, anything may be there."""
    nodes = [request(resource="{{args.webhook_id}}"), transform("slim", "tickets", "resources.unknown.id"), app("slim")]

    assert [] == found(*nodes)


def test_records_of_flat_requests_by_name() -> None:
    """Nothing says that they are not there."""
    first = {"name": "all", "resource": "crm/notes", "method": "list"}

    assert [] == found(
        first, {"resource": "x", "method": "get", "id": "{{resources.all.id}}", "depends_on": "all"}, runtime=3
    )


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        ("resources.`knowledge-base`.page-content.id", ["`page-content`"]),
        ("resources.knowledge-base.`page-content`", ["`knowledge-base`"]),
        ("resources.all-pages & args.company-id", ["`all-pages`", "`company-id`"]),
        ("'resources.all-pages' /* args.company-id */ & args.`company-id`", []),
        ("args.`company-id` - args.`company-id`-1", []),
        ("$count(args.`company-id`)-$count(args.company-args)", []),
    ],
)
@pytest.mark.parametrize("installed", [True, False])
def test_dashes(expression: str, paths: list[str], installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001  # a case
    """Only names that exist are meant; texts and comments are none."""
    if not installed:
        monkeypatch.setitem(sys.modules, "jsonata", None)
    nodes = [
        request("pages", "knowledge-base/page-content"),
        {"name": "all-pages", "type": "spool", "depends_on": "content"},
        request("content", "x", query={"x": "{{args.company-id}}"}, depends_on="pages"),
        transform("slim", "all-pages", expression),
        app("slim", "content"),
    ]
    schema: dict[str, Any] = {"integrated_account_id": {}, "webhook_id": {"required": True}, "company-id": {}, "company": {}}
    findings = check(*nodes, args_schema=schema)

    assert paths == [
        finding.fix.rpartition(".")[0].rpartition(".")[2] for finding in findings if finding.name == "unquoted-dash"
    ]
    assert {"unquoted-dash", "unused-argument", "jsonata-not-checked", "undeclared-argument"} >= {
        finding.name for finding in findings
    }


@pytest.mark.parametrize(
    "loop_on",
    [
        "drive_items",
        "args.ids",
        "args.filter.ids",
        "resources.ticketing.tickets",
        "resources.since.value",
        "sync_job_run.args.ids",
    ],
)
def test_loops(loop_on: str) -> None:
    """They may lead to the context of the account, to arguments, and to what nodes make."""
    nodes = [SINCE, request(), request("comments", "ticketing/comments", loop_on=loop_on), app("tickets", "comments")]
    schema = {
        "type": "object",
        "properties": {"ids": {"type": ["array", "null"]}, "filter": {"type": "object"}},
        "additionalProperties": True,
    }

    assert [] == [each for each in found(*nodes, state_key=ACCOUNT, args_schema=schema) if each[0] != "unused-argument"]


@pytest.mark.parametrize(
    ("loop_on", "reason"),
    [
        ("args", "is `args`, which is no array."),
        ("tenant_id", "is `tenant_id`, which is no array."),
        ("args.id", "reads `args.id`, which `args_schema` does not declare."),
        ("args.name", "reads the argument name, which is declared as no array."),
        ("resources.ticketing.gone", "reads `resources.ticketing.gone`, which no node makes."),
        ("payload.records", "reads `payload`, which only destinations have."),
        ("{{args.id|payload.records}}", "reads `args.id`, which `args_schema` does not declare."),
        ({"{ args.ids }": None}, "is an object, where a path is meant."),
    ],
)
def test_loops_that_lead_nowhere(loop_on: Any, reason: str) -> None:
    """The reason is said."""
    schema = {
        "integrated_account_id": {},
        "webhook_id": {"required": True},
        "ids": {"type": "array"},
        "name": {"type": "string"},
    }
    nodes = [request(query={"x": "{{args.name}}{{args.ids}}"}), request("comments", "ticketing/comments", loop_on=loop_on)]
    (finding,) = check(*nodes, app("tickets", "comments"), args_schema=schema)

    assert ("loop-on-nothing", "$.resources[1].loop_on") == (finding.name, finding.path)
    assert finding.message.startswith(f'`loop_on` of "comments" {reason}')


def test_loops_with_alternatives() -> None:
    """One that may lead somewhere is enough."""
    for loop_on in ("{{args.gone|user_ids}}", "{{.}}", "{{/ids/}}"):
        assert [] == found({"resource": "users", "method": "get", "loop_on": loop_on}, runtime=3)


def test_loops_of_flat_entries() -> None:
    """They may name an argument without `args`."""
    entry = {"resource": "users", "method": "get", "loop_on": "ids"}

    assert [] == found(entry, runtime=2, args_schema={"ids": {"type": "array"}})
    assert [("loop-on-nothing", "$.resources[0].loop_on")] == found(
        entry, runtime=2, args_schema={"ids": {"type": "string"}}
    )


def test_loops_over_requests_by_name() -> None:
    """They have the finding for that."""
    nodes = [request("all"), request("comments", "ticketing/comments", loop_on="resources.all"), app("all", "comments")]

    assert [("request-by-name", "$.resources[1].loop_on")] == found(*nodes)


def test_names_that_a_node_adds_to_the_context() -> None:
    """They may be anything."""
    context = {"name": "c", "type": "add_context", "config": {"expression": "{'payload': 1, 'previous_run_date': 2}"}}
    query = {"a": "{{payload.x}}", "b": "{{previous_run_date}}"}

    assert [] == found(context, request(query=query), app("tickets"))
    assert ["payload-outside-destination", "previous-run-date"] == [
        name for name, _ in found(request(query=query), app("tickets"))
    ]
    assert [] == found({"resource": "x", "method": "list", "query": {"b": "{{previous_run_date}}"}}, runtime=3)
    assert [] == found(request(), app("tickets", run_if="$count(payload.records) > 0"), state_key="{{payload.x}}")


def test_the_scope_of_args_validation() -> None:
    """It sees arguments alone, also where it cannot be parsed or reads them all."""
    nodes = [request(), app("tickets")]

    assert [] == found(*nodes, args_validation="$count($keys(args)) > 9 ? {'message': 'too many'} : null")
    assert [("validation-scope", "$.args_validation")] == found(*nodes, args_validation="resources.ticketing.tickets")
    assert [("invalid-jsonata", "$.args_validation")] == found(*nodes, args_validation="resources.ticketing.tickets)")


# How expressions are written


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{args.webhook_id:integer}}", 'fails: there is no type "integer".'),
        ("{{args.webhook_id?:12:30}}", "fails"),
        ("{{ args . webhook_id }}", "mean either of several paths"),
        ("a {{args.webhook_id[0]}} b", "{{args.webhook_id[0]}} is no placeholder"),
        ("{{args.webhook_id}", "{{args.webhook_id} is no placeholder"),
        ("{{args.webhook_id", "{{args.webhook_id is no placeholder"),
        ("{args.webhook_id}", "{args.webhook_id} is no placeholder"),
        ("{{|args.webhook_id}}", "fails: a path is empty."),
    ],
)
def test_invalid_placeholders(text: str, problem: str) -> None:
    """The message says what is wrong."""
    (finding,) = check(request(query={"x": text}), app("tickets"))

    assert ("invalid-placeholder", "$.resources[0].query.x") == (finding.name, finding.path)
    assert problem in finding.message


@pytest.mark.parametrize("text", ["{", "{{", "}}", '{"a": {"b": 1}}', "query {users {id}}", "{{#each x}}", "{id}", "$1"])
def test_braces_that_are_text(text: str) -> None:
    """JSON, GraphQL and other templates are no placeholders."""
    assert [] == found(request(body={"x": text}), app("tickets"))


def test_jsonata() -> None:
    """Truto's own functions, variables and regular expressions are fine; an empty text is none."""
    texts = ["$dtFromIso(args.webhook_id).toISO()", "($f := function($x) {$x}; $f(1))", "$match('a', /(?<n>a)/)", "", " "]

    for text in texts:
        assert [] == found(request(run_if=text), app("tickets"))
    assert "Unexpected end of expression at character" in message(request(run_if="1 +"), app("tickets"))
    assert message(request(run_if="a ! b"), app("tickets")) == "This is not JSONata: Unknown operator: !."


def test_placeholders_in_jsonata() -> None:
    """Also within quotes, where nothing fails."""
    assert [("placeholder-in-jsonata", "$.resources[0].query")] == found(
        request(query="{'a': '{{args.webhook_id}}'}"), app("tickets")
    )


def test_recursions() -> None:
    """In flat entries, too."""
    entry = {"resource": "users", "method": "list", "recurse": {"if": "true", "config": {"id": "{{resources.users.id}}"}}}

    assert [("constant-recursion", "$.resources[0].recurse.if")] == found(entry, runtime=3)


@pytest.mark.parametrize(
    ("merged", "count"),
    [
        (["{{args.f:json}}", {"a": "{{args.f}}"}], 0),
        ("{{args.f:any}}", 0),
        (["{{args.f:json}}", "{{args.f:str}}"], 1),
        ("{{args.f:json|args.f}}", 1),
        ("x{{args.f:json}}", 1),
        ("x", 1),
    ],
)
def test_merges(merged: Any, count: int) -> None:
    """Each template that gives no object is reported."""
    schema: dict[str, Any] = {"integrated_account_id": {}, "webhook_id": {"required": True}, "f": {}}
    nodes = [request(query={"nested": {"$truto_merge": merged}, "y": "{{args.f}}"}), app("tickets")]

    assert ["merge-without-json"] * count == [name for name, _ in found(*nodes, args_schema=schema)]


def test_without_the_package_for_jsonata(monkeypatch: pytest.MonkeyPatch) -> None:
    """One finding says so; arguments are looked for all the same, and what may be read counts as read."""
    monkeypatch.setitem(sys.modules, "jsonata", None)
    nodes = [
        request(),
        request("users", "ticketing/users"),
        transform("slim", "tickets", "resources.x.y & args.gone ("),
        app("slim"),
    ]

    assert [("jsonata-not-checked", "$"), ("undeclared-argument", "$.resources[2].config.expression")] == found(*nodes)
    assert [] == found(request(), app("tickets"))


# State and triggers


def state_nodes(**update: Any) -> list[dict[str, Any]]:
    """Make a job that remembers a date."""
    remember = {"name": "remember", "type": "update_state", "depends_on": "done", "config": {"key": "since", "value": "x"}}
    return [SINCE, request(query={"since": "{{resources.since.value}}"}), app("tickets"), DONE, {**remember, **update}]


def test_namespaces_of_state() -> None:
    """A key that all accounts share is reported, unless the job is for one account, or its keys tell them apart."""
    own = {"key": "since-{{args.integrated_account_id}}", "value": "x"}
    since, tickets, *others = state_nodes()
    single = [since, {**tickets, "integrated_account_id": "a-1"}, *others]
    delete = {"name": "forget", "type": "delete_state", "config": {"key": "x"}}

    assert [] == found(*state_nodes(), state_key=ACCOUNT)
    assert [("no-state-key", "$.resources[0]")] == found(*state_nodes(), state_key="")
    assert [("shared-state", "$.state_key")] == found(*state_nodes(), state_key="all")
    assert ["hard-coded-account"] == [
        name for name, _ in found(*single, state_key="all", args_schema={"webhook_id": {"required": True}})
    ]
    assert [] == found(delete, state_key="all")
    assert "shared-state" not in [name for name, _ in found(*state_nodes(config=own), state_key="all")]


def test_early_updates() -> None:
    """One counts that the job reads, and that waits neither for the end of the run nor for its failure."""
    failed = {"name": "failed", "type": "event", "config": {"name": "error"}}
    started = {"name": "started", "type": "event", "config": {"name": "start"}}
    spool = {"name": "all", "type": "spool", "depends_on": "done"}
    early = [("early-state-update", "$.resources[4]")]

    assert early == found(*state_nodes(depends_on=None), state_key=ACCOUNT)
    assert early == found(*state_nodes(depends_on="tickets"), state_key=ACCOUNT)
    assert early == found(*state_nodes(depends_on="started"), started, state_key=ACCOUNT)
    assert ["unknown-dependency"] == [name for name, _ in found(*state_nodes(depends_on="dne"), state_key=ACCOUNT)]
    assert [] == found(*state_nodes(depends_on="failed"), failed, state_key=ACCOUNT)
    assert [] == found(*state_nodes(depends_on="all"), spool, app("all", name="b"), state_key=ACCOUNT)
    counter = {"key": "total", "value": "{{total_records_size}}"}
    assert [] == found(*state_nodes(depends_on="tickets", config=counter), state_key=ACCOUNT)


def test_state_under_another_key() -> None:
    """Only keys that are almost equal are reported."""
    assert [("mismatched-state", "$.resources[0].config.key")] == found(
        *state_nodes(config={"key": "sinces", "value": "x"}), state_key=ACCOUNT
    )
    assert [] == found(*state_nodes(config={"key": "other", "value": "x"}), state_key=ACCOUNT)


def test_triggers() -> None:
    """Those of other jobs do not matter; what is wrong with the arguments of each is said."""
    schema = {name: {"required": True, "format": name} for name in ("integrated_account_id", "webhook_id")}
    args = {"integrated_account_id": "a", "webhook_id": "w"}
    triggers = [
        SyncJobCronTrigger(id="other", sync_job_id="other job"),
        SyncJobCronTrigger(id="good", sync_job_id="job", args=args),
        SyncJobCronTrigger(id="own fields", integrated_account_id="a", webhook_id="w"),
        SyncJobCronTrigger(id="bad", args={**args, "webhook": 1}),
    ]
    nodes = [request(), app("tickets")]
    mutex, refused, missing = check(
        *nodes, triggers=[*triggers, SyncJobCronTrigger(id="none", args={"webhook_id": "w"})], args_schema=schema
    )

    assert ["cron-without-mutex", "trigger-arguments", "trigger-arguments"] == [mutex.name, refused.name, missing.name]
    assert "trigger bad" in refused.message
    assert "'webhook'" in refused.message
    assert "trigger none" in missing.message
    assert [] == found(*nodes, triggers=triggers[:3], args_schema=schema, mutex_key=ACCOUNT)
    assert [] == found(*nodes, triggers=triggers[:1], args_schema=schema)


@pytest.mark.parametrize("triggers", [None, 3, [{"id": "t"}], "x"])
def test_what_is_no_trigger(triggers: Any) -> None:
    """It is refused, and it is said how to get them with asyncio."""
    with pytest.raises(InvalidArgumentError, match=r"triggers must be cron triggers(, not \w+; .*to_list|; there is a)"):
        check(triggers=triggers)


def test_triggers_of_a_job_that_refuses_arguments() -> None:
    """What cannot be evaluated is not held against them."""
    nodes = [request(), app("tickets")]
    trigger = SyncJobCronTrigger(id="t", args={"integrated_account_id": "a", "webhook_id": "w"})
    unknown = "$dtFromIso(args.webhook_id) ? {'message': 'no'} : null"

    assert [] == found(*nodes, triggers=[trigger], mutex_key="m", args_validation=unknown)
    assert [("trigger-arguments", "$.args_schema")] == found(
        *nodes, triggers=[trigger], mutex_key="m", args_validation="{'message': 'no'}"
    )


# Accounts, records and destinations


def test_accounts() -> None:
    """Flat entries need none; what seems to have a placeholder is none that is hard-coded."""
    assert [] == found({"resource": "users", "method": "list"}, runtime=3)
    hard_coded = {"resource": "users", "method": "list", "integrated_account_id": "a-1"}
    assert ["hard-coded-account"] == [name for name, _ in found(hard_coded, runtime=3, args_schema=None)]
    near = [request(integrated_account_id="{{args.a[0]}}"), app("tickets")]
    assert ["invalid-placeholder"] == [name for name, _ in found(*near, args_schema={"webhook_id": {"required": True}})]


def test_ids_of_destinations() -> None:
    """A SuperQuery may be named by its region."""
    superquery = {"destination_type": "superquery", "config": {"id": "wnam"}}

    assert [] == found(request(), app("tickets", **superquery))
    assert ["hard-coded-destination"] == [
        name for name, _ in found(request(), app("tickets", **{**DATASTORE, "config": {"id": "d-1"}}))
    ]


@pytest.mark.parametrize(
    ("target", "gate", "validation", "is_found"),
    [
        ("{{args.a}}", None, None, True),
        ("{{args.a}}", "true", None, True),
        ("{{args.on}}", None, None, True),
        ("{{args.a}}", "$exists(args.a)", None, False),
        ("{{args.a}}", None, "$exists(args.a) ? null : {'message': 'a is missing'}", False),
        ("{{args.a|args.b}}", None, None, True),
        ("{{args.a|args.b}}", "$exists(args.a) or $exists(args.b)", None, False),
        ("{{args.a|args.needed}}", "$exists(args.b)", None, False),
        ("{{args.a|default_webhook}}", "$exists(args.b)", None, False),
        ("{{args.a?:w-1}}", "$exists(args.b)", None, False),
        ("{{args.usual}}", "$exists(args.a) or $exists(args.b)", None, False),
        ("{{args.b.id}}", "$exists(args.a)", None, False),
    ],
)
def test_optional_destinations(target: str, gate: str | None, validation: str | None, is_found: bool) -> None:  # noqa: FBT001  # a case
    """Only one that a run may leave without an id is reported."""
    used = request(query={name: f"{{{{args.{name}}}}}" for name in ("a", "b", "on", "needed", "usual")})
    schema = {
        "integrated_account_id": {},
        "a": {},
        "b": {},
        "on": {},
        "needed": {"required": True},
        "usual": {"default": "w"},
    }
    names = found(used, app("tickets", config={"id": target}, run_if=gate), args_schema=schema, args_validation=validation)

    assert [("ungated-destination", "$.resources[1].config.id")] * is_found == names


@pytest.mark.parametrize("kind", ["update_state", "delete_state", "event"])
def test_nodes_without_records(kind: str) -> None:
    """They cannot be handed on."""
    config = {"name": "start"} if kind == "event" else {"key": "k", "value": "v"}
    node = {"name": "n", "type": kind, "config": config}

    assert [("persists-no-records", "$.resources[2].resources_to_persist[1]")] == found(
        node, request(), app("tickets", "n"), state_key=ACCOUNT
    )
    assert [] == found({**SINCE}, request(), app("tickets", "since"), state_key=ACCOUNT)


def test_records_that_go_nowhere() -> None:
    """What changes something, hands on to others, or is read is of use; a node that reads itself is not."""
    users = request("users", "users")
    nowhere = [("records-go-nowhere", "$.resources[0]")]

    assert nowhere == found(users)
    assert nowhere == found(
        {**users, "recurse": {"if": "{{resources.users.more}}", "config": {"id": "{{resources.users.id}}"}}}
    )
    assert nowhere == found({"name": "all", "type": "spool"})
    assert [] == found({**users, "method": "create"})
    assert [] == found(users, request(query={"x": "{{resources.users.0.id}}"}), app("tickets"))
    assert [] == found(users, request(loop_on="resources.users"), app("tickets"))
    unified = request("users", "ticketing/users")
    assert [] == found(unified, request(query={"x": "{{resources.ticketing:json}}"}), app("tickets"))
    assert [] == found(unified, request(run_if="$count(resources) > 1"), app("tickets"))
    assert [] == found(users, {"name": "f", "type": "future"})[1:]
    assert [] == found({"name": "c", "type": "add_context", "depends_on": "users", "config": {"expression": "{}"}}, users)


def test_spools() -> None:
    """The nearest requests count, through all but requests; a second spool is no second fault."""
    slim = transform("slim", "tickets", "resources.ticketing.tickets.id")
    spool = {"name": "all", "type": "spool", "depends_on": "slim"}
    again = {"name": "again", "type": "spool", "depends_on": "all"}
    unbounded = [("unbounded-spool", "$.resources[2]")]

    assert unbounded == found(request(), slim, spool, app("all"))
    assert unbounded == found(request(), slim, spool, again, app("again"))
    for narrowed in (
        {"query": {"limit": 9}},
        {"query": "{'limit': 9}"},
        {"body": {"a": 1}},
        {"id": "{{tenant_id}}"},
        {"method": "get"},
    ):
        assert [] == found(request(**narrowed), slim, spool, app("all"))
    comments = request(
        "comments", "ticketing/comments", depends_on="tickets", query={"id": "{{resources.ticketing.tickets.id}}"}
    )
    assert [] == found(request(), comments, {**spool, "depends_on": "comments"}, app("all"))
    flat = [{"resource": "users", "method": "list"}, {"name": "all", "type": "spool", "depends_on": "users"}]
    assert [] == found(*flat, runtime=2)
