"""The documentation's examples run."""

from __future__ import annotations

import ast
import asyncio
import logging
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import truto_async.pipeline
import truto_async.testing
import truto_sync
from tests import redis_server
from truto_async import webhooks
from truto_async.redis import RedisRateLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.testing import FakeTruto

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)]
FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
BLOCKS = [
    pytest.param(block, id=f"{document.relative_to(ROOT).as_posix()}-{number}")
    for document in DOCUMENTS
    for number, block in enumerate(FENCE.findall(document.read_text()))
]
SOURCES = [path for package in ("truto_async", "truto_sync") for path in sorted((ROOT / package).rglob("*.py"))]


def docstring_blocks(source: Path) -> Iterator[str]:
    """Yield the examples in the docstrings of a module."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for block in re.findall(r"::\n\n((?:    .*\n|\n)+)", f"{ast.get_docstring(node)}\n"):
                if "├" not in block:  # a tree
                    yield textwrap.dedent(block)


DOCSTRING_BLOCKS = [
    pytest.param(block, id=source.relative_to(ROOT).as_posix()) for source in SOURCES for block in docstring_blocks(source)
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


@pytest.mark.usefixtures("log_level", "redis")
@pytest.mark.parametrize("block", BLOCKS)
def test_example(block: str, truto_env: FakeTruto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who pastes the example sees it work; what looks like a test is run as one."""
    monkeypatch.chdir(tmp_path)  # for the files that it writes
    namespace: dict[str, object] = {"__name__": "example"}

    exec(compile(block, "example", "exec"), namespace)

    for name, value in namespace.items():
        if name.startswith("test_") and callable(value):
            value(truto_env)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_every_block_is_found(document: Path) -> None:
    """No block of Python is written in a way in which it would not be run, such as indented in a list."""
    assert len(FENCE.findall(document.read_text())) == len(
        re.findall(r"^[ >]*[`~:]{3,} *(\{code.*\} *)?py", document.read_text(), re.MULTILINE)
    )


@pytest.mark.parametrize("block", DOCSTRING_BLOCKS)
def test_docstring_example(block: str, truto_env: FakeTruto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of docstrings run, with the names that they leave out."""
    monkeypatch.chdir(tmp_path)
    job = truto_async.SyncJob.from_dict(next(iter(truto_env.jobs.values())))
    Path("job.json").write_bytes(job.to_json())
    body = b'{"id": "e1", "event": "test"}'
    request = SimpleNamespace(headers={"X-Truto-Signature": webhooks.sign(body, "secret")})
    namespace: dict[str, object] = {}
    for module in (truto_async, truto_async.pipeline, truto_async.testing, webhooks, truto_sync):
        namespace |= {name: getattr(module, name) for name in module.__all__}
    namespace |= {"Path": Path, "RedisRateLimit": RedisRateLimit}
    namespace |= {"body": body, "job": job, "request": request, "secret": "secret"}

    outcome = eval(compile(block, "example", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), namespace)

    if outcome is not None:
        asyncio.run(outcome)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_links(document: Path) -> None:
    """Links to files of the project lead to one."""
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_commands_to_paste() -> None:
    """The README has its two commands for a fresh machine, one line each."""
    commands = re.findall(r"^```shell\n(python3 -m venv .*)\n```", (ROOT / "README.md").read_text(), re.MULTILINE)

    demo, tests = commands
    assert demo.endswith("-m truto_sync get --demo")
    assert "pytest" in tests
