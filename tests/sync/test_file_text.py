"""The text of files with jobs: what is written, what is read, and what stays as it is."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import jobs
from truto_async import InvalidArgumentError, SyncJob
from truto_async.pipeline import diff
from truto_async.testing import SEED_JOBS
from truto_sync._files import yaml_edit, yaml_text
from truto_sync._files.errors import BadFileError
from truto_sync._files.job_file import JobFile, new_file, read_job_file
from truto_sync._files.names import new_name
from truto_sync._files.records import digest_of

YAML = """\
# Kept by the data team.

label: Users   # short
id: 4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01
args_schema:
    # who
    user: {type: string, format: 'x'}  # one
    since:
        type: string

notes: "ours"
# The nodes.
resources:
  # first of all
- name: users   # all of them
  type: request
  resource: users
  query: {limit: 5}
# The second one.

- name: slim
  type: transform
  depends_on: users
  # what is kept
  config:
      expression: |-
        {
          # not a comment
          "id": id
        }

      other: "q"   # other

# The last one.
- name: out
  type: destination
  resources_to_persist:
  - slim  # only that
# the end
"""

BOMB = "id: x\na: &a [1]\n" + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 20)}]\n" for old, new in pairwise("abcdefg"))


def read(text: str, name: str = "job.yaml") -> JobFile:
    """Read a file that holds a job."""
    file = read_job_file(name, text.encode())
    assert file is not None
    return file


def changed(text: str, change: str, name: str = "job.yaml") -> str:
    """Return a file with a change of its job, made by a statement."""
    file = read(text, name)
    document = file.job.to_dict()
    exec(change, {"job": document, "nodes": document["resources"]})
    new = file.holding(SyncJob.from_dict(document))
    assert not diff(SyncJob.from_dict(document), read(new.decode(), name).job)
    return new.decode()


def difference(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the lines that only one of two texts has."""
    before, after = old.splitlines(), new.splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


SOUND_JOBS = [
    json.loads(path.read_bytes()) for path in (Path(__file__).parents[1] / "pipeline" / "sound_jobs").glob("*.json")
]


@pytest.mark.parametrize("document", [*SEED_JOBS, *SOUND_JOBS], ids=lambda document: document["id"][:8])
@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_new_files(document: dict[str, Any], format_: Any) -> None:
    """They say what the job says, in an order that is always the same, without what only the server sets."""
    job = SyncJob.from_dict(document)
    data = new_file(job, format_)
    file = read(data.decode(), f"job.{format_}")

    assert not diff(job, file.job)
    assert job.id == file.job.id
    assert {"environment_id", "created_at", "updated_at"}.isdisjoint(file.document)
    assert data == new_file(SyncJob.from_dict(dict(reversed(document.items()))), format_)
    assert data == file.holding(job)
    if job.resources:
        assert "resources" == [*file.document][-1]
        first = ("name", "type", "resource", "destination_type", "method")
        for node in file.document["resources"]:
            assert [name for name in first if name in node] == [name for name in node if name in first]
            assert node.keys().isdisjoint(first) or next(iter(node)) in first


def test_yaml_for_people() -> None:
    """Texts of several lines are blocks, and what could be taken for something else is in quotes."""
    texts = ["no", "1.5", "2026-01-01", "12:30", "", "null", "~", "0x1F", "a: b", "# a", "{{args.x}}", "a\tb", "ä 名", " a "]
    job = SyncJob.from_dict(
        {
            "id": "12345678",
            "texts": texts,
            "on": {
                "none": None,
                "true": True,
                "number": 1.0,
                "empty": [],
                "control": "a\x1b\x85\u2028\ufeff",
                "half": "\ud83d",
            },
            "resources": [{"name": "t", "type": "transform", "config": {"expression": "(\n  $a := 1;\n\n  $a\n)\n"}}],
        }
    )

    assert (
        "id: '12345678'\n"
        "texts:\n  - 'no'\n  - '1.5'\n  - '2026-01-01'\n  - '12:30'\n  - ''\n  - 'null'\n  - '~'\n  - '0x1F'\n  - 'a: b'\n"
        "  - '# a'\n  - '{{args.x}}'\n  - \"a\\tb\"\n  - ä 名\n  - ' a '\n"
        "'on':\n  none: null\n  'true': true\n  number: 1.0\n  empty: []\n"
        '  control: "a\\e\\N\\L\\uFEFF"\n  half: "\\uD83D"\n'
        "resources:\n  - name: t\n    type: transform\n    config:\n"
        "      expression: |\n        (\n          $a := 1;\n\n          $a\n        )\n"
    ) == new_file(job, "yaml").decode()


