"""The commands `pull`, `plan` and `apply`, against a server on a real socket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from truto_async.testing import SEED_JOBS, FakeTruto
from truto_sync import _cli

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
        "id": "odd id/with?everything%",
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
    return _cli.main(arguments)


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
    capsys.readouterr()

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
    assert 2 == run("plan", "--detailed-exitcode")
    assert "adopt    sync-jobs/new.yaml: an earlier apply made the job " in capsys.readouterr().out
    assert 0 == run("apply", "--yes")
    assert ["POST"] == [method for method, _ in writes(truto_env)]
    [id_] = [id_ for id_, job in truto_env.jobs.items() if job["label"] == "New"]
    assert (folder / "new.yaml").read_text().startswith(f"# A new job.\nid: {id_}\nlabel: New  # and short\n")
    assert not (folder / ".truto" / "creating").exists()
    assert 0 == run("pull")
    assert 0 == run("plan", "--detailed-exitcode")


def test_a_create_that_did_not_happen(truto_env: FakeTruto, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that the server refused is forgotten; one that got lost before it was carried out is made again."""
    folder.mkdir()
    (folder / "new.yaml").write_text(NEW)
    truto_env.fail(400, path="/sync-job")
    assert 1 == run("apply", "--yes")
    assert not (folder / ".truto" / "creating").exists()
    truto_env.fail(502, path="/sync-job")
    assert 1 == run("apply", "--yes")
    assert (folder / ".truto" / "creating").exists()
    edit(folder / "new.yaml", "label: New", "label: Newer")

    assert 0 == run("apply", "--yes")
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
