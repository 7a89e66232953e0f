"""How two sync jobs differ."""

from __future__ import annotations

import copy
import json
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import truto_sync.pipeline
from tests.pipeline.growth import assert_not_quadratic
from tests.strategies import jobs
from truto_async import InvalidArgumentError, SyncJob
from truto_async.pipeline import ArgumentDiff, FieldChange, JobDiff, diff
from truto_async.pipeline._difference.content import canonical, content_of
from truto_async.testing import SEED_JOBS

Nodes: TypeAlias = list[dict[str, Any]]


def job(*resources: dict[str, Any], **fields: Any) -> SyncJob:
    """Make a job of nodes and fields."""
    return SyncJob.from_dict({"id": "job", "resources": resources, **fields})


def nodes(old: Nodes, new: Nodes) -> list[tuple[str, str | None, str, bool, list[str]]]:
    """Return each difference of two lists of nodes: both keys, kind, whether it moved, paths of changes."""
    found = diff(job(*old), job(*new)).nodes
    return [(node.key, node.old_key, node.kind, node.is_moved, [change.path for change in node.changes]) for node in found]


def spools(names: str) -> Nodes:
    """Make nodes that have little more than a name."""
    return [{"name": name, "type": "spool", "config": {"for": name}} for name in names]


@pytest.mark.parametrize("document", SEED_JOBS, ids=lambda document: document["id"][:8])
def test_no_difference(document: dict[str, Any]) -> None:
    """Neither ids, times and what else the server sets matter, nor the order of keys, nor null in place of missing."""

    def reversed_keys(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: reversed_keys(value[key]) for key in reversed(value)}
        return [reversed_keys(item) for item in value] if isinstance(value, list) else value

    own = {"id": "other", "environment_id": "e", "created_at": None, "updated_at": "2030-01-01 00:00:00", "state_key": None}
    other = SyncJob.from_dict(
        reversed_keys({"state_key": None, **document, **own} | {"state_key": document.get("state_key")})
    )
    found = diff(SyncJob.from_dict(document), other)

    assert not found
    assert JobDiff() == found
    assert ("", "No differences.\n") == (found.to_text(), found.to_markdown())
    assert {"fields": [], "arguments": [], "nodes": []} == found.to_dict()


def test_fields() -> None:
    """The job's own fields, unknown ones and what is in them included; missing, null and false are told apart."""
    old = job(label="A", mutex_key="m", owner={"team": "data", "tags": ["a", "b"], "size": 1, "on": True, "left": None})
    new = job(label="B", state_key="s", owner={"team": "data", "tags": ["a", "c"], "size": 1.0, "on": 1, "new": None})

    assert (
        FieldChange("$.label", "changed", "A", "B"),
        FieldChange("$.state_key", "added", None, "s"),
        FieldChange("$.owner.tags[1]", "changed", "b", "c"),
        FieldChange("$.owner.on", "changed", old=True, new=1),
        FieldChange("$.owner.new", "added", None, None),
        FieldChange("$.owner.left", "removed", None, None),
        FieldChange("$.mutex_key", "removed", "m", None),
    ) == diff(old, new).fields
    assert {"path": "$.owner.new", "kind": "added", "new": None} == diff(old, new).fields[4].to_dict()
    assert {"path": "$.owner.left", "kind": "removed", "old": None} == diff(old, new).fields[5].to_dict()


def test_lists_of_another_length() -> None:
    """They are compared as a whole."""
    [change] = diff(job(tags=["a"]), job(tags=["a", "b"])).fields

    assert FieldChange("$.tags", "changed", ["a"], ["a", "b"]) == change


