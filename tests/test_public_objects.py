"""Public objects: hashes, pickles, type hints and reprs that do not lead into private modules."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
import typing
from io import StringIO
from typing import Any

import attrs
import pytest
from rich.console import Console

import truto_async
from truto_async import AsyncTruto, Hooks, Outcome, RateLimit, RequestNode, RetryPolicy, SyncJob, models
from truto_async.pipeline._pictures.summary import render
from truto_async.testing import SEED_JOBS, FakeTruto
from truto_sync import Truto

JOBS = [SyncJob.from_dict(document) for document in SEED_JOBS]
# These are left out: they name the models, which load later than them.
PUBLIC_CLASSES = [
    value
    for name in dir(truto_async)
    if not name.endswith(("Fields", "Changes")) and inspect.isclass(value := getattr(truto_async, name))
]


def print_number(event: object) -> None:
    """Stand in for a hook."""


@pytest.mark.parametrize(
    "thing",
    [
        *JOBS,
        RateLimit(3, per=2.0, per_account=None),
        RetryPolicy(attempts=2),
        Hooks(on_retry=print),
        Outcome(id="x", value=JOBS[3]),
        AsyncTruto("t", base_url="http://127.0.0.1:1"),
        Truto("t", base_url="http://127.0.0.1:1"),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_pickles_name_public_modules_only(thing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So they can still be read when the private ones are arranged anew."""
    monkeypatch.setenv("TRUTO_API_TOKEN", "t")

    pickled = pickle.dumps(thing)

    assert b"truto_async._" not in pickled
    assert b"truto_sync._" not in pickled
    assert sorted(repr(thing)) == sorted(repr(pickle.loads(pickled)))  # sets may be in another order


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id[:8])
def test_models_are_copied_and_pickled_by_value(job: SyncJob) -> None:
    """Times in the server's form and unknown fields included; models without unknown fields share one empty dict again."""
    for twin in (copy.copy(job), copy.deepcopy(job), pickle.loads(pickle.dumps(job))):
        assert job == twin
        assert job.to_dict() == twin.to_dict()
        assert (job.extra is JOBS[0].extra) == (twin.extra is JOBS[0].extra)


def test_jobs_hash_by_id() -> None:
    """Jobs can be in sets; two states of one job have one hash, and are not equal."""
    changed = attrs.evolve(JOBS[0], label="Other")

    assert {JOBS[0], copy.deepcopy(JOBS[0])} == {JOBS[0]}
    assert hash(changed) == hash(JOBS[0])
    assert changed != JOBS[0]
    assert JOBS[0] != JOBS[0].id


def test_other_models_have_no_hash() -> None:
    """They say so, and why."""
    with pytest.raises(TypeError, match=r"RequestNode has no hash.*lists and dicts"):
        hash(RequestNode(name="x"))


@pytest.mark.parametrize("cls", PUBLIC_CLASSES, ids=lambda cls: cls.__name__)
def test_type_hints_resolve(cls: type[Any]) -> None:
    """`typing.get_type_hints` works on every public class with fields."""
    hints = typing.get_type_hints(cls)

    if attrs.has(cls):
        assert {field.name for field in attrs.fields(cls)} <= hints.keys()


def test_reprs_are_short_and_useful(fake_truto: FakeTruto) -> None:
    """No address, and no pages of text."""
    url = fake_truto.url
    asynchronous = AsyncTruto("t", base_url=url)
    with Truto("t", base_url=url) as truto:
        shown = [
            *map(repr, (truto, truto.sync_jobs, truto.sync_jobs.list(max_items=3), truto.sync_jobs.get_many(["a", "b"]))),
            *map(repr, (asynchronous, asynchronous.sync_jobs)),
            *map(repr, (asynchronous.sync_jobs.list(cursor="c"), asynchronous.sync_jobs.get_many(iter("a")))),
        ]

    assert shown == [
        f"Truto(base_url='{url}')",
        f"SyncJobs(base_url='{url}')",
        "Pager(max_items=3)",
        "Batch(<0 of 2 done, 0 failed>)",
        f"AsyncTruto(base_url='{url}')",
        f"AsyncSyncJobs(base_url='{url}')",
        "AsyncPager(cursor='c')",
        "AsyncBatch(<0 done, 0 failed>)",
    ]
    assert all(len(repr(job)) < 1000 for job in JOBS)
    assert "resources=<13 items>" in repr(JOBS[0])


def test_jobs_in_notebooks_and_rich() -> None:
    """IPython and rich show a job as the command line does."""

    class Printer:
        def text(self, text: str) -> None:
            self.shown = text

    printer, console = Printer(), Console(file=StringIO(), width=200)
    JOBS[0]._repr_pretty_(printer, cycle=False)
    console.print(JOBS[0])
    expected = render(JOBS[0]).rstrip()

    assert expected == printer.shown
    assert isinstance(console.file, StringIO)
    assert expected.split() == console.file.getvalue().split()
    JOBS[0]._repr_pretty_(printer, cycle=True)
    assert repr(JOBS[0]) == printer.shown


def test_every_model_is_exported() -> None:
    """The models in `__all__` are attributes of the package."""
    assert set(models.__all__) <= set(dir(truto_async))


def test_no_file_descriptors_left() -> None:
    """A blocking call that cannot have an event loop raises an error of the tree, and the next one works."""
    script = """
import os, resource
from truto_sync import APIConnectionError, Truto
from truto_sync.testing import FakeTruto

with FakeTruto() as fake, Truto(fake.token, base_url=fake.url) as truto:
    jobs = truto.sync_jobs  # its module is loaded while there are file descriptors for that
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")), limits[1]))
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        pass
    try:
        jobs.get("x")
    except APIConnectionError as error:
        print(type(error.__cause__).__name__, "no event loop" in str(error))
    for descriptor in held:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    print(truto.sync_jobs.get(next(iter(fake.jobs))).id == next(iter(fake.jobs)))
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )

    assert ("OSError True\nTrue\n", "", 0) == (done.stdout, done.stderr, done.returncode)
