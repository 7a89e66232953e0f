"""The models: what comes in is what goes out."""

from __future__ import annotations

import copy
import json
import pickle
import weakref
from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from attrs import frozen
from hypothesis import given

from tests.strategies import jobs, json_values, mangled_jobs, without_nulls
from truto_async import (
    ArgSpec,
    ArgsSchema,
    DestinationNode,
    InvalidArgumentError,
    Model,
    RequestNode,
    ResponseDecodeError,
    SpoolNode,
    StateConfig,
    SyncJob,
    TransformNode,
    UnknownNode,
    models,
)
from truto_async.testing import SEED_JOBS


@given(jobs)
def test_any_job_round_trips(document: dict[str, Any]) -> None:
    """Whatever a job holds, it comes back, but that null and missing fields are the same."""
    original = copy.deepcopy(document)

    job = SyncJob.from_dict(document)

    assert without_nulls(job, document) == job.to_dict()
    assert job == SyncJob.from_dict(job.to_dict())
    assert job == pickle.loads(pickle.dumps(job))
    assert job == copy.deepcopy(job)
    assert original == document


@given(json_values | mangled_jobs)
def test_any_json_decodes_or_says_where_not(value: Any) -> None:
    """Any JSON is a job, or raises ResponseDecodeError with a path, and nothing else."""
    try:
        job = SyncJob.from_dict(value)
    except ResponseDecodeError as error:
        assert error.path.startswith("$")
        assert str(error).endswith(f"@ {error.path}")
    else:
        assert job == SyncJob.from_dict(job.to_dict())


@pytest.mark.parametrize("document", SEED_JOBS, ids=lambda job: job["id"][:8])
def test_seeded_jobs_round_trip(document: dict[str, Any]) -> None:
    """The seeded jobs come back as they are, nulls aside."""
    assert {key: value for key, value in document.items() if value is not None} == SyncJob.from_dict(document).to_dict()


def test_every_node_type() -> None:
    """Each type of node becomes its class; the seeds have them all."""
    seen = {type(node) for job in SEED_JOBS for node in SyncJob.from_dict(job).resources or []}

    assert seen == set(models.Node.__args__)


def test_nodes_in_detail() -> None:
    """The fields of the nodes are where the docstrings say."""
    job = SyncJob.from_dict(SEED_JOBS[0])
    nodes = {node.name: node for node in job.resources or []}
    tickets, comments, app = nodes["tickets"], nodes["comments"], nodes["to_app"]

    assert isinstance(tickets, RequestNode)
    assert ("list", "ticketing/tickets", "soft") == (tickets.method, tickets.resource, tickets.delete_tracking)
    assert isinstance(tickets.query, dict)
    assert ("cursor",) == tickets.parents
    assert isinstance(comments, RequestNode)
    assert isinstance(comments.query, str)
    assert isinstance(app, DestinationNode)
    assert ["tickets", "all_comments"] == app.resources_to_persist
    assert () == app.parents


def test_flat_entries() -> None:
    """The entries of early runtimes are request nodes without a name or type; transform and spool entries keep theirs."""
    contacts, notes, *_, merged, gathered = SyncJob.from_dict(SEED_JOBS[2]).resources or []

    assert isinstance(contacts, RequestNode)
    assert (None, None) == (contacts.name, contacts.type)
    assert notes.persist is True
    assert isinstance(merged, TransformNode)
    assert ("crm/contacts", "users") == merged.parents
    assert isinstance(gathered, SpoolNode)
    assert {} == gathered.config


def test_unknown_node_keeps_everything() -> None:
    """A node of the future keeps its fields."""
    node = (SyncJob.from_dict(SEED_JOBS[1]).resources or [])[2]

    assert (
        UnknownNode(type="classify", name="labels", depends_on="content", extra={"model": "small", "threshold": 0.75})
        == node
    )