def test_arguments() -> None:
    """By name, whatever their order, and also those that are no specifications."""
    old = job(args_schema={"a": {"type": "string"}, "b": {"default": 1, "x": {"y": 1}}, "c": {}, "odd": "text"})
    new = job(
        args_schema={"d": {"type": "date"}, "b": {"default": 2, "x": {"y": 2}}, "a": {"type": "string"}, "odd": "other"}
    )
    found = diff(old, new)

    change_of_b = (FieldChange("$.default", "changed", 1, 2), FieldChange("$.x.y", "changed", 1, 2))
    assert (
        ArgumentDiff("d", "added", None, {"type": "date"}),
        ArgumentDiff("b", "changed", {"default": 1, "x": {"y": 1}}, {"default": 2, "x": {"y": 2}}, change_of_b),
        ArgumentDiff("odd", "changed", "text", "other", (FieldChange("$", "changed", "text", "other"),)),
        ArgumentDiff("c", "removed", {}, None),
    ) == found.arguments
    assert () == found.fields
    assert (
        '+ argument d\n  + type: "date"\n'
        "~ argument b\n  ~ default: 1 -> 2\n  ~ x.y: 1 -> 2\n"
        '~ argument odd\n  ~ value: "text" -> "other"\n'
        "- argument c\n"
    ) == found.to_text()
    assert [
        {"name": "d", "kind": "added", "new": {"type": "date"}},
        {"name": "b", "kind": "changed", "changes": [change.to_dict() for change in change_of_b]},
        {"name": "odd", "kind": "changed", "changes": [{"path": "$", "kind": "changed", "old": "text", "new": "other"}]},
        {"name": "c", "kind": "removed", "old": {}},
    ] == found.to_dict()["arguments"]


def test_both_forms_of_arguments() -> None:
    """The same arguments in the other form differ in the form alone; no arguments are no arguments in any form."""
    flat = job(args_schema={"a": {"type": "string"}})
    schema = job(args_schema={"type": "object", "properties": {"a": {"type": "string"}}, "title": "T"})

    assert JobDiff((FieldChange("$.args_schema", "added", None, {"type": "object", "title": "T"}),)) == diff(flat, schema)
    assert "removed" == diff(schema, flat).fields[0].kind
    titled = job(args_schema={"type": "object", "properties": {"a": {"type": "string"}}, "title": "U"})
    assert (FieldChange("$.args_schema.title", "changed", "T", "U"),) == diff(schema, titled).fields
    assert not diff(job(args_schema={}), job(args_schema=None))
    assert not diff(SyncJob(id=""), job())


def test_nodes() -> None:
    """Added, removed and changed, at the paths of what is different; a removed one comes after what it stood behind."""
    old: Nodes = [
        {"name": "gone", "type": "event", "config": {"name": "start"}},
        {"name": "a", "type": "request", "resource": "users", "query": {"limit": 1, "x": [{"y": 1}]}, "odd": 1},
        {"name": "b", "type": "spool", "depends_on": "a"},
        {"name": "out", "type": "destination", "resources_to_persist": ["a"]},
    ]
    new: Nodes = [
        {"name": "a", "type": "request", "resource": "users", "query": {"limit": 2, "x": [{"y": 2}]}, "odd": 2},
        {"name": "t", "type": "transform", "depends_on": "a", "config": {"expression": "$"}},
        {"name": "out", "type": "destination", "resources_to_persist": ["t"]},
    ]

    assert [
        ("gone", "gone", "removed", False, []),
        ("a", "a", "changed", False, ["$.query.limit", "$.query.x[0].y", "$.odd"]),
        ("b", "b", "removed", False, []),
        ("t", None, "added", False, []),
        ("out", "out", "changed", False, ["$.resources_to_persist[0]"]),
    ] == nodes(old, new)
    found = diff(job(*old), job(*new))
    assert {"key": "gone", "kind": "removed", "old_index": 0, "old": old[0]} == found.to_dict()["nodes"][0]
    assert {"key": "t", "kind": "added", "new_index": 1, "new": new[1]} == found.to_dict()["nodes"][3]
    assert ["removed", "changed", "removed", "added", "changed"] == [node["kind"] for node in found.to_dict()["nodes"]]


def test_another_type() -> None:
    """A node of the same name is the same node, whatever became of it."""
    assert [("a", "a", "changed", False, ["$.type", "$.config"])] == nodes(
        [{"name": "a", "type": "spool"}], [{"name": "a", "type": "transform", "config": {"expression": "$"}}]
    )


