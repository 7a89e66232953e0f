"""The way of a call in docs/contributing/architecture.md is the way that a call takes."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import truto_async
from truto_async import AsyncTruto
from truto_async.testing import FakeTruto

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(truto_async.__file__).parent
DOCUMENT = Path(__file__).parent.parent / "docs" / "contributing" / "architecture.md"


def documented() -> list[tuple[str, str]]:
    """Read the files and functions of the first drawing."""
    drawing = DOCUMENT.read_text().split("```")[1]
    return re.findall(r"^(\S+\.py) +(\S+)", drawing, re.MULTILINE)


async def walked() -> list[tuple[str, str]]:
    """Fetch a job on a connection that is open, and list the functions of the package that are called."""
    calls: list[tuple[str, str]] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT) and "testing" not in path.parts:
            calls.append((path.relative_to(ROOT).as_posix(), frame.f_code.co_qualname))

    with FakeTruto() as fake:
        async with AsyncTruto(fake.token, base_url=fake.url) as truto:
            job_id = next(iter(fake.jobs))
            for _ in range(3):
                await truto.sync_jobs.get(job_id)
            before = sys.getprofile()
            sys.setprofile(profile)
            try:
                await truto.sync_jobs.get(job_id)
            finally:
                sys.setprofile(before)
    return calls


async def test_the_way_of_a_call() -> None:
    """Each step of the drawing is taken, in its order; and there is no file on the way that the drawing does not have."""
    steps, calls = documented(), await walked()
    remaining = iter(calls)

    assert len(steps) > 10
    for step in steps:
        assert step in remaining, f"{step} is not called, or not in this order"
    assert {file for file, _ in calls} == {file for file, _ in steps}


async def test_the_way_is_short() -> None:
    """A reader who follows a call sees few functions, files and changes of file."""
    calls = await walked()
    files = [file for file, _ in calls]

    assert len(calls) <= 45
    assert len(set(files)) <= 11
    assert sum(one != other for one, other in itertools.pairwise(files)) <= 30