def test_both_forms_of_args_schema() -> None:
    """Both wire forms give the same specifications, and go back in their own form."""
    spec = {"type": "string", "required": True}
    flat = SyncJob.from_dict({"id": "x", "args_schema": {"type": {"type": "object"}, "a": spec, "odd": None}})
    nested = SyncJob.from_dict(
        {"id": "x", "args_schema": {"type": "object", "properties": {"a": spec, "odd": True}, "x": 1}}
    )
    assert flat.args_schema is not None
    assert nested.args_schema is not None

    assert ArgSpec(type="string", required=True) == flat.args_schema.properties["a"] == nested.args_schema.properties["a"]
    assert ArgSpec(type="object") == flat.args_schema.properties["type"]
    assert {"odd": None} == flat.args_schema.extra
    assert {"x": 1, "properties": {"odd": True}} == nested.args_schema.extra
    assert {"type": "object", "properties": {"a": spec, "odd": True}, "x": 1} == nested.args_schema.to_dict()


@pytest.mark.parametrize("text", ["2026-04-01T10:00:00.000Z", "2026-04-01 10:00:00", "2026-04-01T12:00:00+02:00"])
def test_times_are_utc(text: str) -> None:
    """Whichever form came, a time is an aware datetime in UTC, and goes back in its form."""
    job = SyncJob.from_dict({"id": "x", "created_at": text})

    assert datetime(2026, 4, 1, 10, tzinfo=UTC) == job.created_at
    assert job.created_at is not None
    assert job.created_at.utcoffset() == timedelta(0)
    assert {"id": "x", "created_at": text} == job.to_dict() == pickle.loads(pickle.dumps(job)).to_dict()


def test_times_that_were_made_here() -> None:
    """A time that no server wrote is written in the API's first form."""
    job = SyncJob.from_dict({"id": "x", "created_at": "2026-04-01 10:00:00"})
    assert job.created_at is not None
    later = job.created_at + timedelta(microseconds=5)
    east = datetime(2026, 4, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    naive = datetime(2026, 4, 1, 10)  # noqa: DTZ001  # its meaning is the point

    assert "2026-04-01T10:00:00.000005Z" == attrs.evolve(job, created_at=later).to_dict()["created_at"]
    assert type(job.created_at) is datetime
    assert "2026-04-01 10:00:00" == attrs.evolve(job, label="x").to_dict()["created_at"]
    assert "created_at" not in attrs.evolve(job, created_at=None).to_dict()
    assert "2026-04-01T10:00:00.000Z" == SyncJob(id="x", created_at=east).to_dict()["created_at"]
    assert "2026-04-01T10:00:00.000Z" == SyncJob(id="x", created_at=naive).to_dict()["created_at"]


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_times_that_are_none(text: str) -> None:
    """What is no time, or none in UTC, is refused with its path."""
    with pytest.raises(ResponseDecodeError, match="timestamp") as caught:
        SyncJob.from_dict({"id": "x", "updated_at": text})

    assert "$.updated_at" == caught.value.path


def test_nothing_is_shared() -> None:
    """Changing what went in or came out does not change the model."""
    document = {"id": "x", "resources": [{"resource": "a", "query": {"b": [1]}}], "more": {"c": []}}
    job = SyncJob.from_dict(document)
    before = json.dumps(job.to_dict())

    document["resources"][0]["query"]["b"].append(2)  # type: ignore[index]
    job.to_dict()["resources"][0]["query"]["b"].append(3)
    job.to_dict()["more"]["c"].append(4)

    assert before == json.dumps(job.to_dict())


def test_any_mapping_will_do() -> None:
    """Not only dicts and lists: what from_dict is given becomes them."""
    given = MappingProxyType({"id": "x", "resources": (OrderedDict(resource="a", query=MappingProxyType({"b": (1,)})),)})

    assert {"id": "x", "resources": [{"resource": "a", "query": {"b": [1]}}]} == SyncJob.from_dict(given).to_dict()


def test_single_nodes() -> None:
    """A flat entry stays one when it is read alone; one that is made here is typed."""
    assert {"resource": "a"} == RequestNode.from_dict({"resource": "a"}).to_dict()
    assert {"resource": "a", "type": "request"} == RequestNode(resource="a").to_dict()


def test_a_very_deep_document() -> None:
    """Depth in a free-form value is no problem."""
    deep: Any = {}
    for _ in range(50_000):
        deep = {"a": deep}

    job = SyncJob.from_dict({"id": "x", "resources": [{"query": deep}], "more": deep})

    assert {"id", "resources", "more"} == set(job.to_dict())


def test_models_are_frozen_and_short_in_print() -> None:
    """A model cannot be changed in place; its repr shows what is set."""
    job = SyncJob.from_dict({"id": "x", "label": "L", "new": 1, "resources": [{"type": "request", "name": "n"}]})

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        job.label = "M"  # type: ignore[misc]
    assert "SyncJob(id='x', label='L', resources=[RequestNode(name='n', type='request')], extra={'new': 1})" == repr(job)


@given(jobs)
def test_any_job_round_trips_as_json(document: dict[str, Any]) -> None:
    """`to_json` writes what `to_dict` gives, and `from_json` reads it."""
    job = SyncJob.from_dict(document)

    written = job.to_json()

    assert job.to_dict() == json.loads(written)
    assert job == SyncJob.from_json(written) == SyncJob.from_json(written.decode("utf-8", "surrogatepass"))


def test_what_json_cannot_hold() -> None:
    """A value that the program put in is refused with its reason, on the way out."""
    with pytest.raises(InvalidArgumentError, match="RequestNode cannot be written as JSON"):
        RequestNode(query={"limit": float("nan")}).to_json()


@pytest.mark.parametrize("text", ["", "{", '{"id": "\ud800"}'])
def test_what_is_no_json(text: str) -> None:
    """Text that is no JSON is refused."""
    with pytest.raises(ResponseDecodeError, match="not JSON"):
        SyncJob.from_json(text)


def test_a_model_that_was_read_is_like_one_that_was_made() -> None:
    """It is of the same class, frozen, hashes as little, and can be copied, pickled and referred to weakly."""
    read = StateConfig.from_dict({"key": "a"})
    made = StateConfig(key="a")

    assert read == made
    assert type(read) is type(made) is StateConfig
    assert repr(read) == repr(made)
    assert read == pickle.loads(pickle.dumps(read)) == copy.deepcopy(read) == attrs.evolve(read)
    assert weakref.ref(read)() is read
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        read.key = "b"  # type: ignore[misc]  # that is the point
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del read.key


@attrs.frozen(kw_only=True)
class StrictJob(SyncJob):
    """A subclass of a user's, with checks of its own."""

    team_id: str | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.max_len(3)))
    seen: bool = attrs.field(default=False, init=True)
    tags: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        """Do something to what was read."""
        object.__setattr__(self, "seen", True)


