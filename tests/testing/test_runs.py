"""The runs of the fake server, as a client sees them."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest

from truto_async import BadRequestError, NotFoundError
from truto_async.testing import FakeTruto, RunStep
from truto_sync import Truto

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

JOB: dict[str, Any] = {
    "id": "job",
    "default_runtime_version": 4,
    "args_schema": {"account": {"type": "string", "required": True}, "size": {"type": "integer"}},
    "mutex_key": "{{args.account}}/{{args.size?:all}}",
    "state_key": "{{args.account}}",
    "resources": [
        {"name": "tickets", "type": "request", "resource": "ticketing/tickets", "method": "list"},
        {"resource": "users", "method": "get"},
        {"name": "to_app", "type": "destination", "method": "insertMany"},
        {"name": "count", "type": "update_state", "config": {"key": "last", "value": {"seen": ["{{args.size:int}}"]}}},
        {"name": "newest", "type": "update_state", "config": {"key": "newest", "value_expression": "$max(x)"}},
        {"name": "forget", "type": "delete_state", "config": {"key": "old-{{args.account}}"}},
    ],
}
FOREVER = (RunStep("created"), RunStep("running"))


@pytest.fixture
def fake(fake_truto: FakeTruto) -> FakeTruto:
    """Give the fake a job that takes arguments."""
    fake_truto.add(JOB)
    return fake_truto


def start(truto: Any, **fields: Any) -> Any:
    """Start a run."""
    return truto.request("POST", "/sync-job-run", json={"sync_job_id": "job", "args": {"account": "a"}, **fields})


def seen(truto: Any, run: Any, *, seconds: float = 5.0) -> list[Any]:
    """Ask for a run until it ends, and return what it was in between."""
    answers: list[Any] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answers.append(truto.request("GET", f"/sync-job-run/{run['id']}"))
        if answers[-1]["status"] in ("completed", "failed", "stopped"):
            return answers
    raise AssertionError(answers[-1])


def assert_in_order(steps: Sequence[str], answers: Iterable[Any]) -> None:
    """Statuses come in the order of the steps, from the first to the last; a look on a busy machine can miss short ones."""
    statuses = [status for status, _ in itertools.groupby(answer["status"] for answer in answers)]
    assert (steps[0], steps[-1]) == (statuses[0], statuses[-1])
    left = iter(steps)
    assert all(status in left for status in statuses), statuses


def test_a_run_without_a_plan(truto: Any, fake: FakeTruto) -> None:
    """It is created, runs with counters that grow, completes, and leaves its state behind."""
    fake.state["a"] = {"old-a": {"key": "old-a", "value": 1}}
    run = start(truto, integrated_account_id="account", args={"account": "a", "size": 5})
    answers = seen(truto, run)
    last = answers[-1]

    assert "created" == run["status"]
    assert (None, None) == (run["started_at"], run["finished_at"])
    assert {"tickets": {"list": {"fetched": 0, "persisted": 0}}, "users": {"get": {"fetched": 0, "persisted": 0}}} == (
        run["resource_stats"]
    )
    assert_in_order(["created", "running", "completed"], [run, *answers])
    assert 100 == last["resource_stats"]["tickets"]["list"]["fetched"] == last["resource_stats"]["users"]["get"]["persisted"]
    assert last["created_at"] < last["started_at"] < last["finished_at"] == last["updated_at"]
    assert ("job", "account", 4, "a/5", "a", "fail_fast", JOB["resources"]) == tuple(
        last[name]
        for name in (
            "sync_job_id",
            "integrated_account_id",
            "version",
            "mutex_key",
            "state_key",
            "error_handling",
            "resources",
        )
    )
    assert fake.runs[run["id"]] == last
    [entry] = fake.state["a"].values()
    assert ("last", {"seen": [5]}, run["id"]) == (entry["key"], entry["value"], entry["sync_job_run_id"])


def test_placeholders_that_cannot_be_rendered(truto: Any, fake: FakeTruto) -> None:
    """In a key they refuse the start; in a state node they are logged, and the others do their work."""
    fake.plan_run(RunStep("completed"))
    with pytest.raises(BadRequestError, match=r'\{\{args.account:date\}\}: there is no type "date"'):
        start(truto, state_key="{{args.account:date}}")
    broken = {"name": "broken", "type": "update_state", "config": {"key": "broken", "value": "{{args.size:date}}"}}
    run = start(truto, args={"account": "a", "size": 5}, resources=[broken, *JOB["resources"]])
    seen(truto, run)

    [entry] = fake.logs
    assert ("record_error", run["id"]) == (entry["sync_job_run_event"], entry["sync_job_run_id"])
    assert '{{args.size:date}}: there is no type "date"' in entry["logs"][0]
    assert ["last"] == [*fake.state["a"]]


def test_a_planned_life(truto: Any, fake: FakeTruto) -> None:
    """Steps come in order, each for its time, with its counters and log entries; a later run takes the next plan."""
    stats = {"tickets": {"list": {"fetched": 7, "persisted": 6}}}
    fake.plan_run(
        RunStep("created", 0.02),
        RunStep("running", 0.05, stats=stats),
        RunStep("rate_limited", 0.05, retry_after=3),
        RunStep("paused", 0.02),
        RunStep("running", 0.02),
        RunStep("failed", logs=["no access", {"status": 401, "integrated_account_needs_reauth": True}]),
    )
    fake.plan_run(RunStep("failed"))
    began = time.monotonic()
    run = start(truto, webhook_id="hook")
    answers = seen(truto, run)

    assert time.monotonic() - began >= 0.16
    assert_in_order(["created", "running", "rate_limited", "paused", "running", "failed"], [run, *answers])
    assert stats == answers[-1]["resource_stats"]
    common = {"log_type": "rapid_bridge", "sync_job_id": "job", "sync_job_run_id": run["id"], "webhook_id": "hook"}
    limited, refused, denied = fake.logs
    assert limited.items() >= {**common, "sync_job_run_event": "rate_limited", "retry_after": 3}.items()
    assert refused["timestamp"] == answers[-1]["finished_at"]
    assert ["no access"] == refused["logs"]
    assert denied.items() >= {**common, "sync_job_run_event": "failed", "status": 401}.items()
    assert "failed" == seen(truto, start(truto))[-1]["status"]
    assert "completed" == seen(truto, start(truto))[-1]["status"]


def test_counters(truto: Any, fake: FakeTruto) -> None:
    """They grow while the run is running."""
    fake.plan_run(RunStep("running", 0.5), RunStep("completed"))
    answers = seen(truto, start(truto))

    fetched = [answer["resource_stats"]["tickets"]["list"]["fetched"] for answer in answers]
    assert fetched == sorted(fetched)
    assert len(set(fetched)) > 2
    assert 100 == fetched[-1]


def test_a_run_that_fails_halfway(truto: Any, fake: FakeTruto) -> None:
    """Its counters stop at half; those of a run without any time to run do not grow."""
    fake.plan_run(RunStep("running", 0.02), RunStep("failed"))
    fake.plan_run(RunStep("running"), times=2)
    assert 50 == seen(truto, start(truto))[-1]["resource_stats"]["users"]["get"]["fetched"]
    stuck = start(truto)
    time.sleep(0.01)

    assert 0 == truto.request("GET", f"/sync-job-run/{stuck['id']}")["resource_stats"]["users"]["get"]["fetched"]


def test_plans_that_make_no_sense() -> None:
    """They are refused where they are made."""
    fake = FakeTruto()
    for steps in ((), (RunStep("completed"), RunStep("running"))):
        with pytest.raises(ValueError, match="plan"):
            fake.plan_run(*steps)
    bad: list[tuple[type[Exception], dict[str, Any]]] = [
        (ValueError, {"status": ""}),
        (ValueError, {"status": "running", "seconds": -1}),
        (ValueError, {"status": "failed", "retry_after": -1}),
        (TypeError, {"status": 5}),
        (TypeError, {"status": "failed", "logs": [{"when": object()}]}),
    ]
    for error, arguments in bad:
        with pytest.raises(error):
            RunStep(**arguments)


def test_stop(truto: Any, fake: FakeTruto) -> None:
    """A stopped run comes back whole and stays as it is; one that ended is not changed."""
    fake.plan_run(RunStep("running", 60), RunStep("completed"))
    run = start(truto)
    seen_running = truto.request("GET", f"/sync-job-run/{run['id']}")
    stopped = truto.request("DELETE", f"/sync-job-run/{run['id']}")

    assert "running" == seen_running["status"]
    assert "stopped" == stopped["status"]
    assert stopped["finished_at"] >= stopped["started_at"]
    for method in ("GET", "DELETE"):
        assert stopped == truto.request(method, f"/sync-job-run/{run['id']}")
    done = seen(truto, start(truto))[-1]
    assert done == truto.request("DELETE", f"/sync-job-run/{done['id']}")
    with pytest.raises(NotFoundError, match="Sync job run not found"):
        truto.request("DELETE", "/sync-job-run/unknown")


def test_runs_with_one_mutex(truto: Any, fake: FakeTruto) -> None:
    """They wait for each other, unless forced; a run that waits can be stopped."""
    fake.plan_run(*FOREVER)
    first, second, third, fourth = (start(truto, integrated_account_id=name) for name in "1234")
    other = start(truto, args={"account": "b"})
    forced = start(truto, force=True)
    own = start(truto, mutex_key="own")

    for run in (other, forced, own):
        assert "completed" == seen(truto, run)[-1]["status"]
    assert "created" == fake.runs[second["id"]]["status"]
    truto.request("DELETE", f"/sync-job-run/{third['id']}")
    truto.request("DELETE", f"/sync-job-run/{first['id']}")
    ends = [seen(truto, run)[-1] for run in (second, third, fourth)]
    assert ["completed", "stopped", "completed"] == [end["status"] for end in ends]
    assert ends[0]["finished_at"] <= ends[2]["started_at"]


def test_a_changed_run(truto: Any, fake: FakeTruto) -> None:
    """A status that is final ends it; other fields are only written."""
    fake.plan_run(*FOREVER)
    first, second = start(truto), start(truto)
    path = f"/sync-job-run/{first['id']}"

    assert {"a": 1} == truto.request("PATCH", path, json={"result": {"a": 1}})["result"]
    assert "created" == fake.runs[second["id"]]["status"]
    assert "failed" == truto.request("PATCH", path, json={"status": "failed"})["status"]
    assert "completed" == seen(truto, second)[-1]["status"]


def test_runs_that_are_put_in(truto: Any, fake: FakeTruto) -> None:
    """They stay as they are, and can be stopped."""
    fake.runs["mine"] = {"id": "mine", "status": "running", "created_at": "2026-04-01 10:00:00"}

    assert "running" == truto.request("GET", "/sync-job-run/mine")["status"]
    assert "stopped" == truto.request("DELETE", "/sync-job-run/mine")["status"]
    assert "stopped" == fake.runs["mine"]["status"]


def test_list_filters(truto: Any, fake: FakeTruto) -> None:
    """By job, account and status; in the order of their start, or the newest first; page by page."""
    fake.add({"id": "other"})
    fake.plan_run(RunStep("completed"))
    fake.plan_run(*FOREVER, times=4)
    runs = [start(truto, integrated_account_id=account, force=True)["id"] for account in "aab"]
    runs.append(start(truto, sync_job_id="other", args={})["id"])
    fake.runs["old"] = {"id": "old", "created_at": "2020-01-01T00:00:00.000Z"}

    def listed(**query: Any) -> Any:
        return [run["id"] for run in truto.request("GET", "/sync-job-run", query=query)["result"]]

    assert [*runs, "old"] == listed()
    assert [*reversed(runs), "old"] == listed(sort="-created_at")
    assert ["old", *runs] == listed(sort="created_at")
    assert runs[:2] == listed(integrated_account_id="a")
    assert runs[3:] == listed(sync_job_id="other")
    assert runs[:1] == listed(status="completed")
    assert runs[1:3] == listed(status="running", sync_job_id="job")
    page = truto.request("GET", "/sync-job-run", query={"sort": "-created_at", "limit": 2})
    assert runs[1::-1] == listed(sort="-created_at", limit=2, next_cursor=page["next_cursor"])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sync_job_id": ""}, "sync_job_id is required"),
        ({"args": None}, "args.account is required"),
        ({"args": {"account": 5}}, "args.account must be of type string"),
        ({"args": {"account": "a", "size": True}}, "args.size must be of type integer"),
        ({"args": []}, "args must be an object"),
        ({"webhook_id": "a", "daemon_group_key": "b"}, "exclude each other"),
        ({"error_handling": "retry"}, "error_handling must be one of fail_fast, ignore, batch"),
        ({"super_query": "eu"}, "super_query"),
    ],
)
def test_starts_that_are_refused(truto: Any, fake: FakeTruto, fields: dict[str, Any], message: str) -> None:
    """Nothing is started."""
    with pytest.raises(BadRequestError, match=message):
        start(truto, **fields)

    assert {} == fake.runs


def test_args_by_json_schema(truto: Any, fake: FakeTruto) -> None:
    """The other form of a schema is checked as well."""
    fake.add(
        {
            "id": "job",
            "args_schema": {
                "type": "object",
                "properties": {
                    "when": {"type": ["string", "null"]},
                    "size": {"type": "number", "required": True, "default": 5},
                    "flag": {"type": "boolean"},
                    "any": {},
                    "odd": {"type": "tuple"},
                },
                "required": ["when"],
                "additionalProperties": False,
            },
        }
    )
    good: list[dict[str, Any]] = [{"when": "x"}, {"when": "x", "size": 1.5, "flag": True, "any": True, "odd": True}]
    for args in good:
        start(truto, args=args)
    bad: list[tuple[dict[str, Any], str]] = [
        ({"size": 1}, "args.when is required"),
        ({"when": "x", "size": "x"}, "args.size"),
        ({"when": "x", "more": 1}, "args has no more"),
    ]
    for args, message in bad:
        with pytest.raises(BadRequestError, match=message):
            start(truto, args=args)
    with pytest.raises(NotFoundError, match="Sync job not found"):
        start(truto, sync_job_id="unknown")


def test_stopped_before_its_next_step(truto: Any, fake: FakeTruto) -> None:
    """What was planned for it does not happen any more; and events that it was not to send are not delivered."""
    fake.webhooks["w"] = {"id": "w", "is_active": True, "target_url": "http://127.0.0.1:1"}
    fake.plan_run(RunStep("running", 0.5), RunStep("completed"))
    run = start(truto, events_to_send=["sync_job_run:completed"])
    truto.request("DELETE", f"/sync-job-run/{run['id']}")
    time.sleep(0.6)

    assert "stopped" == fake.runs[run["id"]]["status"]
    assert [] == fake.deliveries


def test_runs_after_the_server() -> None:
    """They go on, though nobody can ask for them."""
    with FakeTruto([JOB]) as fake, Truto(fake.token, base_url=fake.url) as client:
        fake.webhooks["w"] = {"id": "w", "is_active": True, "target_url": "http://127.0.0.1:1"}
        fake.plan_run(RunStep("running", 0.2), RunStep("completed"))
        run = client.sync_job_runs.start("job", args={"account": "a"})
    time.sleep(0.3)

    assert "completed" == fake.runs[run.id]["status"]


def test_runs_of_one_moment(truto: Any, fake: FakeTruto) -> None:
    """The latest comes first in a list of the newest, even if all of them were made in the same millisecond."""
    for number in range(3):
        fake.runs[f"r{number}"] = {"id": f"r{number}", "created_at": "2026-05-01T00:00:00.000Z"}

    for sort, ids in (("-created_at", ["r2", "r1", "r0"]), ("created_at", ["r0", "r1", "r2"])):
        assert ids == [row["id"] for row in truto.request("GET", "/sync-job-run", query={"sort": sort})["result"]]
