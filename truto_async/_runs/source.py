"""Where runs are looked up, and what a page of their list says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from truto_async._codec.codec import Codec
from truto_async._support.json import JSONValue, as_object
from truto_async._transport.translate import http_date
from truto_async._transport.transport import Transport
from truto_async.errors import ResponseDecodeError
from truto_async.models import SyncJobRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async._support.json import JSONObject
    from truto_async._transport.request import Response

__all__ = ["RunPage", "RunSource", "server_time"]


@frozen(kw_only=True)
class RunPage:
    """A page of the list of runs. Its rows are read when they are asked for: most runs are somebody else's."""

    rows: list[JSONValue]
    """The runs as JSON."""
    next_cursor: str | None
    """The cursor of the next page; None on the last."""
    server_time: datetime | None
    """When the server answered, by its own clock, cut to whole seconds; None where it does not say."""
    received: float
    """When the answer came, in seconds of time.monotonic()."""
    codec: Codec[SyncJobRun]
    """Reads a row."""

    def runs(self, is_wanted: Callable[[JSONObject], bool]) -> Iterator[SyncJobRun]:
        """Read the runs that are wanted, in their order; what cannot be read is left out."""
        for row in self.rows:
            document = as_object(row)
            if isinstance(document.get("id"), str) and is_wanted(document):
                try:
                    yield self.codec.structure(document)
                except ResponseDecodeError:
                    continue

    def earliest_time_of(self, moment: float) -> datetime | None:
        """Return the server's time at a moment of time.monotonic() before the page was asked for, or a little earlier.

        The clocks of this machine and of the server may differ. So this machine's clock measures how long ago the moment
        was, and the server's says what time it is: the earliest that the header Date, cut to whole seconds, can mean.
        """
        return None if self.server_time is None else self.server_time - timedelta(seconds=self.received - moment)


@frozen(kw_only=True)
class RunSource:
    """The server's runs, as one client sees them."""

    transport: Transport
    """Where its tasks belong."""
    get: Callable[[str], Awaitable[SyncJobRun]]
    """Fetches a run."""
    page: Callable[[str | None], Awaitable[RunPage]]
    """Fetches the page of the newest runs, or the one at a cursor."""


def server_time(response: Response) -> datetime | None:
    """Return the time of a response's header Date; None where there is none that can be read."""
    seconds = http_date(next((value for name, value in response.headers.items() if name.lower() == "date"), ""))
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