def test_a_subclass_of_a_users() -> None:
    """Its own fields, validators and `__attrs_post_init__` work."""
    document = {"id": "1", "team_id": "abc", "created_at": "2026-04-01 10:00:00", "x": 1}

    job = StrictJob.from_dict(document)

    assert (job.team_id, job.seen, job.tags, job.extra) == ("abc", True, [], {"x": 1})
    assert document | {"seen": True, "tags": []} == job.to_dict()
    with pytest.raises(ValueError, match="team_id"):
        StrictJob.from_dict(document | {"team_id": "long"})


def test_the_shared_empty_object_stays_empty() -> None:
    """Nobody can fill it by mistake; copies and pickles of a model have the same one."""
    node = RequestNode.from_dict({"name": "a"})

    assert {} == node.extra
    for fill in (
        lambda: node.extra.__setitem__("a", 1),
        lambda: node.extra.update(a=1),
        lambda: node.extra.setdefault("a", 1),
        lambda: node.extra.__ior__({"a": 1}),
    ):
        with pytest.raises(TypeError, match="evolve"):
            fill()
    assert node.extra is pickle.loads(pickle.dumps(node)).extra is copy.deepcopy(node).extra is RequestNode().extra
    assert {"name": "a", "b": 1} == attrs.evolve(node, extra=node.extra | {"b": 1}).to_dict()


