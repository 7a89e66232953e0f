"""Where the commands get jobs from."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import pytest

from truto_async.errors import InvalidArgumentError
from truto_async.testing import SEED_JOBS
from truto_sync import Truto
from truto_sync._cli.job_source import client_on_demand, read_file, read_job

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from truto_async.testing import FakeTruto


def no_client() -> NoReturn:
    """Refuse: a file needs no client."""
    pytest.fail("a client was made")


@pytest.mark.parametrize("name", ["job.json", "job", "4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01"])
def test_a_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is there is read, whatever its name; nothing is asked of a server."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(json.dumps(SEED_JOBS[0]))

    assert SEED_JOBS[0] == read_job(name, no_client).to_dict()


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash reads it; a job without an id gets an empty one."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'\xef\xbb\xbf{"label": "Mine"}')))

    job = read_job("-", no_client)

    assert ("", "Mine") == (job.id, job.label)


def test_ids(truto_env: FakeTruto) -> None:
    """One client serves all ids; None is the first job of the demo."""
    made: list[str] = []

    @contextmanager
    def connect(*, demo: bool) -> Generator[tuple[Truto, str]]:
        made.append(f"demo={demo}")
        with Truto() as truto:
            yield truto, SEED_JOBS[0]["id"]

    with client_on_demand(connect, demo=True) as client:
        assert [] == made
        assert SEED_JOBS[1] == read_job(SEED_JOBS[1]["id"], client).to_dict() | {"args_validation": None}
        assert SEED_JOBS[0] == read_job(None, client).to_dict()

    assert ["demo=True"] == made


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the file {} cannot be read: No such file or directory"),
        (b"", "the file {} is not JSON: "),
        (b'{"a": \xff}', "the file {} is not JSON: "),
        (b"[{}]", "the file {} holds a list; give a file with one job"),
        (b"3", "the file {} holds no sync job: "),
        (b'{"label": 3}', "the file {} holds no sync job: expected a string, got an integer @ $.label"),
    ],
)
def test_what_is_no_job(content: bytes | None, message: str, tmp_path: Path) -> None:
    """It is said which file, and what is wrong with it."""
    path = tmp_path / "job.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(InvalidArgumentError) as raised:
        read_job(str(path), no_client)

    assert message.format(path) in str(raised.value)


def test_a_folder(tmp_path: Path) -> None:
    """It is no job either."""
    with pytest.raises(InvalidArgumentError, match="cannot be read: Is a directory"):
        read_file(str(tmp_path))


def test_a_path_that_the_system_refuses() -> None:
    """Such a text is an id that the client refuses."""
    with pytest.raises(InvalidArgumentError, match="id"), Truto("t", base_url="http://127.0.0.1:1") as truto:
        read_job("a\0b", lambda: (truto, ""))
