"""Webhooks in: verify what Truto delivers, and read it as typed events.

::

    event = parse(body, request.headers.get("X-Truto-Signature"), secret)
    if isinstance(event, SyncJobRunEvent):
        print(event.run.id, event.run.status)

Facts follow truto.one/docs (guides: webhooks) and truto-skills (webhooks and notifications).
"""

import hmac
from base64 import b64encode
from datetime import datetime
from functools import partial
from typing import TypeVar

import attrs
from attrs import field, frozen

from truto_async._codec.codec import codec_for
from truto_async._codec.fields import register_hooks, structure_hook, unstructure_hook, wire_name
from truto_async._codec.structure_error import StructureError, expect_object, refuse
from truto_async._support.json import JSONObject, JSONValue
from truto_async.errors import InvalidArgumentError, TrutoError, WebhookSignatureError
from truto_async.models._base import Entity, Model
from truto_async.models.run import SyncJobRun

__all__ = [
    "SyncJobRunEvent",
    "SyncJobRunRecordErrorEvent",
    "SyncJobRunRecordEvent",
    "WebhookEvent",
    "WebhookTestEvent",
    "parse",
    "sign",
    "verify",
]

M = TypeVar("M", bound=Model)

_PREFIXES = ("format=sha256,", "")
_NAME_KEYS = ("event", "event_type", "eventType")


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Envelope(Entity):
    """What all deliveries have in common."""

    event: str
    """The name, such as "sync_job_run:completed"."""

    payload: JSONValue = None
    """What the event is about, mostly the changed resource, as it came. Nothing in it is checked before it is asked for."""

    environment_id: str | None = None
    """The environment that the event belongs to."""

    webhook_id: str | None = None
    """The webhook that it was delivered to."""

    created_at: datetime | None = None
    """When the event happened, in UTC."""


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class WebhookEvent(Envelope):
    """A delivery of any event; those whose payload is known have a subclass.

    `parse` makes one of a signed delivery. `WebhookEvent.from_json(body)` and `from_dict` make one without verifying
    anything, such as of a delivery that was verified when it was stored. Both return the subclass that fits the name.
    """

    event_key: str = field(default="event", eq=False, repr=False)
    """The JSON name that the event's name came under, which `to_dict` returns: "event", "event_type" or "eventType".
    Truto's pages and examples use all three. Neither compared nor shown."""

    @property
    def entity(self) -> str:
        """What the event is about: "sync_job_run" of "sync_job_run:completed"; the whole name where it has no colon."""
        return self.event.partition(":")[0]

    @property
    def action(self) -> str:
        """What happened: "completed" of "sync_job_run:completed"; empty where the name has no colon, as in "test"."""
        return self.event.partition(":")[2]

    def _payload_as(self, cls: type[M]) -> M:
        return codec_for(cls).structure(self.payload, "payload")


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SyncJobRunEvent(WebhookEvent):
    """A run of a sync job was created, updated, started, completed, failed, deleted or rate limited."""

    @property
    def run(self) -> SyncJobRun:
        """The run, as it was when this happened.

        Truto publishes no example of these payloads; its docs say that a payload is mostly the changed resource. Raises
        ResponseDecodeError where it is not a run.
        """
        return self._payload_as(SyncJobRun)


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class _Records(Model):
    resource: str | None = None
    records: list[JSONValue] | None = None
    meta: JSONValue = None
    retry_after: JSONValue = field(default=None, metadata=wire_name("retryAfter"))


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SyncJobRunRecordEvent(WebhookEvent):
    """A run fetched records (truto-skills: sync jobs, webhook destination).

    Each property raises ResponseDecodeError where the payload is something else.
    """

    @property
    def resource(self) -> str | None:
        """The resource that the records are of, such as "ticketing/tickets"; None where it is not said."""
        return self._payload_as(_Records).resource

    @property
    def records(self) -> list[JSONValue]:
        """The records; empty where there are none."""
        return self._payload_as(_Records).records or []

    @property
    def meta(self) -> JSONValue:
        """What Truto says about the records, as it came; None where there is nothing. Its form is not published."""
        return self._payload_as(_Records).meta

    @property
    def retry_after(self) -> JSONValue:
        """The payload's `retryAfter`, as it came; None where there is none. Its unit is not published."""
        return self._payload_as(_Records).retry_after


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class _RecordErrors(Model):
    resource: str | None = None
    method: str | None = None
    errors: list[JSONValue] | None = None


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SyncJobRunRecordErrorEvent(WebhookEvent):
    """A run could not fetch records, and goes on (truto.one/docs: sync job runs, `error_handling`).

    Each property raises ResponseDecodeError where the payload is something else.
    """

    @property
    def resource(self) -> str | None:
        """The resource of the request that failed; None where it is not said."""
        return self._payload_as(_RecordErrors).resource

    @property
    def method(self) -> str | None:
        """The method of the request that failed, such as "list"; None where it is not said."""
        return self._payload_as(_RecordErrors).method

    @property
    def errors(self) -> list[JSONValue]:
        """The errors as they came: several where `error_handling` is "batch"; else one, which is the payload."""
        errors = self._payload_as(_RecordErrors).errors
        return [self.payload] if errors is None else errors


