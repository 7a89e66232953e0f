"""The Redis server of the tests; without one they are skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import redis_server
from benchmarks.errors import MissingToolError
from benchmarks.redis_server import RedisServer

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RedisServer", "start"]


def start(folder: Path, *, age: float) -> RedisServer:
    """Start a server and wait until it has run for some seconds; skip the test where there is none."""
    try:
        redis_server.find()
    except MissingToolError as error:
        pytest.skip(str(error))
    server = RedisServer(folder)
    server.wait_until_old(age)
    return server