def test_renamed_nodes() -> None:
    """What refers to them by their new names has not changed: lists, single names, templates and JSONata."""
    old: Nodes = [
        {"name": "users", "type": "request", "resource": "users", "method": "list"},
        {"name": "slim", "type": "transform", "depends_on": "users", "config": {"expression": "resources.users.{'id': id}"}},
        {"name": "all", "type": "spool", "depends_on": "slim"},
        {"name": "seen", "type": "get_state", "config": {"key": "k"}, "depends_on": ["users", "slim"]},
        {
            "name": "more",
            "type": "request",
            "resource": "more",
            "query": {"q": "{{resources.slim.id}} of resources.slimmer"},
        },
        {"name": "out", "type": "destination", "resources_to_persist": ["all", "users", "other"]},
    ]
    text = (
        json.dumps(old).replace('"slim"', '"thin"').replace("resources.slim.", "resources.thin.").replace('"all"', '"every"')
    )

    assert [("thin", "slim", "changed", False, []), ("every", "all", "changed", False, [])] == nodes(old, json.loads(text))
    [slim, _] = diff(job(*old), job(*json.loads(text))).nodes
    assert slim.is_renamed
    assert {
        "key": "thin",
        "kind": "changed",
        "old_key": "slim",
        "old_index": 1,
        "new_index": 1,
        "is_renamed": True,
        "is_moved": False,
        "changes": [],
    } == slim.to_dict()


def test_renamed_destinations_and_nodes_without_names() -> None:
    """The lists of destinations follow new names, too; a node that gets a name is still the same."""
    old: Nodes = [
        {"type": "transform", "config": {"expression": "1"}},
        {"name": "b", "type": "transform", "config": {"expression": "2"}},
        {"name": "c", "type": "transform", "config": {"expression": "3"}},
        {"name": "out", "type": "destination", "config": {"id": "1"}, "resources_to_persist": ["b", "c"]},
        {"name": "out2", "type": "destination", "config": {"id": "1"}, "resources_to_persist": ["c"]},
    ]
    new: Nodes = [
        {"name": "a", "type": "transform", "config": {"expression": "1"}},
        {"name": "b2", "type": "transform", "config": {"expression": "2"}},
        {"name": "c2", "type": "transform", "config": {"expression": "3"}},
        {"name": "app", "type": "destination", "config": {"id": "1"}, "resources_to_persist": ["b2", "c2"]},
        {"name": "app2", "type": "destination", "config": {"id": "1"}, "resources_to_persist": ["c2"]},
    ]

    assert [
        ("a", "#0", "changed", False, []),
        ("b2", "b", "changed", False, []),
        ("c2", "c", "changed", False, []),
        ("app", "out", "changed", False, []),
        ("app2", "out2", "changed", False, []),
    ] == nodes(old, new)


def test_a_renamed_node_that_something_still_calls_by_its_old_name() -> None:
    """Then that has not changed either, though it refers to nothing now."""
    old: Nodes = [
        {"name": "a", "type": "event", "config": {"name": "start"}},
        {"name": "b", "type": "spool", "depends_on": "a"},
    ]
    new: Nodes = [
        {"name": "c", "type": "event", "config": {"name": "start"}},
        {"name": "b", "type": "spool", "depends_on": "a"},
    ]

    assert [("c", "a", "changed", False, [])] == nodes(old, new)


def test_another_reference_beside_a_renamed_node() -> None:
    """Only what really changed is told, with the old name in it."""
    event = {"type": "event", "config": {"name": "start"}}
    old: Nodes = [
        {"name": "a", **event},
        *spools("xy"),
        {"name": "out", "type": "destination", "resources_to_persist": ["a", "x"]},
    ]
    new: Nodes = [
        {"name": "b", **event},
        *spools("xy"),
        {"name": "out", "type": "destination", "resources_to_persist": ["b", "y"]},
    ]
    [renamed, out] = diff(job(*old), job(*new)).nodes

    assert renamed.is_renamed
    assert (FieldChange("$.resources_to_persist[1]", "changed", "x", "y"),) == out.changes