@frozen(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class WebhookTestEvent(WebhookEvent):
    """The event `test`, which `webhooks.test` has delivered. Its payload is `{"foo": "bar"}`."""


_CLASSES: dict[str, type[WebhookEvent]] = {
    **dict.fromkeys(
        (
            "sync_job_run:created",
            "sync_job_run:updated",
            "sync_job_run:started",
            "sync_job_run:completed",
            "sync_job_run:failed",
            "sync_job_run:deleted",
            "sync_job_run:rate_limited",
        ),
        SyncJobRunEvent,
    ),
    "sync_job_run:record": SyncJobRunRecordEvent,
    "sync_job_run:record_error": SyncJobRunRecordErrorEvent,
    "test": WebhookTestEvent,
}


def _structure(wanted: type[WebhookEvent], value: JSONValue, _: object) -> WebhookEvent:
    document = expect_object(value)
    key = next((key for key in _NAME_KEYS if document.get(key) is not None), "event")
    name = document.get(key)
    if not isinstance(name, str):
        raise StructureError("missing", key) if name is None else refuse([str], name, key)
    cls = _CLASSES.get(name, WebhookEvent)
    if not issubclass(cls, wanted):
        raise StructureError(f"expected a {wanted.__name__}, got the event {name!r}", key)
    others = {other: item for other, item in document.items() if other != key}
    envelope = structure_hook(Envelope)(others | {"event": name}, Envelope)
    fields = {one.name: getattr(envelope, one.name) for one in attrs.fields(Envelope)}
    return cls(**fields, event_key=key)


def _unstructure(event: WebhookEvent) -> JSONObject:
    document: JSONObject = unstructure_hook(Envelope)(event)
    name = document.pop("event")
    return {event.event_key: name} | document


_EVENT_CLASSES: list[type[WebhookEvent]] = [WebhookEvent, *dict.fromkeys(_CLASSES.values())]
for _cls in _EVENT_CLASSES:
    register_hooks(_cls, partial(_structure, _cls), _unstructure)


def parse(body: bytes, signature: str | None, secret: str) -> WebhookEvent:
    """Verify a delivery, as `verify` does, and return its event.

    Args:
        body: the body of the request, byte for byte as it was received.
        signature: the header `X-Truto-Signature`; None where the request has none.
        secret: the webhook's `secret`.

    Raises WebhookSignatureError where the signature is missing or wrong. Raises ResponseDecodeError where a signed body is
    not the JSON of an event, such as a delivery as `multipart/form-data`.
    """
    error = _find_error(body, signature, secret)
    del secret  # tracebacks can show local variables
    if error is not None:
        raise error
    return WebhookEvent.from_json(body)


def verify(body: bytes, signature: str | None, secret: str) -> None:
    """Raise WebhookSignatureError unless a delivery was signed with the webhook's secret.

    The header is `format=sha256,v=<mac>` or `v=<mac>`. The mac is the HMAC-SHA256 of the body, in hex or, as some receivers
    of Truto's deliveries expect it, in base64. It is compared in constant time. Raises InvalidArgumentError where the secret
    is empty, or an argument is of another type.

    Args:
        body: the body of the request, byte for byte as it was received.
        signature: the header `X-Truto-Signature`; None where the request has none.
        secret: the webhook's `secret`, which only the response to its creation has (truto-skills: webhooks).
    """
    error = _find_error(body, signature, secret)
    del secret  # tracebacks can show local variables
    if error is not None:
        raise error


def sign(body: bytes, secret: str) -> str:
    """Return the header `X-Truto-Signature` that Truto would send with a body, for tests of a receiver.

    Raises InvalidArgumentError as `verify` does.
    """
    error = _find_bad_input(body, secret)
    if error is None:
        return f"format=sha256,v={_digest(body, secret).hex()}"
    del secret  # tracebacks can show local variables
    raise error


def _find_error(body: bytes, signature: object, secret: str) -> TrutoError | None:
    """Return the error to raise; not raised here, where the traceback would hold the secret and the mac expected."""
    error = _find_bad_input(body, secret)
    if error is not None:
        return error
    if signature is None:
        return WebhookSignatureError("the delivery has no signature")
    if not isinstance(signature, str):
        return InvalidArgumentError(f"signature must be a string, or None: {type(signature).__name__}")
    prefix, separator, mac = signature.partition("v=")
    if not separator or prefix not in _PREFIXES:
        return WebhookSignatureError("the signature is not of the form format=sha256,v=<mac>")
    if not _is_mac(mac, _digest(body, secret)):
        return WebhookSignatureError("the signature is not that of this body with this secret")
    return None


def _find_bad_input(body: object, secret: object) -> InvalidArgumentError | None:
    if not isinstance(body, bytes):
        return InvalidArgumentError(f"body must be the bytes that were received, not a {type(body).__name__}")
    if not isinstance(secret, str) or not secret:
        return InvalidArgumentError("secret must be the webhook's secret, a string that is not empty")
    return None


def _digest(body: bytes, secret: str) -> bytes:
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), body, "sha256")


def _is_mac(mac: str, digest: bytes) -> bool:
    """Compare with each way to write a digest, and with no other.

    A lenient reader of base64, or of hex in mixed case, would let some altered macs pass.
    """
    received = mac.encode("utf-8", "surrogatepass")
    written = (digest.hex().encode(), digest.hex().upper().encode(), b64encode(digest))
    return True in [hmac.compare_digest(received, one) for one in written]
