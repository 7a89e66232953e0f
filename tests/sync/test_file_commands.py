"""The commands `pull`, `plan` and `apply`, against a server on a real socket."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.sync.test_command import command
from truto_async import SyncJob
from truto_async.pipeline._difference.content import content_of
from truto_async.testing import SEED_JOBS, FakeTruto, no_waiting
from truto_sync._cli import files
from truto_sync._cli.main import main
from truto_sync._files.folder import Contents
from truto_sync._files.job_file import new_file, read_job_file
from truto_sync._files.planning import Adopt, Create, plan_of
from truto_sync._files.records import Unfinished

HELPDESK, DRIVE, CRM, BARE = (job["id"] for job in SEED_JOBS)
TICKETS = "zendesk-tickets-to-warehouse-4a4de828.yaml"
ODD_JOBS: list[dict[str, Any]] = [
    {"id": "00000000-0000-4000-8000-000000000001", "label": "", "resources": []},
    {
        "id": "00000000-0000-4000-8000-000000000002",
        "label": "名前 🚀 \ud83d",
        "owner": {"none": None, "empty": {}, "list": [[]]},
    },
    {"id": "00000000-0000-4000-8000-000000000003", "label": "../../../tmp/x\0\n", "no": "no", "on": 1.0, "1": "2026-01-01"},
    {
        "id": "Odd id/with?Everything%",
        "label": "CON",
        "resources": [{"type": "future", "when": [None, {"a": "b\n\n c\t\n"}]}],
    },
    {
        "id": "00000000-0000-4000-8000-000000000004",
        "default_runtime_version": 2,
        "args_schema": {"type": "object", "properties": {"a": {}, "b": "text"}},
        "resources": [{"resource": "a/b", "method": "list"}, {"resource": "a/b", "method": "get", "depends_on": ["a/b"]}],
    },
    {
        "id": "00000000-0000-4000-8000-000000000005",
        "resources": [
            {"name": "t", "type": "transform", "config": {"expression": "$line := 1;\r\n" + "x & \u2028" * 40_000}}
        ],
    },
]

Tree: TypeAlias = dict[str, bytes]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder; the commands' default is in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "sync-jobs"


def run(*arguments: str) -> int:
    """Run a command in this process."""
    return main(arguments)


def tree(folder: Path) -> Tree:
    """Return every file in a folder, hidden ones included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def change(fake: FakeTruto, id_: str, **fields: Any) -> None:
    """Change a job on the server, as somebody else would."""
    fake.jobs[id_] = fake.jobs[id_] | fields | {"updated_at": "2030-01-01T00:00:00.000Z"}


def writes(fake: FakeTruto) -> list[tuple[str, Any]]:
    """List what was written to the server: methods and bodies."""
    return [(request.method, json.loads(request.body or b"null")) for request in fake.requests if request.method != "GET"]


