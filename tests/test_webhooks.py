"""Webhooks in: signatures, typed events, and the receivers of docs/how-to/webhooks.md over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import re
import socket
from base64 import b64decode, b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import attrs
import pytest
import uvicorn
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

import truto_sync.webhooks
from tests.config.test_secrets import everything
from tests.strategies import json_values, texts, timestamps
from truto_async import AsyncTruto, InvalidArgumentError, ResponseDecodeError, SyncJobRun, WebhookSignatureError, webhooks
from truto_async.webhooks import (
    SyncJobRunEvent,
    SyncJobRunRecordErrorEvent,
    SyncJobRunRecordEvent,
    WebhookEvent,
    WebhookTestEvent,
    parse,
    sign,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from truto_async.testing import FakeTruto

BODY = b'{"id": "e1", "event": "test"}'
SECRET = "whsec"
# As `openssl dgst -sha256 -hmac` has them.
HEX = "249db749aaaae86475b4960eaa3ba9741a63bdc769c59276161ee7cea1bb77e9"
BASE64 = "JJ23Saqq6GR1tJYOqjupdBpjvcdpxZJ2Fh7nzqG7d+k="
DOCUMENT = Path(__file__).parent.parent / "docs" / "how-to" / "webhooks.md"
RUN_ACTIONS = ["created", "updated", "started", "completed", "failed", "deleted", "rate_limited"]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[bytes, str, str]:
    """Give a body, a header that Truto might send with it, and the secret."""
    body, secret = draw(st.binary(max_size=24)), draw(st.text(min_size=1, max_size=8))
    mac = sign(body, secret).partition("v=")[2]
    written = draw(st.sampled_from([mac, mac.upper(), b64encode(bytes.fromhex(mac)).decode()]))
    return body, draw(st.sampled_from(["format=sha256,v=", "v="])) + written, secret


def altered(text: str) -> Iterator[str]:
    """Flip each bit of each character."""
    for index, char in enumerate(text):
        for bit in range(21):
            with contextlib.suppress(ValueError):  # no such character
                yield text[:index] + chr(ord(char) ^ 1 << bit) + text[index + 1 :]


def altered_bytes(data: bytes) -> Iterator[bytes]:
    """Flip each bit."""
    for bit in range(8 * len(data)):
        yield (int.from_bytes(data) ^ 1 << bit).to_bytes(len(data))


def is_accepted(body: bytes, signature: str | None, secret: str) -> bool:
    """Return whether both functions accept a delivery, which they must agree about."""
    try:
        verify(body, signature, secret)
    except WebhookSignatureError:
        with pytest.raises(WebhookSignatureError):
            parse(body, signature, secret)
        return False
    return True


@given(deliveries())
def test_every_altered_bit_is_refused(delivery: tuple[bytes, str, str]) -> None:
    """One bit of the body, of the header or of the secret, whichever it is."""
    body, signature, secret = delivery

    assert is_accepted(body, signature, secret)
    assert not any(is_accepted(other, signature, secret) for other in altered_bytes(body))
    assert not any(is_accepted(body, other, secret) for other in altered(signature))
    assert not any(is_accepted(body, signature, other) for other in altered(secret))
    assert not is_accepted(body + b"\0", signature, secret)


@pytest.mark.parametrize("mac", [HEX, HEX.upper(), BASE64])
@pytest.mark.parametrize("prefix", ["format=sha256,v=", "v="])
def test_known_signatures(prefix: str, mac: str) -> None:
    """Those of another implementation are accepted, and `sign` writes one of them."""
    verify(BODY, prefix + mac, SECRET)

    assert isinstance(parse(BODY, prefix + mac, SECRET), WebhookTestEvent)
    assert f"format=sha256,v={HEX}" == sign(BODY, SECRET)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "v=",
        "format=sha256,v=",
        HEX,
        f"sha256={HEX}",
        f"format=sha512,v={HEX}",
        f"format=sha1,v={HEX}",
        f"format=,v={HEX}",
        f"format=SHA256,v={HEX}",
        f"format=sha256v={HEX}",
        f"format=sha256, v={HEX}",
        f" v={HEX}",
        f"v={HEX} ",
        f"v={HEX}\n",
        f"v=v={HEX}",
        f"v={HEX},v={HEX}",
        f"V={HEX}",
        f"v={HEX[:32]}{HEX[32:].upper()}",
        f"v={HEX[:-2]}",
        f"v=0x{HEX}",
        f"v={BASE64[:-1]}",
        f"v={BASE64[:-2]}l=",  # read leniently, it is the same digest
        f"v={BASE64}=",
        f"v={urlsafe_b64encode(b64decode(BASE64)).decode()}",
        f"v={b64encode(HEX.encode()).decode()}",
        f"v={'0' * 64}",
        "v=\N{FULLWIDTH DIGIT TWO}" + HEX[1:],
        "v=\udc80",
    ],
)
def test_refused_signatures(signature: str | None) -> None:
    """What is missing, of another form, or of another digest."""
    assert not is_accepted(BODY, signature, SECRET)


@pytest.mark.parametrize(
    ("body", "signature", "secret", "problem"),
    [
        (BODY, f"v={HEX}", "", "secret must be"),
        (BODY, f"v={HEX}", None, "secret must be"),
        (BODY, f"v={HEX}", SECRET.encode(), "secret must be"),
        (BODY.decode(), f"v={HEX}", SECRET, "body must be the bytes that were received, not a str"),
        ({"id": "e1"}, None, SECRET, "body must be the bytes that were received, not a dict"),
        (BODY, f"v={HEX}".encode(), SECRET, "signature must be a string, or None: bytes"),
    ],
)
def test_bad_input(body: Any, signature: Any, secret: Any, problem: str) -> None:
    """It is named, and is no wrong signature."""
    for call in (verify, parse):
        with pytest.raises(InvalidArgumentError, match=problem):
            call(body, signature, secret)
    if "signature" not in problem:
        with pytest.raises(InvalidArgumentError, match=problem):
            sign(body, secret)


@pytest.mark.parametrize("call", [verify, parse])
@pytest.mark.parametrize(
    ("body", "signature"), [(BODY, None), (BODY, "nonsense"), (BODY, "v=0"), (BODY, b""), (0, ""), (b"?", None)]
)
def test_errors_hold_no_secret(call: Callable[..., object], body: Any, signature: Any) -> None:
    """Neither the webhook's secret nor the signature expected; and they can be pickled."""
    secret = "whsec-5e9c-do-not-show"
    with pytest.raises((WebhookSignatureError, InvalidArgumentError)) as caught:
        call(body, signature, secret)

    shown = everything(caught.value)
    assert "do-not-show" not in shown
    expected = bytes.fromhex(sign(BODY, secret).partition("v=")[2])
    assert not any(
        form in shown for form in (expected.hex(), expected.hex().upper(), b64encode(expected).decode(), repr(expected))
    )
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (type(caught.value), caught.value.args) == (type(twin), twin.args)


