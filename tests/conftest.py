"""What the tests share: above all, one client that stands for either package, so that each behaviour is tested once."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import HealthCheck, settings

from truto_async import AsyncTruto, models
from truto_sync import Truto

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from truto_async.testing import FakeTruto

settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


TIMED = (
    "tests/limits/test_rate_limit.py",
    "tests/limits/test_redis",
    "tests/test_clusters.py",
    "tests/test_workers.py",
    "tests/transport/test_deadlines.py",
    "tests/transport/test_states.py",
    "tests/transport/test_wire.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have tests that count seconds run once more if they fail: on a busy machine, something may be late."""
    for item in items:
        if item.nodeid.startswith(TIMED):
            item.add_marker(pytest.mark.flaky(reruns=1))


def id_of(value: object) -> str:
    """Name a parameter, the same in each process that runs a part of the tests."""
    return re.sub(r" at 0x\w+", "", str(value))


class MakeClient(Protocol):
    """Makes a client of either package, that is called without await."""

    def __call__(self, token: str | None = None, **options: Any) -> Any:
        """Take what both constructors take."""


class Driven:
    """An asynchronous object whose methods are run to their end in one event loop."""

    def __init__(self, target: object, runner: asyncio.Runner) -> None:
        """Take the object and the loop's runner."""
        self._target = target
        self._runner = runner

    def __repr__(self) -> str:
        """Show the object."""
        return repr(self._target)

    def __getattr__(self, name: str) -> Any:
        """Give a blocking method for an asynchronous one."""
        value = getattr(self._target, name)
        if inspect.iscoroutinefunction(value):
            return lambda *args, **kwargs: self._runner.run(value(*args, **kwargs))
        if inspect.ismethod(value):
            return lambda *args, **kwargs: self._driven(value(*args, **kwargs))
        return self._driven(value)

    def __iter__(self) -> Iterator[Any]:
        """Walk over an asynchronous list or batch."""
        target: Any = self._target
        items = target.__aiter__()
        try:
            while True:
                yield self._runner.run(anext(items))
        except StopAsyncIteration:
            pass
        finally:
            self._runner.run(items.aclose())

    def _driven(self, value: Any) -> Any:
        """Give what is asynchronous itself a driver, too."""
        is_ours = type(value).__module__.startswith("truto_async") and not isinstance(value, models.Model)
        return Driven(value, self._runner) if is_ours else value


@pytest.fixture(params=["truto_async", "truto_sync"])
def make_client(request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    """Make clients of either package, closed at the end of the test."""
    clients: list[Any] = []
    with asyncio.Runner() as runner:

        def make(token: str | None = None, **options: Any) -> Any:
            client = Driven(AsyncTruto(token, **options), runner) if asynchronous else Truto(token, **options)
            clients.append(client)
            return client

        asynchronous = request.param == "truto_async"
        yield make
        for client in clients:
            client.close()


@pytest.fixture
def truto(make_client: MakeClient, fake_truto: FakeTruto) -> Any:
    """Give a client of either package that talks to the fake, and does not try again."""
    return make_client(fake_truto.token, base_url=fake_truto.url, retry=None)


def open_sockets() -> int:
    """Count the sockets that this process has open."""
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            count += str(descriptor.readlink()).startswith("socket:")
    return count


async def wait_until(is_true: Callable[[], bool]) -> None:
    """Wait for something that a server or another task does."""
    async with asyncio.timeout(10):
        while not is_true():  # noqa: ASYNC110  # what it waits for sets no event
            await asyncio.sleep(0.01)


def run_here(thread: threading.Thread) -> None:
    """Start a thread as gevent does: in the thread that runs already; its errors go nowhere."""
    with contextlib.suppress(Exception):
        thread.run()


def run_script(script: str, *, status: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as strictly as Python can, and expect an exit status."""
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(script)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # the tests may run with it ignored
    )
    assert status == done.returncode, done.stderr
    return done
