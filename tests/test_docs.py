"""The documentation's examples run, and print what the pages show."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tests import redis_server
from tests.pages import PAGES, ROOT, on_the_way, read_blocks, ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.pages import Block
    from truto_async.testing import FakeTruto

SESSIONS = {"notebooks.md"}
"""The pages whose blocks are the cells of one notebook."""

PROGRAMS = {"clusters.md", "task-queues.md"}
"""The pages whose blocks are programs of several processes. `test_clusters.py` and `test_workers.py` run them."""

BLOCKS = {page: read_blocks(page.read_text()) for page in PAGES}


def shown(page: Path) -> str:
    """Name a page in the output of pytest."""
    return page.relative_to(ROOT).as_posix()


def examples() -> list[Any]:
    """Return each example that stands for itself, with the output that the page shows below it, or None."""
    found = []
    for page, blocks in BLOCKS.items():
        for number, block in enumerate(blocks):
            if block.language == "python" and block.file is None and page.name not in SESSIONS | PROGRAMS:
                after = blocks[number + 1 : number + 2]
                output = after[0].text if after and after[0].is_output else None
                found.append(pytest.param(block.text, output, id=f"{shown(page)}-{number}"))
    return found


def stories() -> list[Any]:
    """Return each page whose files and commands belong together, once for each way through its tabs."""
    return [
        pytest.param(on_the_way(blocks, way), id="-".join(filter(None, (shown(page), way))))
        for page, blocks in BLOCKS.items()
        if page.name not in PROGRAMS and any(block.language == "console" or block.file for block in blocks)
        for way in ways(blocks)
    ]


@pytest.fixture
def log_level() -> Iterator[None]:
    """Undo what an example does to the level of the package's logger."""
    logger = logging.getLogger("truto_async")
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a Redis server; skip what needs one where there is none."""
    server = redis_server.start(tmp_path_factory.mktemp("redis"), age=0.0)
    yield server.url
    server.stop()


@pytest.fixture
def redis(block: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell an example where Redis is, if it uses it."""
    if "redis" in block:
        monkeypatch.setenv("TRUTO_REDIS_URL", request.getfixturevalue("redis_url"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, for the files that an example writes; the certificates that some read are in it."""
    monkeypatch.chdir(tmp_path)
    authority = trustme.CA()
    authority.cert_pem.write_to_path("our-ca.pem")
    authority.issue_cert("client").private_key_and_cert_chain_pem.write_to_path("client.pem")
    return tmp_path


@pytest.mark.usefixtures("log_level", "redis", "folder")
@pytest.mark.parametrize(("block", "output"), examples())
def test_example(block: str, output: str | None, truto_env: FakeTruto) -> None:
    """A reader who pastes the example sees it work; what looks like a test is run as one."""
    namespace: dict[str, object] = {"__name__": "example"}
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(compile(block, "example", "exec"), namespace)

    for name, value in namespace.items():
        if name.startswith("test_") and callable(value):
            value(truto_env)
    if output is not None:
        assert_shows(output, printed.getvalue())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("blocks", stories())
def test_story(blocks: list[Block], truto_env: FakeTruto, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who saves the files and types the commands of a page, one after the other, sees what it shows."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")  # as in a terminal, where both streams come in order
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:asyncio -p no:cacheprovider")  # as where only pytest is installed
    for block in blocks:
        if block.file is not None:
            (folder / block.file).parent.mkdir(exist_ok=True, parents=True)
            with (folder / block.file).open("a" if block.is_appended else "w") as file:
                file.write(block.text)
        elif block.language == "console":
            for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
                assert_shows(output, run(command))

    assert "console" in {block.language for block in blocks}, "no command runs the files"


def run(command: str) -> str:
    """Run a command in a shell and return what a terminal would show."""
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("page", [pytest.param(page, id=shown(page)) for page in PAGES if page.name in SESSIONS])
async def test_session(page: Path, truto_env: FakeTruto, folder: Path) -> None:
    """The cells of a notebook, one after the other, while its event loop runs; each prints what the page shows."""
    for way in ways(BLOCKS[page]):
        namespace: dict[str, object] = {"__name__": "__main__"}
        printed = io.StringIO()
        for block in on_the_way(BLOCKS[page], way):
            if block.is_output:
                assert_shows(block.text, printed.getvalue())
            elif block.language == "python":
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    code = compile(block.text, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                    result = eval(code, namespace)
                    if inspect.isawaitable(result):
                        await result


def assert_shows(page: str, printed: str) -> None:
    """Compare what a page shows with what is printed: `...` is anything, and ports, paths and durations vary."""
    expected, found = _steady(page), _steady(printed)
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    if not re.fullmatch(pattern, found, re.DOTALL):
        assert expected == found


def _steady(text: str) -> str:
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"\bin \d+\.\d+s\b", "in SECONDS", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@pytest.mark.parametrize("page", [pytest.param(page, id=shown(page)) for page in PAGES])
def test_every_block_is_found(page: Path) -> None:
    """No block of Python is written in a way in which it would not be run, such as indented in a list."""
    written = re.findall(r"^[ >]*[`~:]{3,} *(\{code.*\} *)?py", page.read_text(), re.MULTILINE)

    assert len(written) == [block.language for block in BLOCKS[page]].count("python")


@pytest.mark.parametrize("page", [pytest.param(page, id=shown(page)) for page in PAGES])
def test_links(page: Path) -> None:
    """Links to files of the project lead to one."""
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_commands_to_paste() -> None:
    """The README has its two commands for a fresh machine, one line each."""
    commands = re.findall(r"^```shell\n(python3 -m venv .*)\n```", (ROOT / "README.md").read_text(), re.MULTILINE)

    demo, tests = commands
    assert demo.endswith("truto-async get --demo")
    assert "pytest" in tests