def test_sign_holds_no_secret() -> None:
    """An error of `sign` neither."""
    body: Any = "text"
    with pytest.raises(InvalidArgumentError) as caught:
        sign(body, "whsec-5e9c-do-not-show")

    assert "do-not-show" not in everything(caught.value)


@pytest.mark.parametrize("key", ["event", "event_type", "eventType"])
@pytest.mark.parametrize(
    ("name", "cls"),
    [
        *((f"sync_job_run:{action}", SyncJobRunEvent) for action in RUN_ACTIONS),
        ("sync_job_run:record", SyncJobRunRecordEvent),
        ("sync_job_run:record_error", SyncJobRunRecordErrorEvent),
        ("test", WebhookTestEvent),
        ("sync_job_run:paused", WebhookEvent),
        ("record:created", WebhookEvent),
        ("integrated_account:active", WebhookEvent),
    ],
)
def test_classes(name: str, cls: type[WebhookEvent], key: str) -> None:
    """The name decides, whichever key it came under; it goes back under that key."""
    document = {"id": "e1", key: name, "payload": {"id": "r1"}, "tenant_id": "t"}
    event = WebhookEvent.from_dict(document)

    assert cls is type(event)
    assert name == event.event
    assert name.partition(":")[::2] == (event.entity, event.action)
    assert document == event.to_dict()
    assert event == WebhookEvent.from_json(event.to_json()) == pickle.loads(pickle.dumps(event)) == attrs.evolve(event)
    assert document == pickle.loads(pickle.dumps(event)).to_dict()
    assert {"tenant_id": "t"} == event.extra
    assert len({event, attrs.evolve(event, payload=None)}) == 2  # equal by value
    assert hash("e1") == hash(event)