def test_what_stays() -> None:
    """What does not change is kept to the letter, comments, quotes, odd indentation and order included."""
    assert YAML == changed(YAML, "pass")
    assert (["label: Users   # short"], ["label: All users # short"]) == difference(
        YAML, changed(YAML, "job['label'] = 'All users'")
    )
    assert (["  query: {limit: 5}"], ["  query: {limit: 6, page: 1}"]) == difference(
        YAML, changed(YAML, "nodes[0]['query'] = {'limit': 6, 'page': 1}")
    )
    assert ([], ["mutex_key: m"]) == difference(YAML, changed(YAML, "job['mutex_key'] = 'm'"))
    assert (['notes: "ours"'], ['notes: "yours"']) == difference(YAML, changed(YAML, "job['notes'] = 'yours'"))
    assert ([], ["  debug: true"]) == difference(YAML, changed(YAML, "nodes[0]['debug'] = True"))


def test_a_changed_expression() -> None:
    """It stays a block, and the comments around it stay."""
    new = changed(YAML, "nodes[1]['config']['expression'] += '\\n~> $x'")

    assert "  # what is kept\n  config:\n      expression: |-\n" in new
    assert '          }\n          ~> $x\n\n      other: "q"   # other\n\n# The last one.\n' in new


def test_nodes_come_and_go() -> None:
    """A node goes with the comments right above it, wherever it goes; the others are kept to the letter."""
    removed = changed(YAML, "del nodes[1]; nodes[1]['resources_to_persist'] = ['users']")
    moved = changed(YAML, "nodes.insert(0, nodes.pop(1))")
    added = changed(YAML, "nodes.insert(1, {'name': 'n', 'type': 'spool', 'config': {'on': ['a']}})")

    assert "# The second one." not in removed
    assert "# The last one.\n- name: out\n" in removed
    assert "- users # only that\n# the end\n" in removed
    assert ([], []) == difference(YAML, moved)
    assert moved.index("# The second one.\n\n- name: slim") < moved.index("- name: users   # all of them")
    assert (
        YAML.replace("# The second", "- name: 'n'\n  type: spool\n  config:\n      'on':\n      - a\n# The second") == added
    )
    assert "  # first of all\n  []\n" in changed(YAML, "nodes.clear()")
    assert "resources:" not in changed(YAML, "del job['resources']")


def test_text_that_looks_like_a_comment() -> None:
    """The end of a block stays where it is."""
    node = "  - name: a\n    type: transform\n    config:\n      expression: |-\n        1\n        # text\n"
    text = f"id: x\nresources:\n{node}  # comment\n  - name: b\n    type: spool\n"

    assert f"id: x\nresources:\n  # comment\n  - name: b\n    type: spool\n{node}" == changed(text, "nodes.reverse()")