def test_nearly_the_same_content() -> None:
    """A node that was renamed and changed a little is found again, and so is what depends on it."""
    long = "resources.ticketing.comments.{'id': id, 'body': body, 'account': account.name}"
    old: Nodes = [
        {"name": "a", "type": "transform", "depends_on": "x", "config": {"expression": long}},
        {"name": "a_all", "type": "spool", "depends_on": "a"},
        {"name": "b", "type": "transform", "depends_on": "x", "config": {"expression": long.replace("id", "key")}},
        {"name": "c", "type": "request", "resource": "r", "method": "list", "query": {"l": 1, "m": [1, 2]}, "debug": True},
        {"name": "d", "type": "transform", "depends_on": "c", "config": {"expression": "nothing like it"}},
    ]
    new: Nodes = [
        {"name": "a2", "type": "transform", "depends_on": "x", "config": {"expression": long + " ~> $distinct"}},
        {"name": "a2_all", "type": "spool", "depends_on": "a2"},
        {"name": "b2", "type": "transform", "depends_on": "x", "config": {"expression": long.replace("id", "key") + "[0]"}},
        {"name": "c2", "type": "request", "resource": "r", "method": "get", "query": {"l": 1, "m": [1, 2]}, "debug": True},
        {"name": "d2", "type": "transform", "depends_on": "c2", "config": {"expression": "$"}},
    ]

    assert [
        ("a2", "a", "changed", False, ["$.config.expression"]),
        ("a2_all", "a_all", "changed", False, []),
        ("b2", "b", "changed", False, ["$.config.expression"]),
        ("c2", "c", "changed", False, ["$.method"]),
        ("d", "d", "removed", False, []),
        ("d2", None, "added", False, []),
    ] == nodes(old, new)


def test_a_chain_of_renamed_and_changed_nodes() -> None:
    """Each is found, though the name that it refers to is new as well."""
    old, new = (
        [
            {
                "name": f"{prefix}{number}",
                "type": "transform",
                "depends_on": f"{prefix}{number - 1}" if number else "start",
                "config": {
                    "expression": f"resources.step_{number}.value.of.many.things + another.{'thing ' * number} {end}"
                },
            }
            for number in range(8)
        ]
        for prefix, end in (("a", ""), ("b", "* 2"))
    )

    assert [f"b{number}" for number in range(8)] == [
        key for key, old_key, kind, _, _ in nodes(old, new) if kind == "changed" and old_key == f"a{key[1:]}"
    ]


def test_nothing_is_renamed() -> None:
    """Nodes of another type, with other content, or with none at all but a name, are others."""
    old: Nodes = [
        {"name": "a", "type": "event", "config": {"name": "start"}},
        {"name": "s", "type": "spool", "depends_on": "x"},
    ]
    new: Nodes = [
        {"name": "b", "type": "update_state", "config": {"name": "start"}},
        {"name": "t", "type": "spool", "depends_on": "y"},
    ]

    assert ["removed", "added", "removed", "added"] == [
        kind for _, _, kind, _, _ in nodes(old[:1], new[:1]) + nodes(old[1:], new[1:])
    ]


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("abcde", "abcde", ""),
        ("abcde", "bcdea", "a"),
        ("abcde", "eabcd", "e"),
        ("abcde", "acbde", "b"),
        ("abcde", "xbcyaz", "a"),
        ("abcde", "edcba", "dcba"),
    ],
)
def test_moved_nodes(old: str, new: str, moved: str) -> None:
    """The order has a meaning; as few nodes as possible are said to have moved."""
    assert moved == "".join(key for key, _, _, is_moved, _ in nodes(spools(old), spools(new)) if is_moved)


@given(st.permutations(range(7)))
def test_moves_are_minimal(order: list[int]) -> None:
    """Those that stay are in order, and no more could stay."""
    found = diff(job(*spools("0123456")), job(*spools("".join(map(str, order)))))
    moved = {node.new_index for node in found.nodes}
    kept = [number for place, number in enumerate(order) if place not in moved]
    runs = [1] * 7
    for place in range(7):
        runs[place] += max((runs[other] for other in range(place) if order[other] < order[place]), default=0)

    assert sorted(kept) == kept
    assert max(runs) == len(kept)