def test_keys_of_the_name() -> None:
    """`event` comes before `event_type`, and that before `eventType`; null counts as none."""
    names = {"event": "a:1", "event_type": "b:2", "eventType": "c:3"}

    for first in ("a:1", "b:2", "c:3"):
        document = {"id": "e1", **names}
        event = WebhookEvent.from_dict(document)
        assert first == event.event
        assert document == event.to_dict()
        del names[event.event_key]
    assert "b:2" == WebhookEvent.from_dict({"id": "e1", "event": None, "event_type": "b:2"}).event


@given(
    st.fixed_dictionaries(
        {"id": texts},
        optional={
            "payload": json_values.filter(lambda value: value is not None),
            "environment_id": texts,
            "webhook_id": texts,
            "created_at": timestamps,
            "event_key": json_values,
            "tenant_id": json_values,
        },
    ),
    st.sampled_from(["event", "event_type", "eventType"]),
    st.sampled_from([f"sync_job_run:{action}" for action in (*RUN_ACTIONS, "record", "record_error")]) | texts,
)
def test_nothing_is_lost(document: dict[str, Any], key: str, name: str) -> None:
    """Whatever the payload is, and whatever else comes with it."""
    document[key] = name

    assert document == WebhookEvent.from_dict(document).to_dict()


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "$"),
        ({"id": "e1"}, "$.event"),
        ({"id": "e1", "event": None}, "$.event"),
        ({"id": "e1", "event": 5}, "$.event"),
        ({"id": "e1", "event_type": ["a"]}, "$.event_type"),
        ({"event": "test"}, "$.id"),
        ({"id": "e1", "event": "test", "created_at": "yesterday"}, "$.created_at"),
    ],
)
def test_what_is_no_event(document: Any, path: str) -> None:
    """It is refused, with the place."""
    with pytest.raises(ResponseDecodeError) as caught:
        WebhookEvent.from_dict(document)

    assert path == caught.value.path


def test_one_class_is_not_another() -> None:
    """A class refuses the events of others."""
    with pytest.raises(ResponseDecodeError, match=r"expected a SyncJobRunEvent, got the event 'test' @ \$\.eventType"):
        SyncJobRunEvent.from_dict({"id": "e1", "eventType": "test"})
    assert SyncJobRunEvent.from_dict({"id": "e1", "event": "sync_job_run:failed"}).payload is None


def test_signed_but_no_event() -> None:
    """A signed delivery as multipart/form-data is verified, and not parsed."""
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'

    verify(body, sign(body, SECRET), SECRET)
    with pytest.raises(ResponseDecodeError, match="not JSON"):
        parse(body, sign(body, SECRET), SECRET)


def test_runs() -> None:
    """The payload as a run, with its times and what is unknown of it."""
    payload = {"id": "r1", "status": "completed", "finished_at": "2026-04-01 10:00:00", "new": 1}
    event = WebhookEvent.from_dict({"id": "e1", "event": "sync_job_run:completed", "payload": payload})

    assert isinstance(event, SyncJobRunEvent)
    assert SyncJobRun.from_dict(payload) == event.run
    assert payload == event.run.to_dict()
    assert event.run.is_finished


def test_records() -> None:
    """The payload's fields; each may be missing."""
    payload = {"resource": "crm/contacts", "records": [{"id": 1}, "text"], "meta": {"a": 1}, "retryAfter": 5}
    event, bare = (
        WebhookEvent.from_dict({"id": "e1", "event": "sync_job_run:record", "payload": one}) for one in (payload, {})
    )

    assert isinstance(event, SyncJobRunRecordEvent)
    assert isinstance(bare, SyncJobRunRecordEvent)
    assert tuple(payload.values()) == (event.resource, event.records, event.meta, event.retry_after)
    assert (None, [], None, None) == (bare.resource, bare.records, bare.meta, bare.retry_after)


def test_record_errors() -> None:
    """Several of a batch, or the payload itself."""
    batch: dict[str, Any] = {"resource": "crm/contacts", "method": "list", "errors": [{"message": "a"}, {"message": "b"}]}
    single = {"message": "a"}
    event, bare = (
        WebhookEvent.from_dict({"id": "e1", "event": "sync_job_run:record_error", "payload": one}) for one in (batch, single)
    )

    assert isinstance(event, SyncJobRunRecordErrorEvent)
    assert isinstance(bare, SyncJobRunRecordErrorEvent)
    assert tuple(batch.values()) == (event.resource, event.method, event.errors)
    assert (None, None, [single]) == (bare.resource, bare.method, bare.errors)