@pytest.mark.parametrize(
    "text",
    [
        "{id: x, label: a, resources: [{name: n, type: spool}]}  # flow\n",
        "id: x\nlabel: a  # keep\nresources: [{name: n, type: spool}]\n",
        "id: x\nlabel: a  # keep\nresources:\n-\n  name: n\n  type: spool\n",
        "id: x\nshared: &s {a: 1}\nother: *s\nlabel: a  # keep\nresources:\n  - {name: n, type: spool, config: *s}\n",
        "x: &x\n  a: 1\nid: x\nlabel: a\nresources:\n  - name: n\n    type: spool\n    config:\n      <<: *x\n      b: 2\n",
        "id: x\n? label\n: a  # keep\nresources:\n  - name: n\n    type: spool\n",
        "id: x\nlabel: a\nlist:\n  - 1  # keep\n  - 2\nresources:\n  - name: n\n    type: spool\n",
        "id: x\nlabel: a\nresources:  # keep\n  - name: n\n    type: spool\n    config: {b: true}",
    ],
)
@pytest.mark.parametrize(
    "change",
    [
        "job['label'] = 'b'",
        "nodes[0]['config'] = {'a': 2, 'b': 2}",
        "job['list'] = [1]",
        "job['list'] = [1, 2, {'a': ['b']}]",
        "nodes.append({'name': 'z', 'type': 'spool'})",
        "job['shared'] = {'a': 2}",
        "job['x'] = {}",
        "del job['label']",
    ],
)
def test_odd_yaml(text: str, change: str) -> None:
    """Whatever a file looks like, it says what it should afterwards; what is meant in several places changes in one."""
    assert text != changed(text, change)


def test_aliases_keep_their_comments() -> None:
    """A file with aliases goes through ruamel.yaml as a whole, and keeps its comments."""
    text = "id: x\nshared: &s {a: 1}  # shared\nlabel: a  # keep\nresources:\n  - name: n\n    type: spool\n    config: *s\n"

    assert "# shared" in changed(text, "job['label'] = 'b'")
    assert text.replace("label: a", "label: b") == changed(text, "job['label'] = 'b'")
    assert "# keep" in changed(text, "nodes[0]['config'] = {'a': 2}")


