"""Event loops in threads; and gevent and eventlet, which may have made greenlets of the threads."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["are_threads_greenlets", "make_runner"]


def make_runner(loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> asyncio.Runner:
    """Make a runner, and its event loop, for a thread that runs none.

    Raises what making the loop does, and RuntimeError if a loop runs already: greenlets share one thread, and its loop.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        runner = asyncio.Runner(loop_factory=loop_factory)
        runner.get_loop()
        return runner
    raise RuntimeError("gevent or eventlet has made greenlets of threads, and one event loop runs already: use threads")


def are_threads_greenlets() -> bool:
    """Return whether gevent or eventlet has put greenlets in the place of threads."""
    gevent: Any = sys.modules.get("gevent.monkey")
    eventlet: Any = sys.modules.get("eventlet.patcher")
    return (gevent is not None and gevent.is_module_patched("threading")) or (
        eventlet is not None and eventlet.is_monkey_patched("thread")
    )