def test_duplicate_and_missing_names() -> None:
    """Of equal names those with the same content belong together; of nodes without any, those of the same type."""
    old: Nodes = [
        {"name": "a", "type": "transform", "config": {"expression": "1"}},
        {"name": "a", "type": "transform", "config": {"expression": "2"}},
        {"type": "spool", "config": {"x": 1}},
        {"type": "event"},
    ]
    new: Nodes = [
        {"name": "a", "type": "transform", "config": {"expression": "2"}},
        {"type": "spool", "config": {"x": 2}},
        {"type": "spool", "config": {"x": 3}},
    ]

    assert [
        ("a", "a", "removed", False, []),
        ("#1", "#2", "changed", False, ["$.config.x"]),
        ("#3", "#3", "removed", False, []),
        ("#2", None, "added", False, []),
    ] == nodes(old, new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            [{"method": "list", "query": {"a": 1}}, {"method": "get", "query": {"a": 2}}],
            [{"method": "get", "query": {"a": 3}}, {"method": "list", "query": {"a": 4}}],
            [("list", "list"), ("get", "get")],
        ),
        (
            [{"method": "list", "id": "1", "depends_on": "x"}, {"method": "list", "id": "2", "depends_on": "x"}],
            [{"method": "list", "id": "2", "depends_on": "y"}, {"method": "list", "id": "1", "depends_on": "y"}],
            [("1", "1"), ("2", "2")],
        ),
    ],
)
def test_entries_of_one_resource(old: Nodes, new: Nodes, expected: list[tuple[str, str]]) -> None:
    """They are told apart by what they say but for references, else by their method."""
    found = diff(job(*({"resource": "r", **node} for node in old)), job(*({"resource": "r", **node} for node in new))).nodes
    field = "id" if "id" in old[0] else "method"

    assert sorted(expected) == sorted((getattr(node.old, field), getattr(node.new, field)) for node in found)


def test_flat_entries() -> None:
    """Their name is their resource; one that gets a name, or another resource, is still the same."""
    old: Nodes = [
        {"resource": "crm/contacts", "method": "list", "query": {"a": 1, "b": 2, "c": 3}},
        {"resource": "crm/notes", "method": "list", "depends_on": "crm/contacts"},
        {"resource": "crm/notes", "method": "get", "depends_on": ["crm/contacts", "crm/notes"]},
        {"resource": "users", "method": "list"},
    ]
    new: Nodes = [
        {"resource": "crm/people", "method": "list", "query": {"a": 1, "b": 2, "c": 3}},
        {"resource": "crm/notes", "method": "get", "depends_on": ["crm/people", "crm/notes"]},
        {"resource": "users", "method": "list", "name": "people"},
        {"resource": "crm/notes", "method": "list", "depends_on": "crm/people", "name": "notes"},
    ]

    assert [
        ("crm/people", "crm/contacts", "changed", False, ["$.resource"]),
        ("notes", "crm/notes", "changed", True, []),
        ("people", "users", "changed", False, []),
    ] == sorted(nodes(old, new))
    assert nodes([{"name": "users", "resource": "users"}], [{"resource": "users"}]) == [
        ("users", "users", "changed", False, ["$.name"])
    ]


def test_text() -> None:
    """Everything about a node is below its line; short values stand side by side, of others lines are compared."""
    old = job(
        {
            "name": "a",
            "type": "transform",
            "config": {"expression": "(\n  $a;\n\t$b;\n  $count(resources.tickets.comments)\n)"},
        },
        {
            "name": "b",
            "type": "request",
            "query": {"text": "x" * 100 + "one" + "y" * 300, "deep": {"list": list(range(30))}},
        },
        *spools("cde"),
        label="evil\x1b[2J",
    )
    new = job(
        *spools("ec"),
        {
            "name": "a2",
            "type": "transform",
            "config": {"expression": "(\n  $a;\n\t$c;\n  $count(resources.tickets.comments)\n)"},
        },
        {
            "name": "b",
            "type": "request",
            "query": {"text": "x" * 100 + "two" + "y" * 300, "deep": {"list": list(range(31))}},
        },
        {
            "name": "f",
            "type": "future",
            "when": {"text": "1\n2", "odd key": "z" * 70, "list": ["l" * 60], "n": {}},
            "q": "9" * 250,
        },
        label="evil",
    )

    assert (
        '~ label: "evil\\u001b[2J" -> "evil"\n'
        "~ node e, moved from resources[4] to resources[0]\n"
        "~ node c, moved from resources[2] to resources[1]\n"
        "~ node a2, renamed from a\n"
        "  ~ config.expression:\n"
        "      @@ -1,5 +1,5 @@\n"
        "      (\n"
        "        $a;\n"
        "    -     $b;\n"
        "    +     $c;\n"
        "        $count(resources.tickets.comments)\n"
        "      )\n"
    ) == diff(old, new).to_text().partition("~ node b")[0]
    shown = diff(old, new).to_text().partition("~ node b")[2]
    assert f"\n    - ...{'x' * 30}one{'y' * 167}...\n    + ...{'x' * 30}two" in shown
    assert "\n      @@ -28,5 +28,6 @@\n" in shown
    assert "\n    +   30\n" in shown
    assert (
        '+ node f, at resources[4]\n  + type: "future"\n  + when.text:\n    + 1\n    + 2\n'
        f'  + when["odd key"]: "{"z" * 70}"\n  + when.list:\n    + [\n    +   "{"l" * 60}"\n    + ]\n'
        f'  + when.n: {{}}\n  + q: "{"9" * 199}...\n'
    ) in shown
    assert "- node d\n+ node f" in shown