def test_what_cannot_be_kept_is_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is written that says anything else than it should."""
    monkeypatch.setattr(yaml_edit, "_edited_in_pieces", lambda text, value: "a: [")
    monkeypatch.setattr(yaml_edit, "_edited_as_a_whole", lambda text, value: "a: 1")

    assert "id: x\nlabel: c\n" == yaml_edit.edited("id: x\nlabel: b # comment\n", {"id": "x", "label": "c"})


def test_json() -> None:
    """Order and indentation are kept, and half a character is an escape."""
    text = '{\n    "label": "a",\n    "id": "x",\n    "resources": [\n        {"type": "spool", "name": "n"}\n    ]\n}\n'

    assert text == changed(text, "pass", "job.json")
    assert {"label": "b", "id": "x", "mutex_key": "m", "resources": [{"type": "spool", "name": "n"}]} == json.loads(
        new := changed(text, "job.update(label='b', mutex_key='m')", "job.json")
    )
    assert ["label", "mutex_key", "id", "resources"] == [*json.loads(new)]
    assert ["type", "name"] == [*json.loads(new)["resources"][0]]
    assert '\n    "label": "b"' in new
    assert '  "label": "\\ud83d\\u00e4"' in new_file(SyncJob(id="x", label="\ud83dä"), "json").decode()
    assert '"ä"' in new_file(SyncJob(id="x", label="ä"), "json").decode()


def test_line_ends_and_marks() -> None:
    """Those of Windows, and a byte order mark, are kept."""
    data = b"\xef\xbb\xbf" + YAML.replace("\n", "\r\n").encode()
    file = read_job_file("job.yaml", data)
    assert file is not None
    new = file.holding(SyncJob.from_dict(file.job.to_dict() | {"label": "New"}))

    assert new.startswith(b"\xef\xbb\xbf#")
    assert new.count(b"\n") == new.count(b"\r\n") == data.count(b"\n")


def test_times_of_the_server_that_a_file_has_are_kept_up_to_date() -> None:
    """As in an exported file."""
    text = "id: x\nlabel: a\nupdated_at: '2020-01-01T00:00:00Z'\nresources: []\n"

    assert "updated_at: '2026-05-05T00:00:00Z'" in changed(text, "job.update(label='b', updated_at='2026-05-05T00:00:00Z')")
    assert "updated_at" not in changed(text, "job.pop('updated_at')")


@given(jobs, jobs, st.booleans())
@settings(max_examples=100)
def test_any_job(one: dict[str, Any], other: dict[str, Any], mixed: bool) -> None:  # noqa: FBT001  # a case
    """It can be written, read, and changed to any other, in both formats."""
    if mixed:
        nodes = (one.get("resources") or [])[::-1]
        other = other | {"resources": [*(other.get("resources") or [])[:1], *nodes]}
    old, new = SyncJob.from_dict(one), SyncJob.from_dict(other)
    for format_ in ("yaml", "json"):
        file = read_job_file(f"job.{format_}", new_file(old, format_))
        if file is None:  # neither an id nor resources
            continue
        assert not diff(old, file.job)
        again = read_job_file(file.name, file.holding(new))
        assert again is None or not diff(new, again.job)
        assert again is None or again.data == again.holding(new)


def test_large_expressions() -> None:
    """200 KB of JSONata stay what they are, on one line or on many."""
    for text in ("x & " * 50_000, "line of JSONata\n" * 12_500):
        job = SyncJob.from_dict(
            {"id": "x", "resources": [{"name": "t", "type": "transform", "config": {"expression": text}}]}
        )
        file = read(new_file(job, "yaml").decode())
        assert not diff(job, file.job)
        assert file.data == file.holding(job)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("id: x\nlabel: [1\n", 3, "expected ',' or ']'"),
        ("id: x\nid: y\n", 2, "duplicate key"),
        ("id: x\nlabel: *a\n", 2, "undefined alias"),
        ("id: x\n---\nid: y\n", 2, "another document"),
        ("id: x\nlabel: !env A\n", 2, "has no tags such as !env"),
        ("id: x\nquery:\n  1: a\n", 3, "put 1 in quotes"),
        ("id: x\nquery:\n  - .inf\n", 3, "not a number that JSON has"),
        ("id: x\nlabel: !!binary aGk=\n", 2, "no values such as bytes"),
        ("id: x\nresources:\n  - name: a\n    type: spool\n  - name: 3\n    type: spool\n", 5, "$.resources[4:1].name"),
        ("id: x\nargs_schema:\n  a b:\n    type: 1\n", 4, '$.args_schema["a b"].type'),
        ("id: x\nargs_schema: []\n", 2, "expected an object"),
        ("id: 3\n", 1, "expected a string, got an integer @ $.id"),
        ("id: x\nlabel: \x01\n", None, "special characters"),
        (f"id: x\na: {'[' * 500}\n", None, "nested too deeply"),
        (f"id: {'9' * 5000}\n", None, "4300"),
        (BOMB, None, "too many"),
    ],
)
def test_bad_yaml(text: str, line: int | None, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what is wrong, and in which line."""
    monkeypatch.setattr(yaml_text, "_MOST_VALUES", 1000)
    with pytest.raises(BadFileError) as raised:
        read_job_file("job.yaml", text.encode())

    assert line == raised.value.line
    assert problem.replace("[4:1]", "[1]") in str(raised.value)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('{"id": "x",\n oops}', 2, "Expecting property name"),
        ('{"id": "x", "a": {"b": 1, "b": 2}}', None, "the key 'b' is there twice"),
        ('{"id": "x", "a": NaN}', None, "NaN"),
        ('{"id": "x", "a": ' + "[" * 100_000, None, "nested too deeply"),
        ('{"id": "x",\n "resources": {}}', 2, "expected an array, got an object @ $.resources"),
        (b'{"id":\n "\xff"}', 2, "not UTF-8"),
    ],
)
def test_bad_json(text: str | bytes, line: int | None, problem: str) -> None:
    """It is said what is wrong, and where that is known."""
    with pytest.raises(BadFileError) as raised:
        read_job_file("job.json", text if isinstance(text, bytes) else text.encode())

    assert line == raised.value.line
    assert problem in str(raised.value)