@pytest.mark.parametrize(
    ("document", "path", "problem"),
    [
        ({"resources": [{"name": "a"}, 5]}, "$.resources[1]", "expected an object, got an integer"),
        ({"resources": [{"type": 5}]}, "$.resources[0].type", "expected a string, got an integer"),
        ({"resources": [{"depends_on": ["a", 5]}]}, "$.resources[0].depends_on[1]", "expected a string, got an integer"),
        (
            {"resources": [{"type": "destination", "resources_to_persist": ["a", None]}]},
            "$.resources[0].resources_to_persist[1]",
            "expected a string, got null",
        ),
        ({"created_at": 5}, "$.created_at", "expected a string, got an integer"),
        ({"resources": {}}, "$.resources", "expected an array, got an object"),
    ],
)
def test_the_path_of_what_does_not_fit(document: dict[str, Any], path: str, problem: str) -> None:
    """The error says where, also deep inside lists."""
    with pytest.raises(ResponseDecodeError, match=problem) as caught:
        SyncJob.from_dict({"id": "1"} | document)

    assert path == caught.value.path


@frozen(kw_only=True)
class Tag(Model):
    """A model of a user's."""

    name: str
    seen: datetime | None = None


@frozen(kw_only=True)
class TaggedJob(SyncJob):
    """A subclass of a user's, with fields of types that no model of the SDK has."""

    tags: list[Tag] | None = None
    by_name: dict[str, Tag] | None = None
    days: list[datetime] | None = None
    free: dict[str, Any] | None = None
    mixed: str | int | list[str] | None = None
    groups: dict[str, list[models.Node]] | None = None
    share: float | None = None
    pair: tuple[str, ...] | None = None


TAGGED: dict[str, Any] = {
    "id": "x",
    "tags": [{"name": "a", "new": 1}, {"name": "b", "seen": "2026-04-01T10:00:00.000Z"}],
    "by_name": {"a": {"name": "a"}},
    "days": ["2026-04-01T10:00:00.000Z"],
    "free": {"a": [1]},
    "mixed": 5,
    "groups": {"a": [{"type": "spool", "name": "s"}]},
    "share": 0.5,
}


def test_types_that_only_a_users_model_has() -> None:
    """Lists and dicts of models and times are read and written as well."""
    job = TaggedJob.from_dict(TAGGED)

    assert [Tag(name="a", extra={"new": 1}), Tag(name="b", seen=datetime(2026, 4, 1, 10, tzinfo=UTC))] == job.tags
    assert {"a": Tag(name="a")} == job.by_name
    assert [datetime(2026, 4, 1, 10, tzinfo=UTC)] == job.days
    assert {"a": [SpoolNode(name="s")]} == job.groups
    assert TAGGED == job.to_dict()


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"tags": [{"name": "a"}, {"name": 5}]}, "$.tags[1].name"),
        ({"tags": {}}, "$.tags"),
        ({"by_name": {"a b": {}}}, '$.by_name["a b"].name'),
        ({"by_name": []}, "$.by_name"),
        ({"days": ["x"]}, "$.days[0]"),
        ({"days": [5]}, "$.days[0]"),
        ({"free": 5}, "$.free"),
        ({"mixed": [5]}, "$.mixed[0]"),
        ({"mixed": 1.5}, "$.mixed"),
        ({"resources": "request"}, "$.resources"),
        ({"resources": [{"type": ["request"]}]}, "$.resources[0].type"),
        ({"resources": [{"type": "event"}, "x"]}, "$.resources[1]"),
    ],
    ids=str,
)
def test_what_does_not_fit_there(wrong: dict[str, Any], path: str) -> None:
    """The path leads to it."""
    with pytest.raises(ResponseDecodeError) as caught:
        TaggedJob.from_dict({"id": "x"} | wrong)

    assert path == caught.value.path


def test_reprs_of_long_values() -> None:
    """Long texts, lists and dicts are abbreviated."""
    job = SyncJob(id="x", label="y" * 500, args_schema=ArgsSchema(properties={"a": ArgSpec(description="z" * 300)}))

    shown = repr(attrs.evolve(job, extra={str(number): number for number in range(50)}))

    assert f"label='{'y' * 79}...'" in shown
    assert "properties=<1 entries>" in shown
    assert "extra=<50 entries>" in shown
    assert len(repr(SyncJob(id="x", resources=[RequestNode(name=str(number)) for number in range(50)]))) < 100


def test_models_of_other_classes_differ() -> None:
    """Even with the same fields."""
    assert SpoolNode(name="x") != UnknownNode(name="x", type="spool")