@pytest.mark.parametrize(
    ("name", "payload", "attribute", "path"),
    [
        ("completed", None, "run", "$.payload"),
        ("completed", {"id": "r1", "status": 5}, "run", "$.payload.status"),
        ("rate_limited", {"retryAfter": 5}, "run", "$.payload.id"),
        ("record", [], "records", "$.payload"),
        ("record", {"records": {}}, "records", "$.payload.records"),
        ("record_error", {"errors": "a"}, "errors", "$.payload.errors"),
    ],
)
def test_payloads_of_another_form(name: str, payload: Any, attribute: str, path: str) -> None:
    """The event is there; only the property that does not find what it promises says so."""
    event = WebhookEvent.from_dict({"id": "e1", "event": f"sync_job_run:{name}", "payload": payload})

    assert payload == event.payload
    with pytest.raises(ResponseDecodeError) as caught:
        getattr(event, attribute)
    assert path == caught.value.path


def test_the_blocking_package_has_the_same() -> None:
    """Nothing here waits, so there is one implementation."""
    assert sorted(webhooks.__all__) == sorted(truto_sync.webhooks.__all__)
    for name in webhooks.__all__:
        assert getattr(webhooks, name) is getattr(truto_sync.webhooks, name)


def documented(name: str, marker: str) -> Any:
    """Run the example of the documentation that has a marker, and return what it defines under a name."""
    blocks = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    [block] = [block for block in blocks if marker in block]
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(compile(block, "example", "exec"), namespace)
    return namespace[name]


@contextlib.asynccontextmanager
async def served(framework: str, put: Callable[[WebhookEvent], object], secret: str = SECRET) -> AsyncIterator[str]:
    """Serve the documentation's receiver on a loopback port, as its framework does in production."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = documented("make_app", "import web" if framework == "aiohttp" else "import FastAPI")(secret, put)
    async with contextlib.AsyncExitStack() as stack:
        if framework == "aiohttp":
            runner = web.AppRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.SockSite(runner, listener).start()
        else:
            server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none"))
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            stack.push_async_callback(asyncio.wait_for, serving, 10)
            stack.callback(setattr, server, "should_exit", True)  # noqa: FBT003  # setattr has no keywords
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/truto"


async def deliver(url: str, body: bytes, signature: str | None) -> int:
    """Deliver as Truto does, and return the status of the answer."""
    headers = {"Content-Type": "application/json", "User-Agent": "truto"}
    if signature is not None:
        headers["X-Truto-Signature"] = signature
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as response:
        return response.status


@pytest.mark.parametrize("framework", ["aiohttp", "fastapi"])
async def test_receivers(framework: str) -> None:
    """They answer 200 to what is signed, also to many records; 401 to what is not; and 500 where it cannot be kept."""
    kept: list[WebhookEvent] = []

    def put(event: WebhookEvent) -> None:
        if event.action == "failed":
            raise OSError("no space left")
        kept.append(event)

    records = b'{"id": "e2", "event": "sync_job_run:record", "payload": {"records": ["%s"]}}' % (b"x" * 2**21)
    failed = b'{"id": "e3", "event": "sync_job_run:failed"}'
    async with served(framework, put) as url:
        statuses = [
            await deliver(url, BODY, f"v={BASE64}"),
            await deliver(url, records, sign(records, SECRET)),
            await deliver(url, BODY + b" ", sign(BODY, SECRET)),
            await deliver(url, BODY, sign(BODY, "another")),
            await deliver(url, BODY, None),
            await deliver(url, failed, sign(failed, SECRET)),
        ]

    assert [200, 200, 401, 401, 401, 500] == statuses
    assert ["test", "sync_job_run:record"] == [event.event for event in kept]


@pytest.mark.parametrize("framework", ["aiohttp", "fastapi"])
async def test_receivers_of_a_run(framework: str, fake_truto: FakeTruto) -> None:
    """What the fake delivers of a run, from its creation to its end, as events of that run."""
    kept: list[WebhookEvent] = []
    ended = asyncio.Event()

    def put(event: WebhookEvent) -> None:
        kept.append(event)
        if event.action == "completed":
            ended.set()

    async with AsyncTruto(fake_truto.token, base_url=fake_truto.url) as truto:
        webhook = await truto.webhooks.create(target_url="http://127.0.0.1:1/", is_active=False)
        async with served(framework, put, str(webhook.secret)) as url:
            await truto.webhooks.update(webhook.id, target_url=url, is_active=True)
            await truto.webhooks.test(webhook.id)
            fake_truto.add({"id": "j1", "resources": []})
            run = await truto.sync_job_runs.start("j1")
            await asyncio.wait_for(ended.wait(), 10)

    runs = [event for event in kept if isinstance(event, SyncJobRunEvent)]
    assert [{"foo": "bar"}] == [event.payload for event in kept if isinstance(event, WebhookTestEvent)]
    assert len(kept) == len(set(kept)) == len(runs) + 1
    assert {"created", "started", "completed"} <= {event.action for event in runs}
    assert {run.id} == {event.run.id for event in runs}
    assert {webhook.id} == {event.webhook_id for event in kept}


@pytest.fixture
def make_inbox(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Make inboxes on one file with the class of the documentation."""
    cls = documented("Inbox", "class Inbox")
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(contextlib.closing(cls(tmp_path / "inbox.db", **options)))


