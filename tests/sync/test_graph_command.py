"""The command `graph`."""

from __future__ import annotations

import json
import webbrowser
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from truto_async import SyncJob
from truto_async.testing import SEED_JOBS
from truto_sync._cli.main import main

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

GRAPH = SyncJob.from_dict(SEED_JOBS[0]).graph
PICTURES = {
    "text": GRAPH.to_text(),
    "mermaid": GRAPH.to_mermaid(),
    "dot": GRAPH.to_dot(),
    "svg": GRAPH.to_svg(),
    "html": GRAPH.to_html(),
}


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Write a job into a file."""
    path = tmp_path / "job.json"
    path.write_text(json.dumps(SEED_JOBS[0]))
    return str(path)


@pytest.mark.parametrize("form", PICTURES)
def test_formats(form: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A picture goes to standard output, in each format; a file needs no token."""
    assert 0 == main(["graph", file, "--format", form])
    assert f"{PICTURES[form]}\n" == capsys.readouterr().out


def test_an_id(truto_env: FakeTruto, capsys: pytest.CaptureFixture[str]) -> None:
    """The job is fetched; text is the default."""
    assert 0 == main(["graph", SEED_JOBS[0]["id"]])
    assert f"{PICTURES['text']}\n" == capsys.readouterr().out
    assert 1 == main(["graph", "unknown"])
    assert "404" in capsys.readouterr().err


def test_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    """The first job of the demo is drawn."""
    assert 0 == main(["graph", "--demo"])
    assert f"{PICTURES['text']}\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "form"), [("a.mmd", "mermaid"), ("a.GV", "dot"), ("a.svg", "svg"), ("a.html", "html"), ("a", "text")]
)
def test_a_file_to_write(name: str, form: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its name says the format, unless an option does."""
    path = tmp_path / name

    assert 0 == main(["graph", file, "-o", str(path)])
    assert f"{PICTURES[form]}\n" == path.read_text(encoding="utf-8")
    assert 0 == main(["graph", file, "-o", str(path), "--format", "dot"])
    assert f"{PICTURES['dot']}\n" == path.read_text(encoding="utf-8")
    assert "" == capsys.readouterr().out


@pytest.mark.parametrize("output", [[], ["-o", "page"]])
@pytest.mark.parametrize(("opened", "words"), [(True, ""), (False, "no browser could be opened")])
def test_a_browser(output: list[str], opened: bool, words: str, file: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001  # cases
    """It gets a page; where there is none, it is said which file to open."""
    urls: list[str] = []

    def show(url: str) -> bool:
        urls.append(url)
        return opened

    folder = Path(file).parent
    errors = StringIO()
    monkeypatch.setattr(webbrowser, "open", show)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setattr("sys.stderr", errors)
    monkeypatch.chdir(folder)

    assert (0 if opened else 1) == main(["graph", file, "--open", *output])
    [path] = (Path(unquote(urlsplit(url).path)) for url in urls)
    assert folder.resolve() == path.parent
    assert f"{PICTURES['html']}\n" == path.read_text(encoding="utf-8")
    assert path.name in errors.getvalue()
    assert words in errors.getvalue()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["graph"], "the id of a job or a file is needed, or --demo"),
        (["graph", "gone.json"], "the file gone.json cannot be read"),
        (["graph", "--demo", "-o", "a.png"], "there is no format for .png: name the file .txt, .mmd, "),
        (["graph", "--demo", "--open", "--format", "dot"], "--open shows a web page, and not dot; use --format html"),
        (["graph", "--demo", "--open", "-o", "a.svg"], "--open shows a web page, and not svg; use --format html"),
    ],
)
def test_failures(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said what is wrong, in one line."""
    assert 1 == main(arguments)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_terminals_without_lines(encoding: str, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a tree cannot be drawn with lines, it is drawn with letters."""
    output = TextIOWrapper(BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", output)

    assert 0 == main(["graph", file])
    output.seek(0)
    tree = output.read()
    assert ("├─ account" if encoding == "utf-8" else "|- account") in tree
    assert "?" not in tree
