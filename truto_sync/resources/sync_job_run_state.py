"""The state that sync jobs keep between runs, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.sync_job_run_state import AsyncState, AsyncSyncJobRunState
from truto_sync._blocking import Facade, blocking, nested, paged

__all__ = ["State", "SyncJobRunState"]


class State(Facade[AsyncState]):  # noqa: D101  # its twin says it
    __doc__ = AsyncState.__doc__

    get: Final = blocking(AsyncState.get)
    set: Final = blocking(AsyncState.set)
    delete: Final = blocking(AsyncState.delete)
    items: Final = paged(AsyncState.items)


class SyncJobRunState(Facade[AsyncSyncJobRunState]):  # noqa: D101  # its twin says it
    __doc__ = AsyncSyncJobRunState.__doc__

    state: Final = nested(AsyncSyncJobRunState.state, lambda: State)
