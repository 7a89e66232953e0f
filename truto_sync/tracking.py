"""Following runs across restarts, blocking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from truto_async.tracking import AsyncRunTracker, RunEnd, RunOptions, RunRecord, RunStore, SQLiteRunStore
from truto_sync._blocking import Facade, blocking, iterated
from truto_sync._docs import described_as

if TYPE_CHECKING:
    from types import TracebackType

    from truto_sync.client import Truto

__all__ = ["RunEnd", "RunOptions", "RunRecord", "RunStore", "RunTracker", "SQLiteRunStore"]


class RunTracker(Facade[AsyncRunTracker]):  # noqa: D101  # its twin says it
    __doc__ = AsyncRunTracker.__doc__

    @described_as(AsyncRunTracker.__init__)
    def __init__(self, truto: Truto, store: RunStore) -> None:  # its twin says it
        super().__init__(AsyncRunTracker(truto._target, store), truto._portal)  # noqa: SLF001  # one distribution

    @property
    def unresolved(self) -> list[RunRecord]:
        """Starts that a crash cut short, and whose run cannot be told; see the asynchronous twin."""
        return self._target.unresolved

    open: Final = blocking(AsyncRunTracker.open)
    close: Final = blocking(AsyncRunTracker.close)
    start: Final = blocking(AsyncRunTracker.start)
    track: Final = blocking(AsyncRunTracker.track)
    feed: Final = blocking(AsyncRunTracker.feed)
    forget: Final = blocking(AsyncRunTracker.forget)
    ends: Final = iterated(AsyncRunTracker.ends)

    def __enter__(self) -> Self:
        """Open it."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