def test_markdown() -> None:
    """A summary, and a block that is coloured, whatever the expressions hold."""
    old = job(*spools("abc"), label="A", args_schema={"x": {}})
    new = job(*spools("a"), {"name": "d", "type": "transform", "config": {"expression": "```\n````"}}, label="B")
    found = diff(old, new)

    assert (
        "1 field changed, 1 argument removed, 1 node added, 2 nodes removed\n\n"
        '`````diff\n~ label: "A" -> "B"\n- argument x\n'
        "- node b\n- node c\n"
        '+ node d, at resources[1]\n+   type: "transform"\n+   config.expression:\n+     ```\n+     ````\n`````\n'
    ) == found.to_markdown()
    assert found.to_markdown() == found._repr_markdown_()
    assert "JobDiff(<1 fields>, <1 arguments>, <3 nodes>)" == repr(found)


@given(jobs, jobs)
@settings(max_examples=200)
def test_any_jobs(one: dict[str, Any], other: dict[str, Any]) -> None:
    """There is a difference just where their JSON is different, and it can be shown."""
    old, new = SyncJob.from_dict(one), SyncJob.from_dict(other)
    mixed = SyncJob.from_dict({**other, "resources": [*(one.get("resources") or ()), *(other.get("resources") or ())]})

    for before, after in ((old, new), (old, mixed), (mixed, new), (old, SyncJob.from_dict(copy.deepcopy(one)))):
        found = diff(before, after)
        assert (canonical(content_of(before)) != canonical(content_of(after))) == bool(found)
        assert bool(found) == bool(found.to_text())
        assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
        assert found.to_markdown().isprintable() or "\n" in found.to_markdown()


@pytest.mark.parametrize("prefix", ["a", "b"])
@pytest.mark.parametrize("change", ["", "!"])
def test_large_jobs(prefix: str, change: str) -> None:
    """The time grows with the number of nodes, also where all are renamed, and changed, and refer to each other."""

    def jobs(size: int) -> list[SyncJob]:
        return [
            job(
                *(
                    {"name": f"{name}{n}", "type": "spool", "depends_on": f"{name}{n - 1}", "odd": f"{n}{end}"}
                    for n in range(size)
                ),
                {"name": "out", "type": "destination", "resources_to_persist": [f"{name}{n}" for n in range(size)]},
            )
            for name, end in (("a", ""), (prefix, change))
        ]

    found = diff(*jobs(5000))
    assert_not_quadratic(jobs, lambda pair: diff(*pair), 1000)
    assert {("a", ""): 0, ("b", ""): 5000, ("a", "!"): 5000, ("b", "!"): 10001}[prefix, change] == len(found.nodes)


def test_a_renamed_chain_in_any_order() -> None:
    """Nodes that say nothing but what they depend on are found one after the other, wherever they stand."""

    def chain(name: str) -> Nodes:
        spools: Nodes = [{"name": f"{name}{n}", "type": "spool", "depends_on": f"{name}{n - 1}"} for n in range(200, 0, -1)]
        return [*spools, {"name": f"{name}0", "type": "event", "config": {"name": "start"}}]

    assert {"changed"} == {kind for _, _, kind, _, _ in nodes(chain("a"), chain("b"))}


def test_wrong_input() -> None:
    """It is refused in so many words."""
    with pytest.raises(InvalidArgumentError, match=r"two SyncJobs, not dict; see SyncJob.from_dict"):
        diff(SyncJob(id="x"), {"id": "x"})  # type: ignore[arg-type]
    deep: Any = 1
    for _ in range(100_000 - 10):
        deep = [deep]
    with pytest.raises(InvalidArgumentError, match="nested too deeply"):
        diff(job(x=deep), job(x=copy.copy(deep)))


def test_both_packages() -> None:
    """They have the same function."""
    assert truto_sync.pipeline.diff is diff
