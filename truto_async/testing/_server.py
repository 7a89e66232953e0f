"""An HTTP server in a thread and an event loop of its own, so that any code can talk to it."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from aiohttp import web

from truto_async.testing._records import RecordedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from truto_async.testing._answers import Answer

__all__ = ["ServerThread"]


class ServerThread:
    """Serves what a function of the recorded request says, on a free loopback port."""

    def __init__(
        self, answer: Callable[[RecordedRequest], Answer], background: Callable[[], Coroutine[object, object, None]]
    ) -> None:
        """Call `answer`, and run `background`, in the server's thread."""
        self._answer = answer
        self._background = background
        self._port: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, name="FakeTruto", daemon=True)

    def start(self) -> int:
        """Start the server and return its port."""
        self._thread.start()
        return self._port.result()

    def stop(self) -> None:
        """Close all connections and end the thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_debug(False)  # else dev mode traces each task of the server, and logs what other threads made slow
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        background = self._loop.create_task(self._background())
        await asyncio.sleep(0)  # it has begun before the first request
        self._port.set_result(runner.addresses[0][1])
        await self._stopping.wait()
        background.cancel()
        await asyncio.gather(background, return_exceptions=True)
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = self._answer(await _record(request))
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.drop and request.transport is not None:
            request.transport.abort()
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


async def _record(request: web.BaseRequest) -> RecordedRequest:
    path, _, query = request.raw_path.partition("?")
    return RecordedRequest(
        method=request.method,
        path=path,
        segments=tuple(unquote(part) for part in path.removeprefix("/").split("/")),
        query=parse_qs(query, keep_blank_values=True),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
        time=time.monotonic(),
    )
