"""Entries of Truto's logs, a class for each type of log.

They are written by many services, and what is published about them leaves types open. So no entry is refused for a value
that does not fit its field: such values are kept in `extra`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeAlias

import attrs
from attrs import field, frozen

from truto_async._codec.fields import generated_hooks, register_hooks, wire_name
from truto_async._codec.structure_error import StructureError, expect_object
from truto_async._support.json import EMPTY, JSONObject, JSONValue, as_object
from truto_async.models._base import Model

__all__ = ["ApiLog", "CronTriggerLog", "McpLog", "RapidBridgeLog", "WebhookLog"]

Number: TypeAlias = int | float
Status: TypeAlias = int | str

_OUTSIDE = ("_id", "timestamp")
"""What stands next to `metadata`, where an entry has it."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class LogEntry(Model):
    """What the entries of all logs have in common.

    truto.one/docs describes `{"_id", "timestamp", "metadata": {...}}`, truto-skills one flat object. Both are read, and each
    goes back in its own form. Where there is `metadata`, `extra` has its unknown fields under that name.
    """

    entry_id: str | None = field(default=None, metadata=wire_name("_id"))
    """The id of the entry; JSON name `_id`."""

    timestamp: datetime | None = None
    """When it was written, in UTC."""

    environment_id: str | None = None
    """The environment that it belongs to."""

    has_metadata: bool = field(default=False, repr=False, metadata=wire_name(None))
    """True for the form with `metadata`, False for the flat one."""

    wire_times: dict[str, str] = field(factory=dict[str, str], eq=False, repr=False)
    """The times as the server wrote them, by field, which `to_dict` returns. Neither compared nor shown."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ApiLog(LogEntry):
    """A call of a connected product, through the unified or the proxy API: log type `unified_proxy_api`."""

    request_type: str | None = None
    """"unified" or "proxy"."""

    integrated_account_id: str | None = None
    """The account that was called."""

    integration: str | None = None
    """The connected product."""

    resource: str | None = None
    """What was called, such as "ticketing/tickets"."""

    method: str | None = None
    """What was done, such as "list"."""

    status: Status | None = None
    """The status of the answer."""

    message: str | None = None
    """A sentence about it."""

    duration: Number | None = None
    """How long the whole took; the unit is not published."""

    fetch_duration: Number | None = None
    """How long the connected product took, in the same unit."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class RapidBridgeLog(LogEntry):
    """A step of a run: log type `rapid_bridge`. Why a run failed is found here (truto-skills: debugging sync jobs)."""

    service: str | None = None
    """The part of Truto that wrote it."""

    integrated_account_id: str | None = None
    """The account that the run reads."""

    integration: str | None = None
    """The connected product."""

    sync_job_id: str | None = None
    """The job."""

    sync_job_run_id: str | None = None
    """The run."""

    sync_job_run_event: str | None = None
    """The event of the run, such as "record_error" or "failed"."""

    sync_job_request_type: str | None = None
    """The kind of step."""

    resource: str | None = None
    """The resource or node."""

    status: Status | None = None
    """The status of the run, or of the connected product's answer."""

    num_records: int | None = None
    """How many records there were."""

    fetch_duration: Number | None = None
    """How long the connected product took; the unit is not published."""

    retry_after: Number | None = None
    """Seconds that the connected product asked to wait."""

    retry_count: int | None = None
    """How often the step was tried again."""

    webhook_id: str | None = None
    """The webhook that records were sent to."""

    webhook_status: Status | None = None
    """The status that the webhook's owner answered with."""

    webhook_successful: bool | None = None
    """Whether the webhook took the records."""

    datastore_successful: bool | None = None
    """Whether the datastore took the records."""

    integrated_account_needs_reauth: bool | None = None
    """True where the account must be authorised again."""

    logs: list[JSONValue] | None = None
    """Messages and errors, as strings or objects."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class WebhookLog(LogEntry):
    """A delivery of an event to a webhook: log type `webhook`."""

    id: str | None = None
    """The id of the event."""

    event: str | None = None
    """The event, such as "sync_job_run:completed"."""

    webhook_id: str | None = None
    """The webhook."""

    webhook_endpoint_status: Status | None = None
    """The status that the webhook's owner answered with."""

    status: Status | None = None
    """What became of the delivery."""

    queue: str | None = None
    """The queue that it was in."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class CronTriggerLog(LogEntry):
    """A moment of a cron trigger: log type `sync_job_cron_trigger`."""

    alarm_type: str | None = None
    """The kind of alarm that went off."""

    entity_id: str | None = None
    """The id of the job (truto-skills), or of the trigger."""

    duration: Number | None = None
    """How long it took; the unit is not published."""

    logs: list[JSONValue] | None = None
    """Messages and errors, as strings or objects."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class McpLog(LogEntry):
    """A call to an MCP server: log type `mcp`."""

    mcp_server_id: str | None = None
    """The server."""

    mcp_method: str | None = None
    """The method of the protocol, such as "tools/call"."""

    tool_name: str | None = None
    """The tool that was called."""

    request_id: str | None = None
    """The id of the request."""

    client_name: str | None = None
    """The name of the client."""

    client_version: str | None = None
    """The version of the client."""

    integrated_account_id: str | None = None
    """The account that was called."""

    integration: str | None = None
    """The connected product."""

    resource: str | None = None
    """What was called."""

    method: str | None = None
    """What was done, such as "list"."""


_hooks: Callable[[Any], tuple[Any, Any]] = cache(generated_hooks)


def _structure(cls: type[LogEntry], value: JSONValue, _: object) -> LogEntry:
    document = expect_object(value)
    metadata = document.get("metadata")
    if type(metadata) is not dict:
        return _read(cls, document)
    outside = {name: item for name, item in document.items() if name != "metadata"}
    inside = as_object(metadata)
    fields = {name: item for name, item in inside.items() if name not in _OUTSIDE}
    entry = _read(cls, fields | {name: outside.pop(name) for name in _OUTSIDE if name in outside})
    outside |= {name: item for name, item in entry.extra.items() if name in _OUTSIDE}
    unknown = {name: item for name, item in inside.items() if name in _OUTSIDE or name in entry.extra}
    extra = outside | ({"metadata": unknown} if unknown else {})
    return attrs.evolve(entry, has_metadata=True, extra=extra or EMPTY)


def _unstructure(entry: LogEntry) -> JSONObject:
    write = _hooks(type(entry))[1]
    if not entry.has_metadata:
        return as_object(write(entry))
    fields = as_object(write(attrs.evolve(entry, extra=EMPTY)))
    outside = {name: fields.pop(name) for name in _OUTSIDE if name in fields}
    return outside | entry.extra | {"metadata": fields | as_object(entry.extra.get("metadata"))}


def _read(cls: type[LogEntry], document: JSONObject) -> LogEntry:
    """Make an entry; what does not fit its field goes to `extra`."""
    read, misfits = _hooks(cls)[0], dict[str, JSONValue]()
    while True:
        try:
            entry: LogEntry = read({name: item for name, item in document.items() if name not in misfits}, cls)
        except StructureError as error:
            name = str(error.steps[-1])
            misfits[name] = document[name]
        else:
            return attrs.evolve(entry, has_metadata=False, extra=entry.extra | misfits or EMPTY)


for _cls in (ApiLog, RapidBridgeLog, WebhookLog, CronTriggerLog, McpLog):
    register_hooks(_cls, partial(_structure, _cls), _unstructure)