def test_a_place_that_is_not_there() -> None:
    """The line of the last step that is there is as near as one can get."""
    document = yaml_text.load("a:\n  b: 1\n  c:\n    - d\n")

    for line, path in ((1, "$.x"), (2, "$.a.b.x"), (4, "$.a.c[0].x"), (3, "$.a.c[5]"), (1, "$")):
        assert line == yaml_text.line_of(document, path)


@pytest.mark.parametrize("text", ["# empty\n", "[1]", "3", "name: package\n", "label: only\n"])
def test_files_about_something_else(text: str) -> None:
    """A file is about a job if it has an id or resources."""
    assert read_job_file("a.yaml", text.encode()) is None


def test_yaml_that_says_more() -> None:
    """Dates are texts, anchored scalars what they are, and YAML 1.1 is read as such where a file says so."""
    document = read("id: x\na: 2026-01-01\nb: &t true\nc: *t\nd: 0x1F\ne: no\nf: 1e3\n").document

    assert {"id": "x", "a": "2026-01-01", "b": True, "c": True, "d": 31, "e": "no", "f": 1000.0} == document
    assert {"id": "x", "a": False, "b": "1e3"} == read("%YAML 1.1\n---\nid: x\na: no\nb: '1e3'\n").document
    assert {str, bool, int, float} == {type(value) for value in document.values()}


@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_values_that_are_nested_too_deeply(format_: Any) -> None:
    """It is said which job cannot be written or compared."""
    deep: Any = 1
    for _ in range(99_000):
        deep = [deep]
    job = SyncJob.from_dict({"id": "x", "deep": deep})

    with pytest.raises(InvalidArgumentError, match=f"the job 'x' is nested too deeply for a {format_} file"):
        new_file(job, format_)
    with pytest.raises(InvalidArgumentError, match="the job 'x' is nested too deeply to be compared"):
        digest_of(job)


def test_without_ruamel_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what to install; JSON works without."""
    monkeypatch.setitem(sys.modules, "ruamel.yaml.main", None)
    monkeypatch.setitem(sys.modules, "ruamel.yaml.error", None)

    with pytest.raises(InvalidArgumentError, match=r"pip install 'truto-async\[cli\]', or use JSON"):
        read_job_file("job.yaml", b"id: x")
    assert read_job_file("job.json", b'{"id": "x"}') is not None


@pytest.mark.parametrize(
    ("label", "id_", "expected"),
    [
        ("Zendesk tickets", "4A4DE828-61e5", "zendesk-tickets-4a4de828.yaml"),
        ("../../etc/passwd\0", "x", "etc-passwd-x.yaml"),
        ("CON", "", "con.yaml"),
        (None, "4a4de828", "job-4a4de828.yaml"),
        ("名前 🚀", "1", "job-1.yaml"),
        ("Crème brûlée: été", "1", "creme-brulee-ete-1.yaml"),
        ("x" * 300, "1", f"{'x' * 50}-1.yaml"),
    ],
)
def test_names(label: str | None, id_: str, expected: str) -> None:
    """They are safe everywhere, whatever the label is."""
    assert expected == new_name(SyncJob(id=id_, label=label), ".yaml", set())


def test_names_that_are_taken() -> None:
    """Equal labels and even equal beginnings of ids get names of their own."""
    job, taken = SyncJob(id="4a4de828-61e5", label="A"), set[str]()
    for expected in ("a-4a4de828.json", "a-4a4de828-61e5.json", "a-4a4de828-61e5-2.json", "a-4a4de828-61e5-3.json"):
        name = new_name(job, ".json", taken)
        taken.add(name)
        assert expected == name
