"""The documentation's examples run."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.testing import FakeTruto

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(block, id=f"{document.name}-{number}")
    for document in DOCUMENTS
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE))
]
_FILE = re.compile(r"# (\w+\.py)\n")
PROGRAMS = [file[1] for block in BLOCKS if (file := _FILE.match(str(block.values[0])))]
"""The files that are programs of several processes. `tests/test_workers.py` runs them."""
BLOCKS = [block for block in BLOCKS if not _FILE.match(str(block.values[0]))]


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
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