def event_of(number: int, age: timedelta = timedelta()) -> WebhookEvent:
    """Make an event of some age."""
    return WebhookTestEvent(id=f"e{number}", event="test", created_at=datetime.now(UTC) - age, payload=number)


@pytest.mark.parametrize("framework", ["aiohttp", "fastapi"])
async def test_a_repeated_delivery_is_handled_once(framework: str, make_inbox: Callable[..., Any]) -> None:
    """Both are answered with 200, before and after the event is handled."""
    work = documented("work", "def work")
    handled: list[WebhookEvent] = []
    event = event_of(1)
    body = event.to_json()

    async with served(framework, make_inbox().put) as url:
        for _ in range(3):
            assert 200 == await deliver(url, body, sign(body, SECRET))
            assert 200 == await deliver(url, body, sign(body, SECRET))
            work(make_inbox(), handled.append)

    assert [event] == handled


def test_the_inbox_keeps_what_is_not_handled(make_inbox: Callable[..., Any]) -> None:
    """In the order in which it came, over a failure of the handler and a restart."""
    work = documented("work", "def work")
    handled: list[Any] = []

    def fail_at_1(event: WebhookEvent) -> None:
        if event.payload == 1:
            raise OSError("no space left")
        handled.append(event.payload)

    inbox = make_inbox()
    for number in (3, 1, 2):
        assert inbox.put(event_of(number))
    with pytest.raises(OSError, match="no space left"):
        work(inbox, fail_at_1)
    inbox.close()
    assert [3] == handled
    work(make_inbox(), lambda event: handled.append(event.payload))
    work(make_inbox(), lambda event: handled.append(event.payload))

    assert [3, 1, 2] == handled


def test_the_inbox_refuses_replays(make_inbox: Callable[..., Any]) -> None:
    """What is older than it remembers, or of no known age, is not kept."""
    inbox = make_inbox(remember=timedelta(hours=1))

    assert not inbox.put(event_of(1, timedelta(minutes=61)))
    assert not inbox.put(attrs.evolve(event_of(2), created_at=None))
    assert inbox.put(event_of(3, timedelta(minutes=59)))
    assert not inbox.put(event_of(3, timedelta(minutes=59)))
    assert [3] == [event.payload for event in inbox.waiting()]


def test_the_inbox_forgets_what_is_old_and_handled(make_inbox: Callable[..., Any]) -> None:
    """Not before both, so that it does not grow and loses nothing."""
    inbox, forgetful = make_inbox(remember=timedelta(hours=1)), make_inbox(remember=timedelta(minutes=30))
    old = [event_of(number, timedelta(minutes=45)) for number in (1, 2)]
    for event in old:
        assert inbox.put(event)
    inbox.handled(old[0])
    assert not inbox.put(old[0])

    assert forgetful.put(event_of(3))

    assert [True, False] == [inbox.put(event) for event in old]


def test_handlers_by_class(capsys: pytest.CaptureFixture[str]) -> None:
    """The documentation's handler tells the events apart."""
    handle = documented("handle", "def handle(")
    for name, payload in [
        ("sync_job_run:failed", {"id": "r1", "status": "failed"}),
        ("sync_job_run:started", {"id": "r1"}),
        ("sync_job_run:record", {"resource": "crm/contacts", "records": [1, 2]}),
        ("integrated_account:active", {"id": "a1"}),
    ]:
        handle(WebhookEvent.from_dict({"id": "e1", "event": name, "payload": payload}))

    assert capsys.readouterr().out.splitlines() == [
        "run r1 is failed",
        "nothing to do for sync_job_run:started",
        "2 records of crm/contacts",
        "account a1 active",
    ]
