"""The state that sync jobs keep between runs."""

from datetime import datetime

from attrs import field, frozen

from truto_async._support.json import JSONValue
from truto_async.models._base import Model

__all__ = ["StateEntry"]


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class StateEntry(Model):
    """One entry of a namespace (truto.one/docs and truto-skills, sync job run state)."""

    key: str
    """The key, unique in its namespace."""

    value: JSONValue = None
    """The value: any JSON (truto-skills), or a string that holds JSON (truto.one/docs)."""

    sync_job_run_id: str | None = None
    """The run that wrote it; None where a call did."""

    created_at: datetime | None = None
    """When it was made, in UTC."""

    updated_at: datetime | None = None
    """When it was last changed, in UTC."""

    wire_times: dict[str, str] = field(factory=dict[str, str], eq=False, repr=False)
    """The times as the server wrote them, by field, which `to_dict` returns. Neither compared nor shown."""
