"""The examples of docstrings run."""

from __future__ import annotations

import ast
import asyncio
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import truto_async.pipeline
import truto_async.testing
import truto_sync
from truto_async import webhooks
from truto_async.redis import RedisRateLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.testing import FakeTruto

ROOT = Path(__file__).parent.parent
SOURCES = [path for package in ("truto_async", "truto_sync") for path in sorted((ROOT / package).rglob("*.py"))]


def examples(source: Path) -> Iterator[str]:
    """Yield the examples in the docstrings of a module."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for block in re.findall(r"::\n\n((?:    .*\n|\n)+)", f"{ast.get_docstring(node)}\n"):
                if "├" not in block:  # a tree
                    yield textwrap.dedent(block)


EXAMPLES = [pytest.param(block, id=source.relative_to(ROOT).as_posix()) for source in SOURCES for block in examples(source)]


@pytest.mark.parametrize("block", EXAMPLES)
def test_example(block: str, truto_env: FakeTruto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They run, with the names that they leave out."""
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
