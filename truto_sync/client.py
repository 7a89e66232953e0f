"""The blocking client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self, Unpack

from truto_async._transport.copies import Copyable
from truto_async.client import AsyncTruto
from truto_async.errors import InvalidArgumentError
from truto_sync import resources
from truto_sync._blocking import Facade, blocking, mirrors, nested, part
from truto_sync._docs import described_as
from truto_sync._portal import Portal

if TYPE_CHECKING:
    from types import TracebackType

    from truto_async._transport.settings import CallOptions

__all__ = ["Truto"]


class Truto(Copyable, Facade[AsyncTruto]):
    """Truto's API, for scripts, notebooks and threads.

    Calls run in an event loop of the client's own, in a thread of its own, so they work where another loop is running, and
    from any number of threads at once. Use it as a context manager, or call `close()` at the end; a client that is never
    closed is closed when it is collected, or with the interpreter.
    """

    sync_jobs: Final = part(AsyncTruto.sync_jobs, lambda: resources.SyncJobs)
    sync_job_runs: Final = part(AsyncTruto.sync_job_runs, lambda: resources.SyncJobRuns)
    sync_job_cron_triggers: Final = part(AsyncTruto.sync_job_cron_triggers, lambda: resources.SyncJobCronTriggers)
    sync_job_templates: Final = part(AsyncTruto.sync_job_templates, lambda: resources.SyncJobTemplates)
    sync_job_run_state: Final = part(AsyncTruto.sync_job_run_state, lambda: resources.SyncJobRunState)
    webhooks: Final = part(AsyncTruto.webhooks, lambda: resources.Webhooks)
    logs: Final = part(AsyncTruto.logs, lambda: resources.Logs)
    batch_requests: Final = part(AsyncTruto.batch_requests, lambda: resources.BatchRequests)

    @mirrors(AsyncTruto.__init__)
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("session") is not None:
            raise InvalidArgumentError(
                "session= is for AsyncTruto: a session belongs to one event loop, and this has its own"
            )
        target = _make(args, kwargs)
        del args, kwargs  # a traceback from here on does not hold the token
        if isinstance(target, InvalidArgumentError):
            raise target
        self._use(target, Portal(on_close=target.close))

    def _use(self, target: AsyncTruto, portal: Portal) -> None:
        super().__init__(target, portal)

    @described_as(AsyncTruto.with_options)
    def with_options(self, **options: Unpack[CallOptions]) -> Self:  # noqa: D102  # its twin says it
        copy = object.__new__(type(self))
        copy._use(self._target.with_options(**options), self._portal)  # of its own class
        return copy

    resource: Final = nested(AsyncTruto.resource, lambda: resources.GenericResource)
    request: Final = blocking(AsyncTruto.request)

    @described_as(AsyncTruto.close)
    def close(self) -> None:  # noqa: D102  # its twin says it
        self._portal.close()

    def __enter__(self) -> Self:
        """Return the client itself; raises ClientClosedError."""
        self._portal.check_open()
        self._target._transport.check_open()  # noqa: SLF001  # its twin's
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        make, (_, *options) = self._target.__reduce__()
        return make, (type(self), *options)

    def _is_closed(self) -> bool:
        return self._portal.is_closed

    def _refuse(self, problem: str) -> None:
        self._target._refuse(problem)  # noqa: SLF001  # its twin's

    def __repr__(self) -> str:
        """Show the base URL, never the token."""
        target: AsyncTruto | None = getattr(self, "_target", None)  # there is none when making it failed
        shown = "AsyncTruto(...)" if target is None else repr(target)
        return shown.replace(AsyncTruto.__name__, type(self).__name__, 1)


def _make(args: tuple[Any, ...], kwargs: dict[str, Any]) -> AsyncTruto | InvalidArgumentError:
    """Make the asynchronous client; return the error, since a traceback from here would hold the token."""
    try:
        return AsyncTruto(*args, **kwargs)
    except InvalidArgumentError as error:
        return error.with_traceback(None)