@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_round(truto_env: FakeTruto, folder: Path, format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Pull, edit, plan, apply, pull again: the tree is clean, and the server has what was edited."""
    assert 0 == run("pull", "--format", format_)
    pulled = tree(folder)
    assert 0 == run("pull")
    assert pulled == tree(folder)
    assert capsys.readouterr().out.endswith("4 unchanged\n")
    assert 0 == run("plan", "--detailed-exitcode")
    assert "nothing to do\n" == capsys.readouterr().out

    file = folder / TICKETS.replace("yaml", format_)
    edit(file, "Zendesk tickets to warehouse", "Tickets")
    edit(file, "last_ticket", "latest")
    assert 0 == run("plan")
    shown = capsys.readouterr().out
    assert f"update   sync-jobs/{file.name}: Zendesk tickets to warehouse ({HELPDESK})\n" in shown
    assert '    ~ label: "Zendesk tickets to warehouse" -> "Tickets"\n    ~ node cursor\n' in shown
    assert shown.endswith("1 to update\n")
    assert 2 == run("plan", "--detailed-exitcode")
    assert 0 == run("apply", "--yes")
    assert capsys.readouterr().out.endswith(f"updated  sync-jobs/{file.name}\n")

    assert "Tickets" == truto_env.jobs[HELPDESK]["label"]
    [(method, body)] = writes(truto_env)
    assert ("PATCH", {"label", "resources"}) == (method, set(body))
    applied = tree(folder)
    assert {file.name, f".truto/base/{HELPDESK}.json"} == {name for name in pulled if pulled[name] != applied[name]}
    assert 0 == run("pull")
    assert applied == tree(folder)
    assert 0 == run("plan", "--detailed-exitcode")


@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_every_job_is_stable(folder: Path, format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds and odd jobs are written the same each time, in whatever order keys come, and none has anything to apply."""

    def reversed_keys(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: reversed_keys(value[key]) for key in reversed(value)}
        return [reversed_keys(item) for item in value] if isinstance(value, list) else value

    for number, jobs in enumerate((SEED_JOBS, ODD_JOBS)):
        one, other = f"one{number}", f"other{number}"
        with FakeTruto(jobs) as fake:
            monkeypatch.setenv("TRUTO_API_TOKEN", fake.token)
            monkeypatch.setenv("TRUTO_API_BASE_URL", fake.url)
            assert 0 == run("pull", one, "--format", format_)
            assert 0 == run("pull", other, "--format", format_)
            assert tree(Path(one)) == tree(Path(other))
            documents = dict(fake.jobs)
            for id_, job in list(fake.jobs.items()):
                fake.jobs[id_] = reversed_keys(job)
            assert 0 == run("pull", one)
            assert tree(Path(one)) == tree(Path(other))
            assert 0 == run("plan", one, "--detailed-exitcode")
            names = [path.name for path in Path(one).iterdir()]
            assert len(names) == len(jobs) + 1
            fake.jobs.update(documents)
            for path in Path(one).glob(f"*.{format_}"):
                path.unlink()
            assert 0 == run("pull", one, "--format", format_)
            assert tree(Path(one)) == tree(Path(other))


def test_comments_survive_a_pull(truto_env: FakeTruto, folder: Path) -> None:
    """What changes on the server changes in the file, and nothing else there; the file keeps its name."""
    run("pull")
    file = folder / TICKETS
    edit(file, "label: ", "# Ours.\nlabel: ")
    edit(file, "mutex_key: ", "\n# One at a time.\nmutex_key: ")
    edit(file, "  - name: slim\n", "  # Smaller.\n  - name: slim  # thin\n")
    edit(file, "state_key: '{{args.integrated_account_id}}'\n", "")
    edit(file, "integration_name: zendesk", 'state_key: "{{args.integrated_account_id}}"\nintegration_name: zendesk')
    before = file.read_text()
    change(truto_env, HELPDESK, label="Renamed", integration_name="other")

    assert 0 == run("pull")
    expected = before.replace("label: Zendesk tickets to warehouse", "label: Renamed").replace(
        "name: zendesk", "name: other"
    )
    assert expected == file.read_text()
    assert 4 == len([*folder.glob("*.yaml")])


def test_an_edit_on_the_server_is_not_undone(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that changed on both sides is refused, and with it everything else; pulling does not touch the file either."""
    run("pull")
    edit(folder / TICKETS, "label: Zendesk", "label: My Zendesk")
    edit(folder / "sharepoint-files-b0c7a6d2.yaml", "label: SharePoint", "label: My SharePoint")
    change(truto_env, HELPDESK, mutex_key="theirs")
    before = tree(folder)
    capsys.readouterr()

    assert 1 == run("plan")
    shown = capsys.readouterr().out
    assert (
        f"problem  sync-jobs/{TICKETS}: it was changed here, and on the server at 2030-01-01 00:00:00 UTC; `pull --over"
        in shown
    )
    assert '    ~ mutex_key: "theirs" -> "tickets-{{args.integrated_account_id}}"\n' in shown
    assert shown.endswith("1 problem to solve before anything is applied\n")
    assert 1 == run("apply", "--yes")
    assert [] == writes(truto_env)
    assert 1 == run("pull")
    shown = capsys.readouterr().out
    assert f"conflict  sync-jobs/{TICKETS} was edited, and its job was changed; --overwrite takes the job\n" in shown
    assert "edited    sync-jobs/sharepoint-files-b0c7a6d2.yaml, which was edited, is left as it is\n" in shown
    assert before == tree(folder)

    assert 0 == run("pull", "--overwrite")
    assert "mutex_key: theirs\n" in (folder / TICKETS).read_text()
    assert "label: Zendesk" in (folder / TICKETS).read_text()
    assert 0 == run("plan", "--detailed-exitcode")


def test_a_job_that_only_the_server_changed(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, and nothing is done; that somebody saved it as it was is no change."""
    run("pull")
    change(truto_env, HELPDESK, label="Theirs")
    change(truto_env, CRM)
    before = tree(folder)
    capsys.readouterr()

    assert 0 == run("plan", "--detailed-exitcode")
    assert (
        f"note     sync-jobs/{TICKETS}: the job was changed on the server; `pull`\nnothing to do\n"
        == capsys.readouterr().out
    )
    assert before == tree(folder)
    assert 0 == run("apply", "--yes")
    assert [] == writes(truto_env)
    assert {f".truto/base/{CRM}.json"} == {name for name in before if before[name] != tree(folder)[name]}
    assert "2030-01-01T00:00:00.000Z" in (folder / f".truto/base/{CRM}.json").read_text()


def test_the_same_change_on_both_sides(truto_env: FakeTruto, folder: Path) -> None:
    """It is no conflict, and the state that both share is known again."""
    run("pull")
    edit(folder / TICKETS, "label: Zendesk tickets to warehouse", "label: Same")
    change(truto_env, HELPDESK, label="Same")

    assert 0 == run("apply", "--yes")
    assert [] == writes(truto_env)
    edit(folder / TICKETS, "label: Same", "label: Other")
    assert 0 == run("apply", "--yes")
    assert "Other" == truto_env.jobs[HELPDESK]["label"]


def test_without_a_known_base(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If the folder .truto is lost, equal files are found again, and others are refused: it is not known who changed."""
    run("pull")
    for path in (folder / ".truto" / "base").iterdir():
        path.unlink()
    edit(folder / TICKETS, "label: Zendesk", "label: My Zendesk")
    capsys.readouterr()

    assert 1 == run("plan")
    assert "what both once shared is not known; `pull --overwrite` takes" in capsys.readouterr().out
    assert 1 == run("pull")
    assert 3 == len([*(folder / ".truto" / "base").iterdir()])


def test_fields_that_are_removed(truto_env: FakeTruto, folder: Path) -> None:
    """They are sent as null, or empty where that means the same; unknown ones, too."""
    truto_env.add(
        {"id": "00000000-0000-4000-8000-00000000000a", "label": "A", "mutex_key": "m", "team": "t", "resources": [{}]}
    )
    run("pull")
    file = folder / "a-00000000.yaml"
    file.write_text("id: 00000000-0000-4000-8000-00000000000a\nlabel: A\nnew: {x: 1}\n")

    assert 0 == run("apply", "--yes")
    assert [("PATCH", {"mutex_key": None, "team": None, "resources": [], "new": {"x": 1}})] == writes(truto_env)
    assert 0 == run("plan", "--detailed-exitcode")


NEW = """\
# A new job.
label: New  # and short
resources:
  - type: request
    name: users
    resource: users
    method: list
"""


def test_create(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without an id becomes a job, and gets its id and what the server adds."""
    run("pull")
    (folder / "new.yaml").write_text(NEW)
    (folder / "other.json").write_text('{"id": null, "label": "Other", "resources": []}')
    assert 0 == run("pull")
    assert capsys.readouterr().out.endswith("4 new\n4 unchanged\n")

    assert 2 == run("plan", "--detailed-exitcode")
    shown = capsys.readouterr().out
    assert (
        'create   sync-jobs/new.yaml: New\n    + label: "New"\n    + default_runtime_version: 4\n    + node users' in shown
    )
    assert shown.endswith("2 to create\n")
    assert 0 == run("apply", "--yes")
    [job] = [job for job in truto_env.jobs.values() if job["label"] == "New"]
    assert (4, "users") == (job["default_runtime_version"], job["resources"][0]["name"])
    assert (
        f"# A new job.\nid: {job['id']}\nlabel: New  # and short\nintegration_name: ''\ndefault_runtime_version: 4\n"
        f"args_schema: {{}}\n{NEW.partition('short')[2].lstrip()}"
    ) == (folder / "new.yaml").read_text()
    assert not (folder / ".truto" / "creating").exists()
    before = tree(folder)
    assert 0 == run("pull")
    assert before == tree(folder)
    assert 0 == run("plan", "--detailed-exitcode")


def test_a_create_whose_answer_is_lost(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not repeated: the next apply finds the job and writes its id into the file."""
    folder.mkdir()
    (folder / "new.yaml").write_text(NEW)
    truto_env.fail(drop=True)

    assert 1 == run("apply", "--yes")
    shown = capsys.readouterr().err
    assert "0 of 1 steps were done; `plan` shows what is left\n" in shown
    assert "no answer came" in shown
    assert NEW == (folder / "new.yaml").read_text()
    assert 0 == run("pull")
    assert "undecided sync-jobs/new.yaml: an earlier apply may have made its job; the next one finds out\n" in (
        capsys.readouterr().out
    )
    assert 2 == run("plan", "--detailed-exitcode")
    assert "adopt    sync-jobs/new.yaml: an earlier apply made the job " in capsys.readouterr().out
    assert 0 == run("apply", "--yes")
    assert ["POST"] == [method for method, _ in writes(truto_env)]
    [id_] = [id_ for id_, job in truto_env.jobs.items() if job["label"] == "New"]
    assert (folder / "new.yaml").read_text().startswith(f"# A new job.\nid: {id_}\nlabel: New  # and short\n")
    assert not (folder / ".truto" / "creating").exists()
    assert 0 == run("pull")
    assert 0 == run("plan", "--detailed-exitcode")


def test_a_create_that_did_not_happen(
    truto_env: FakeTruto, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was refused or not even sent is forgotten; one that got lost before it was carried out is made again."""
    folder.mkdir()
    (folder / "new.yaml").write_text(NEW)
    truto_env.fail(400, path="/sync-job")
    assert 1 == run("apply", "--yes")
    assert not (folder / ".truto" / "creating").exists()
    with no_waiting(), monkeypatch.context() as patch:
        patch.setenv("TRUTO_API_BASE_URL", "http://127.0.0.1:1")
        assert 1 == run("apply", "--yes")
    assert not (folder / ".truto" / "creating").exists()
    truto_env.fail(502, path="/sync-job")
    assert 1 == run("apply", "--yes")
    assert (folder / ".truto" / "creating").exists()
    edit(folder / "new.yaml", "label: New", "label: Newer")
    capsys.readouterr()

    assert 0 == run("apply", "--yes")
    assert "note     sync-jobs/new.yaml: an earlier create of it has no known outcome; no job is as it was sent" in (
        capsys.readouterr().out
    )
    assert "Newer" in [job["label"] for job in truto_env.jobs.values()]
    assert not (folder / ".truto" / "creating").exists()


def test_a_create_that_may_have_made_several(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The user decides. Jobs that were there long before are no candidates, nor are those of other files."""
    folder.mkdir()
    (folder / "new.yaml").write_text(NEW)
    truto_env.fail(drop=True)
    run("apply", "--yes")
    [id_] = [id_ for id_, job in truto_env.jobs.items() if job["label"] == "New"]
    truto_env.add(truto_env.jobs[id_] | {"id": "twin"})
    truto_env.add(truto_env.jobs[id_] | {"id": "old", "created_at": "2020-01-01T00:00:00Z"})
    truto_env.add(truto_env.jobs[id_] | {"id": "changed", "resources": []})
    capsys.readouterr()

    assert 1 == run("apply", "--yes")
    assert f"may have made any of the jobs {id_}, twin; look, and write" in capsys.readouterr().out
    edit(folder / "new.yaml", "label: New", "id: twin\nlabel: New")
    assert 1 == run("plan")  # what the server added is not in the file
    assert 0 == run("pull", "--overwrite")
    assert 0 == run("apply", "--yes")
    assert not (folder / ".truto" / "creating").exists()


def test_a_create_whose_file_is_gone(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, since nobody knows whether there is a job."""
    folder.mkdir()
    (folder / "new.yaml").write_text(NEW)
    truto_env.fail(drop=True)
    run("apply", "--yes")
    (folder / "new.yaml").unlink()

    assert 0 == run("plan")
    assert (
        "note     sync-jobs/new.yaml: the file is gone, and an earlier create of it has no known outc"
        in capsys.readouterr().out
    )


def test_a_create_whose_file_was_renamed(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is still known by what the file says: the job is neither made again nor pulled into another file."""
    folder.mkdir()
    (folder / "new.yaml").write_text(NEW)
    truto_env.fail(drop=True)
    assert 1 == run("apply", "--yes")
    (folder / "new.yaml").rename(folder / "users.yaml")
    capsys.readouterr()

    assert 0 == run("pull")
    assert "undecided sync-jobs/users.yaml: an earlier apply may have made its job" in capsys.readouterr().out
    truto_env.fail()  # not at all: the first job that is compared
    assert 0 == run("apply", "--yes")
    assert "adopted  sync-jobs/users.yaml\n" in capsys.readouterr().out
    assert ["POST"] == [method for method, _ in writes(truto_env)]
    assert not (folder / ".truto" / "creating").exists()


def test_equal_creates_whose_answers_are_lost(
    truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each file gets a job of its own, also where it was edited since; what the server added is no edit."""
    folder.mkdir()
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text(NEW)
        if name == "b.yaml":
            truto_env.fail()  # not at all: the list of jobs, which is looked through first
        truto_env.fail(drop=True)
        assert 1 == run("apply", "--yes")
    edit(folder / "b.yaml", "label: New", "label: Newer")
    capsys.readouterr()

    assert 0 == run("apply", "--yes")
    made = [id_ for id_, job in truto_env.jobs.items() if job["label"] == "New"]
    assert made == [(folder / name).read_text().split("id: ")[1].split("\n")[0] for name in ("a.yaml", "b.yaml")]
    capsys.readouterr()
    assert 0 == run("plan")
    assert capsys.readouterr().out.endswith('    ~ label: "New" -> "Newer"\n1 to update\n')


def test_a_failure_in_the_middle(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was done is remembered at once; the next apply does the rest, and nothing twice."""
    run("pull")
    for file in sorted(folder.glob("*.yaml"))[:3]:
        file.write_text("mutex_key: mine\n" + "".join(file.read_text().partition("mutex_key: ")[::2]))
    for _ in range(4 + 1 + 1 + 1):  # the comparison, a whole update, and the look before the next
        truto_env.fail(path="/sync-job/")
    truto_env.fail(403, path="/sync-job/")
    capsys.readouterr()

    assert 1 == run("apply", "--yes")
    shown = capsys.readouterr()
    assert "updated  sync-jobs/hubspot-contacts-c61f8e3a.yaml\n" in shown.out
    assert "1 of 3 steps were done; `plan` shows what is left\nerror: 403" in shown.err
    assert 0 == run("apply", "--yes")
    assert "2 to update\n" in capsys.readouterr().out
    assert 4 == len(writes(truto_env))  # with the one that failed
    assert 0 == run("plan", "--detailed-exitcode")


@pytest.mark.parametrize("happening", ["changed", "touched", "deleted", "file"])
def test_a_change_after_the_comparison(
    happening: str, truto_env: FakeTruto, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The job is looked at again right before it is written, and the file before it is replaced."""
    run("pull")
    edit(folder / TICKETS, "label: Zendesk", "label: My Zendesk")
    if happening == "file":
        (folder / TICKETS).rename(folder / "new.yaml")
        (folder / "new.yaml").write_text(NEW)
    before = dict(truto_env.jobs)

    def meanwhile() -> bool:
        if happening == "changed":
            truto_env.jobs[HELPDESK] = truto_env.jobs[HELPDESK] | {"mutex_key": "theirs"}
        elif happening == "touched":
            change(truto_env, HELPDESK)
        elif happening == "deleted":
            del truto_env.jobs[HELPDESK]
        else:
            edit(folder / "new.yaml", "label: New", "label: Newer")
        before.clear()
        before.update(truto_env.jobs)
        return True

    monkeypatch.setattr(files, "_is_confirmed", meanwhile)
    assert 1 == run("apply")
    error = capsys.readouterr().err
    if happening == "file":
        assert "new.yaml was changed meanwhile, and is left as it is" in error
        assert NEW.replace("New ", "Newer ") == (folder / "new.yaml").read_text()
        assert 0 == run("apply", "--yes")  # which finds the job that was made
        assert ["POST"] == [method for method, _ in writes(truto_env)]
    else:
        assert (
            f"the job {HELPDESK} was {'deleted' if happening == 'deleted' else 'changed'} on the server meanwhile" in error
        )
        assert before == truto_env.jobs
        assert [] == writes(truto_env)


def test_a_change_before_a_job_is_deleted(truto_env: FakeTruto, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked at again, too."""
    run("pull")
    (folder / TICKETS).unlink()

    def meanwhile() -> bool:
        change(truto_env, HELPDESK)
        return True

    monkeypatch.setattr(files, "_is_confirmed", meanwhile)
    assert 1 == run("apply", "--prune")
    assert HELPDESK in truto_env.jobs


def test_a_job_is_adopted_once() -> None:
    """Of two equal files whose creates have no known outcome, one gets the job, and the other is made anew."""
    files = [file for name in ("a.yaml", "b.yaml") if (file := read_job_file(name, NEW.encode())) is not None]
    began = datetime(2026, 1, 1, tzinfo=UTC)
    unfinished = {file.name: Unfinished(file=file.name, began=began, sent=content_of(file.job)) for file in files}
    made = SyncJob.from_dict({**files[0].job.to_dict(), "id": "made", "created_at": "2026-01-01T00:00:01Z"})

    plan = plan_of(Contents(files=files, unfinished=unfinished), {}, [made])

    assert [Adopt, Create] == [type(step) for step in plan.steps]


def test_what_the_server_does_not_keep(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer that is short of fields is looked into; what is really not there is said, and stays in the file."""
    run("pull")
    file = folder / TICKETS
    edit(file, "label: ", "notes: ours\nlabel: My ")
    usual: list[dict[str, Any]] = [{}] * 5
    for fault in [*usual, {"body": {"id": HELPDESK}}]:
        truto_env.fail(path="/sync-job/", **fault)
    assert 0 == run("apply", "--yes")
    assert "warning" not in capsys.readouterr().out
    assert "notes: ours\nlabel: My Zendesk" in file.read_text()
    assert 0 == run("plan", "--detailed-exitcode")

    edit(file, "notes: ours", "notes: more")
    without = {name: value for name, value in truto_env.jobs[HELPDESK].items() if name != "notes"}
    for fault in [*usual, {"body": without}, {"body": without | {"extra": 1}}]:
        truto_env.fail(path="/sync-job/", **fault)
    capsys.readouterr()
    assert 0 == run("apply", "--yes")
    shown = capsys.readouterr().out
    assert f"warning  sync-jobs/{TICKETS}: the server did not keep all of it; it has\n    + extra: 1\n    - notes: " in shown
    assert "notes: more" in file.read_text()
    assert "extra: 1" in file.read_text()


def test_prune(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job is deleted only if its file was removed, and only if --prune is given; jobs that never had a file stay."""
    run("pull", "sync-jobs", HELPDESK, DRIVE, CRM)
    (folder / TICKETS).unlink()
    capsys.readouterr()

    assert 0 == run("apply", "--yes")
    name = f"Zendesk tickets to warehouse ({HELPDESK})"
    assert f"note     {name}: it has no file any more; --prune deletes it\nnothing to do\n" == capsys.readouterr().out
    assert 4 == len(truto_env.jobs)
    assert 2 == run("plan", "--prune", "--detailed-exitcode")
    assert f"delete   {name}: its file was removed\n1 to delete\n" == capsys.readouterr().out
    assert 0 == run("apply", "--prune", "--yes")
    assert capsys.readouterr().out.endswith(f"deleted  {name}\n")
    assert {DRIVE, CRM, BARE} == set(truto_env.jobs)
    assert 0 == run("plan", "--prune", "--detailed-exitcode")


def test_prune_takes_care(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that was changed on the server since is not deleted; nor is one whose file may be a broken one."""
    run("pull")
    (folder / TICKETS).unlink()
    change(truto_env, HELPDESK, label=None)
    capsys.readouterr()

    assert 1 == run("apply", "--prune", "--yes")
    assert f"problem  (no label) ({HELPDESK}): its file was removed, but it was changed on the" in capsys.readouterr().out
    assert 0 == run("pull")
    (folder / f"job-{HELPDESK[:8]}.yaml").write_text("id: [")
    assert 1 == run("apply", "--prune", "--yes")
    assert "delete" not in capsys.readouterr().out
    assert 4 == len(truto_env.jobs)


@pytest.mark.parametrize("place", ["zendesk/tickets.yml", "tickets.json", ".tickets.yaml"])
def test_prune_looks_for_files_that_were_moved(
    place: str, truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job is not deleted while a file that is not looked at has its id, such as one in a folder below."""
    run("pull")
    (folder / "zendesk").mkdir()
    (folder / "zendesk" / "other.yaml").write_text("id: other")
    (folder / "zendesk" / "notes.txt").write_text(HELPDESK)
    (folder / TICKETS).unlink()
    (folder / place).write_text(f'{{"job": "{HELPDESK.upper()}"}}')
    capsys.readouterr()

    assert 1 == run("apply", "--prune", "--yes")
    name = f"Zendesk tickets to warehouse ({HELPDESK})"
    assert (
        f"problem  {name}: it has no file any more, but its id is in {Path('sync-jobs', place)}, which is not looked at; "
        "make that its file again, or remove it\n"
    ) in capsys.readouterr().out
    assert [] == writes(truto_env)
    (folder / place).unlink()
    assert 0 == run("apply", "--prune", "--yes")
    assert HELPDESK not in truto_env.jobs


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_prune_and_a_file_that_was_emptied(
    text: str, truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was not removed, and may have been a job's: nothing is deleted."""
    run("pull")
    (folder / TICKETS).write_text(text)
    capsys.readouterr()

    assert 1 == run("apply", "--prune", "--yes")
    assert f"problem  sync-jobs/{TICKETS}: it is empty; restore or remove it\n" in capsys.readouterr().out
    assert [] == writes(truto_env)


def test_prune_and_a_link_that_leads_nowhere(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be what became of the file: nothing is deleted."""
    run("pull")
    (folder / TICKETS).unlink()
    (folder / TICKETS).symlink_to("nowhere.yaml")
    capsys.readouterr()

    assert 1 == run("apply", "--prune", "--yes")
    assert f"problem  sync-jobs/{TICKETS}: it is a symbolic link; put the file itself here\n" in capsys.readouterr().out
    assert [] == writes(truto_env)


def test_another_environment(
    truto_env: FakeTruto, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where none of the jobs is, no job is created, and nothing is forgotten that the right environment needs."""
    run("pull")
    (folder / TICKETS).unlink()
    (folder / "new.yaml").write_text(NEW)
    before = tree(folder)
    with FakeTruto(()) as other, monkeypatch.context() as patch:
        patch.setenv("TRUTO_API_TOKEN", other.token)
        patch.setenv("TRUTO_API_BASE_URL", other.url)
        capsys.readouterr()
        assert 1 == run("apply", "--prune", "--yes")
        assert "problem  sync-jobs/new.yaml: it would be created where none of the other files' jobs is; " in (
            capsys.readouterr().out
        )
        assert [] == writes(other)
        (folder / "new.yaml").rename(folder / "new.txt")
        assert 0 == run("apply", "--prune", "--yes")
        (folder / "new.txt").rename(folder / "new.yaml")
        assert before == tree(folder)
        assert 0 == run("pull")
        assert before == tree(folder)
    assert 0 == run("apply", "--prune", "--yes")
    assert ["POST", "DELETE"] == [method for method, _ in writes(truto_env)]


def test_pulling_from_another_environment(
    truto_env: FakeTruto, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its jobs are not put among those of the right one; single jobs and those of a product are."""
    run("pull", "sync-jobs", HELPDESK, DRIVE)
    before = tree(folder)
    with FakeTruto(SEED_JOBS[2:]) as other, monkeypatch.context() as patch:
        patch.setenv("TRUTO_API_TOKEN", other.token)
        patch.setenv("TRUTO_API_BASE_URL", other.url)
        capsys.readouterr()
        assert 1 == run("pull")
        assert "error: none of the jobs that the files in sync-jobs have is on the server; " in capsys.readouterr().err
        assert before == tree(folder)
    assert 0 == run("pull", "--integration", "hubspot")
    assert 3 == len([*folder.glob("*.yaml")])


def test_an_id_in_upper_case(truto_env: FakeTruto, folder: Path) -> None:
    """It is asked for as the server writes it, where that is known."""
    run("pull")
    edit(folder / TICKETS, HELPDESK, HELPDESK.upper())
    edit(folder / TICKETS, "label: Zendesk", "label: My Zendesk")

    assert 0 == run("apply", "--yes")
    assert "My Zendesk tickets to warehouse" == truto_env.jobs[HELPDESK]["label"]


def test_a_long_name(truto_env: FakeTruto, folder: Path) -> None:
    """A file may have a name as long as the system allows."""
    folder.mkdir()
    name = "n" * 250 + ".yaml"
    (folder / name).write_text(NEW)

    assert 0 == run("apply", "--yes")
    [id_] = [id_ for id_, job in truto_env.jobs.items() if job["label"] == "New"]
    assert f"id: {id_}\n" in (folder / name).read_text()


def test_jobs_that_were_deleted_on_the_server(
    truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their files stay, and they are not made again unless the user says so by removing the id."""
    run("pull")
    for id_ in (HELPDESK, DRIVE, CRM):
        del truto_env.jobs[id_]
    edit(folder / TICKETS, "label: Zendesk", "label: My Zendesk")
    (folder / "sharepoint-files-b0c7a6d2.yaml").unlink()
    capsys.readouterr()

    assert 1 == run("apply", "--yes")
    shown = capsys.readouterr().out
    assert f"problem  sync-jobs/{TICKETS}: the file was changed, but the job was deleted on the server; remove" in shown
    assert (
        "note     sync-jobs/hubspot-contacts-c61f8e3a.yaml: the job was deleted on the server; remove the file, or its"
        in shown
    )
    assert 0 == run("pull")
    shown = capsys.readouterr().out
    assert f"gone      sync-jobs/{TICKETS}: its job was deleted on the server\n" in shown
    assert shown.endswith("2 gone, 1 unchanged\n")
    assert {f"{id_}.json" for id_ in (HELPDESK, CRM, BARE)} == {path.name for path in (folder / ".truto/base").iterdir()}

    (folder / "hubspot-contacts-c61f8e3a.yaml").unlink()
    edit(folder / TICKETS, f"id: {HELPDESK}\n", "")
    assert 0 == run("apply", "--yes")
    assert ["POST"] == [method for method, _ in writes(truto_env)]
    assert {path.name.removesuffix(".json") for path in (folder / ".truto/base").iterdir()} == set(truto_env.jobs)


def test_bad_files(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are all named at once, with their lines, and nothing is done before they are good, in either direction."""
    run("pull")
    edit(folder / TICKETS, "    type: get_state\n", "    type: get_state\n    debug: often\n")
    (folder / "a.yaml").write_text("id: x\nlabel: [\n")
    (folder / "b.json").write_text('{"id": "x"')
    (folder / "c.yml").write_text(f"id: {DRIVE.upper()}\n")
    (folder / "d.yaml").symlink_to(folder / TICKETS)
    change(truto_env, CRM, label="Theirs")
    before = tree(folder)
    capsys.readouterr()

    problems = [
        "a.yaml:3: expected the node content, but found '<stream end>'",
        "b.json:1: Expecting ',' delimiter",
        "d.yaml: it is a symbolic link; put the file itself here",
        f"{TICKETS}:35: expected true or false, got a string @ $.resources[1].debug",
        "c.yml: the job's id is in several files: c.yml, sharepoint-files-b0c7a6d2.yaml",
        "sharepoint-files-b0c7a6d2.yaml: the job's id is in several files: c.yml, sharepoint-files-b0c7a6d2.yaml",
    ]
    for arguments in (["plan"], ["apply", "--yes"], ["pull"]):
        assert 1 == run(*arguments)
        shown = capsys.readouterr().out.splitlines()
        assert sorted(f"problem  sync-jobs/{problem}" for problem in problems) == sorted(
            line for line in shown if line.startswith("problem")
        )
    assert before == tree(folder)
    assert [] == writes(truto_env)


def test_other_files_are_never_touched(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is in the folder; files that are about something else are said."""
    others = {"README.md": b"# Jobs", "package.json": b'{"name": "x"}', ".hidden.yaml": b"id: [", "deep/x.yaml": b"id: ["}
    for name, data in others.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "folder.yaml").mkdir()

    assert 0 == run("pull")
    capsys.readouterr()
    assert 0 == run("plan")
    assert capsys.readouterr().out.startswith("note     sync-jobs/package.json: not a sync job: it has neither an id nor")
    assert 0 == run("apply", "--yes", "--prune")
    assert others == {name: (folder / name).read_bytes() for name in others}
    assert not [name for name in tree(folder) if name.endswith(".tmp")]


def test_equal_labels(truto_env: FakeTruto, folder: Path) -> None:
    """Jobs with one label, and even with one beginning of their ids, have files of their own; modes are kept."""
    for number in range(3):
        truto_env.add({"id": f"aaaaaaaa-0000-4000-8000-00000000000{number}", "label": "Same"})
    (folder).mkdir()
    (folder / "SAME-aaaaaaaa.yaml").write_text("about: something else\n")

    assert 0 == run("pull")
    names = {path.name for path in folder.glob("same-*")}
    assert {f"same-aaaaaaaa-0000-4000-8000-00000000000{number}.yaml" for number in range(3)} == names
    (folder / names.pop()).chmod(0o600)
    for number in range(3):
        change(truto_env, f"aaaaaaaa-0000-4000-8000-00000000000{number}", label="Other")
    assert 0 == run("pull")
    assert {0o600, 0o644} == {path.stat().st_mode & 0o777 for path in folder.glob("same-*")}


def test_some_jobs(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Jobs are chosen by id or by integration; the files of others are left alone."""
    assert 0 == run("pull", "--integration", "zendesk")
    assert [TICKETS] == [path.name for path in folder.glob("*.yaml")]
    assert 0 == run("pull", "sync-jobs", CRM, "--format", "json")
    assert {TICKETS, "hubspot-contacts-c61f8e3a.json"} == {path.name for path in folder.glob("*.*") if path.is_file()}
    assert 1 == run("pull", "sync-jobs", "unknown", DRIVE)
    assert "error: there is no job unknown\n" == capsys.readouterr().err
    assert 3 == len([path for path in folder.iterdir() if path.is_file()])
    assert 0 == run("pull", "empty", "--integration", "none")
    assert "no jobs\n" in capsys.readouterr().out

    assert 1 == run("pull", "sync-jobs", CRM, "--integration", "x")
    assert "ids or --integration, not both" in capsys.readouterr().err
    assert 1 == run("pull", CRM)
    assert f"the folder comes before the ids, as in: pull sync-jobs {CRM}" in capsys.readouterr().err


def test_many_jobs(truto_env: FakeTruto, folder: Path) -> None:
    """Where there are many files, all jobs are listed, in place of a request for each."""
    for number in range(150):
        truto_env.add({"id": f"aaaaaaaa-0000-4000-8000-{number:012}", "label": f"Job {number}"})
    run("pull", "sync-jobs", "--format", "json")
    edit(folder / "job-7-aaaaaaaa.json", "Job 7", "Seven")
    del truto_env.jobs["aaaaaaaa-0000-4000-8000-000000000008"]
    truto_env.requests.clear()

    assert 2 == run("plan", "--detailed-exitcode")
    assert {"/sync-job"} == {request.path for request in truto_env.requests}
    assert 0 == run("apply", "--yes")
    assert "Seven" == truto_env.jobs["aaaaaaaa-0000-4000-8000-000000000007"]["label"]


def test_wrong_folders(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said what is wrong with them."""
    assert 1 == run("plan")
    assert "error: the folder sync-jobs does not exist; `pull` makes it\n" == capsys.readouterr().err
    folder.write_text("")
    assert 1 == run("pull")
    assert "error: the folder sync-jobs is not a folder\n" == capsys.readouterr().err
    folder.unlink()
    run("pull")
    base = folder / ".truto" / "base" / f"{CRM}.json"
    base.write_text('<<<<<<< HEAD\n{"id": "x"}\n')
    capsys.readouterr()
    assert 1 == run("plan")
    assert f"error: sync-jobs/.truto/base/{CRM}.json is damaged: " in capsys.readouterr().err
    (folder / ".truto").rename(folder / "elsewhere")
    (folder / ".truto").symlink_to(folder / "elsewhere")
    assert 1 == run("pull")
    assert ".truto is a symbolic link" in capsys.readouterr().err


def test_a_disk_that_is_full(truto_env: FakeTruto, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is written as a whole or not at all."""
    run("pull")
    change(truto_env, HELPDESK, label="Theirs")
    before = tree(folder)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    assert 1 == run("pull")
    assert before == tree(folder)


def test_without_a_terminal(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would be done is shown, and not done."""
    run("pull")
    edit(folder / TICKETS, "label: Zendesk", "label: My Zendesk")
    environment = {"TRUTO_API_TOKEN": truto_env.token, "TRUTO_API_BASE_URL": truto_env.url}

    done = command("apply", **environment)
    assert 1 == done.returncode
    assert "1 to update\n" in done.stdout
    assert "error: apply: there is no terminal to ask; --yes applies without asking\n" == done.stderr
    assert [] == writes(truto_env)


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("\n", 1), ("no\n", 1)])
def test_on_a_terminal(truto_env: FakeTruto, folder: Path, answer: str, status: int) -> None:
    """It asks, and only yes is yes."""
    run("pull")
    edit(folder / TICKETS, "label: Zendesk", "label: My Zendesk")
    leader, follower = os.openpty()
    with subprocess.Popen([sys.executable, "-m", "truto_sync", "apply"], stdin=follower, stdout=follower) as process:
        os.close(follower)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal
            while data := os.read(leader, 4096):
                shown += data
                if shown.endswith(b"[y/N] "):
                    os.write(leader, answer.encode())
    os.close(leader)

    assert status == process.returncode
    assert (status == 0) == bool(writes(truto_env))
    assert (b"nothing was done" in shown) == bool(status)


def test_demo(folder: Path) -> None:
    """All three commands can be tried without an account."""
    assert 0 == command("pull", "--demo").returncode
    assert "nothing to do\n" == command("plan", "--demo").stdout
    edit(folder / TICKETS, "label: Zendesk", "label: My Zendesk")
    done = command("apply", "--demo", "--yes")
    assert (0, f"updated  sync-jobs/{TICKETS}\n") == (done.returncode, done.stdout.splitlines(keepends=True)[-1])


def test_without_ruamel_yaml(
    truto_env: FakeTruto, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """YAML says what to install; JSON works without."""
    for module in ("main", "error", "comments", "scalarstring"):
        monkeypatch.setitem(sys.modules, f"ruamel.yaml.{module}", None)

    assert 1 == run("pull")
    assert "YAML files need ruamel.yaml: pip install 'truto-async[cli]', or use JSON" in capsys.readouterr().err
    assert 0 == run("pull", "--format", "json")
    assert 0 == run("plan", "--detailed-exitcode")


def test_diff_of_files(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pulled file is the job that it was pulled from, for other commands, too; a bad one is refused with its line."""
    run("pull")
    file = folder / TICKETS
    assert 0 == run("diff", HELPDESK, str(file))
    edit(file, "limit: ", "limit: [")
    assert 2 == run("diff", HELPDESK, str(file))
    assert "error: line 48 of the file sync-jobs" in capsys.readouterr().err.replace(str(folder.parent) + "/", "")
    file.write_bytes(b"id: \xff\n")
    assert 2 == run("diff", HELPDESK, str(file))
    assert "is not UTF-8 text: " in capsys.readouterr().err
    file.write_bytes(b"a: \x01\n")
    assert 2 == run("diff", HELPDESK, str(file))
    assert "special characters are not allowed" in capsys.readouterr().err


def test_check_of_files(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is found in a YAML file is told with its line."""
    run("pull")
    edit(folder / TICKETS, "    depends_on: cursor\n", "    depends_on: curser\n")
    line = 1 + (folder / TICKETS).read_text().splitlines().index("    depends_on: curser")
    capsys.readouterr()

    assert 1 == run("check", str(folder / TICKETS))
    assert f"{folder / TICKETS}:{line}: error: " in capsys.readouterr().out


def test_the_documentation(folder: Path) -> None:
    """Its commands work when they are pasted, and its file is as a file is written."""
    text = (Path(__file__).parents[2] / "docs" / "how-to" / "files.md").read_text()
    [commands] = [block for block in re.findall(r"```shell\n(.*?)```", text, re.DOTALL) if "--demo" in block]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-ec", commands], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    [block] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    file = read_job_file("job.yaml", block.encode())

    assert done.stdout.count('~ query.limit: "{{args.page_size:int}}" -> 50\n') == 2
    assert done.stdout.endswith(f"1 to update\nupdated  sync-jobs/{TICKETS}\n")
    assert file is not None
    assert block.replace("  # Only what the app shows.\n", "") == new_file(file.job, "yaml").decode()
