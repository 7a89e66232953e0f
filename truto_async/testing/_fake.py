"""The fake server."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Self

from truto_async._support import json
from truto_async.models import SyncJob
from truto_async.testing._answers import Answer, json_answer, refusal, scripted
from truto_async.testing._api import routes_of
from truto_async.testing._database import Database
from truto_async.testing._deliveries import Deliveries, Delivery
from truto_async.testing._records import Fault, RecordedRequest
from truto_async.testing._routes import RefusedError
from truto_async.testing._runs import Runs
from truto_async.testing._seeds import SEED_JOBS
from truto_async.testing._server import ServerThread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from truto_async._support.json import JSONObject, JSONValue
    from truto_async.testing._lives import RunStep

__all__ = ["FakeTruto"]


class FakeTruto:
    """Truto's API on a loopback port, in this process, with sync jobs of every shape.

    It works in a `with` and in an `async with` block, and serves clients of both packages from any thread and event loop::

        with FakeTruto() as fake:
            truto = Truto(fake.token, base_url=fake.url)
    """

    token: str
    """The token that it accepts."""

    jobs: dict[str, JSONObject]
    """The sync jobs that it has, by id."""

    cron_triggers: dict[str, JSONObject]
    """The cron triggers, by id. They start nothing by themselves."""

    scheduled: dict[str, str]
    """The cron expressions that were scheduled, by the trigger's id."""

    templates: dict[str, JSONObject]
    """The templates, by id."""

    webhooks: dict[str, JSONObject]
    """The webhooks, by id. Events of runs are delivered to those that are active; `http://` is allowed on this machine."""

    secrets: dict[str, str]
    """The secrets that deliveries are signed with, by the webhook's id."""

    deliveries: list[Delivery]
    """What was sent or is to be sent to webhooks, in order, with the receivers' answers."""

    batch_records: dict[str, JSONValue]
    """What batch requests find, by resource or name: a list of records; anything else is an error."""

    state: dict[str, dict[str, JSONObject]]
    """The state that runs keep: entries by `state_key` and key."""

    logs: list[JSONObject]
    """The entries of all logs, in order: the fields of each, with its `log_type`."""

    records: dict[str, dict[str, JSONObject]]
    """The documents of any other noun of the admin API, such as "integrated-account", by noun and id. Add a noun to have it
    served: with list (filtered by any field), get, create, update and delete."""

    requests: list[RecordedRequest]
    """What it was asked, in order; failed requests included."""

    def __init__(
        self,
        jobs: Iterable[SyncJob | Mapping[str, JSONValue]] = SEED_JOBS,
        *,
        token: str = "fake-truto-token",  # noqa: S107  # opens nothing but this fake
        nested_logs: bool = False,
        delivery_delay: float = 0.05,
    ) -> None:
        """Prepare a server; it starts with the block.

        Args:
            jobs: the sync jobs that it has, as models or JSON objects; default: one of every shape.
            token: the token that it accepts.
            nested_logs: True to answer with log entries whose fields are in `metadata`, in place of flat ones: the API's
                descriptions show both.
            delivery_delay: the seconds before a delivery to a webhook is tried again; then twice that, then four times.
        """
        self.token = token
        database = Database(nested_logs=nested_logs)
        self.jobs = database.jobs
        self.cron_triggers = database.cron_triggers
        self.scheduled = database.scheduled
        self.templates = database.templates
        self.webhooks = database.webhooks
        self.secrets = database.secrets
        self.batch_records = database.batch_records
        self.state = database.state
        self.logs = database.logs
        self.records = database.records
        self.requests = []
        self._database = database
        self._deliveries = Deliveries(database, lambda: self._runs.advance(), delivery_delay)  # noqa: PLW0108  # made below
        self.deliveries = self._deliveries.all
        self._runs = Runs(database, self._deliveries.deliver)
        self._routes = routes_of(database, self._runs, self._deliveries)
        self._faults: list[Fault] = []
        self._limit: tuple[int, float] | None = None
        self._served: deque[float] = deque()
        self._server: ServerThread | None = None
        self._port = 0
        for job in jobs:
            self.add(job)

    @property
    def url(self) -> str:
        """The base URL to give to a client. Raises RuntimeError outside the block."""
        if self._server is None:
            raise RuntimeError("this FakeTruto is not running: use 'with FakeTruto() as fake:', or 'async with'")
        return f"http://127.0.0.1:{self._port}"

    @property
    def runs(self) -> dict[str, JSONObject]:
        """The runs, by id, as they are now. A run that is put in stays as it is."""
        self._runs.advance()
        self._runs.grow()
        return self._database.runs

    def plan_run(self, *steps: RunStep, times: int = 1) -> None:
        """Plan the lives of the runs that are started next. Plans queue up; each run takes one.

        A run without a plan is created, running and completed within 0.04 seconds.

        Args:
            steps: what the run goes through; the last lasts for ever.
            times: for how many runs.
        """
        self._runs.plan(steps, times)

    def add(self, job: SyncJob | Mapping[str, JSONValue]) -> None:
        """Add a sync job; it replaces one with the same id."""
        document: JSONObject = job.to_dict() if isinstance(job, SyncJob) else json.copy(job)
        json.dumps(document)  # what is no JSON is an error here, not in the server
        if not isinstance(document.get("id"), str):
            raise ValueError("a job needs an id, a str")  # noqa: TRY004  # of a document
        self.jobs[document["id"]] = document

    def fail(
        self,
        status: int | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: JSONValue = None,
        delay: float = 0.0,
        drop: bool = False,
        path: str | None = None,
        carried_out: bool = False,
        times: int = 1,
    ) -> None:
        """Script what happens to the next requests. Calls queue up; each request takes the first that is meant for it.

        A request that is answered with a scripted status is not carried out, unless `carried_out` says so. One whose answer
        is late, dropped, or has another body is: `fail(drop=True)` is an answer that is lost on its way.

        Args:
            status: the status to answer with; None to answer as usual, but late, or with other headers or body.
            headers: headers of the answer.
            body: the body: bytes or str as they are, anything else as JSON; None for the error envelope of the status.
            delay: seconds to wait first.
            drop: True to close the connection without an answer.
            path: take only requests whose path starts with this, such as "/sync-job/".
            carried_out: True to carry out a request that is answered with a status, as when a proxy gives up too early.
            times: for how many requests.
        """
        if not isinstance(body, bytes | str):
            json.dumps(body)  # what is no JSON is an error here, not in the server
        headers = {name.title(): value for name, value in (headers or {}).items()}
        fault = Fault(status=status, headers=headers, body=body, delay=delay, drop=drop, path=path, carried_out=carried_out)
        self._faults += [fault] * times

    def limit(self, requests: int, per: float) -> None:
        """Answer 429, with `Retry-After`, to what exceeds so many requests in any so many seconds, as Truto does."""
        self._limit = (requests, per)

    def __enter__(self) -> Self:
        """Start the server."""
        if self._server is not None:
            raise RuntimeError("this FakeTruto is running already")
        server = ServerThread(self._answer, self._deliveries.run)
        self._port = server.start()
        self._server = server
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the server and close its connections."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    async def __aenter__(self) -> Self:
        """Start the server."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the server and close its connections."""
        self.__exit__(kind, error, traceback)

    def _answer(self, request: RecordedRequest) -> Answer:
        self.requests.append(request)
        fault = next((fault for fault in self._faults if fault.applies_to(request)), None)
        if self._limit is not None and self._exceeds(*self._limit, request.time):
            refused = refusal(429, "Too many requests")
            return Answer(429, refused.body, {**refused.headers, "Retry-After": f"{self._limit[1]:g}"})
        if fault is None:
            return self._serve(request)
        self._faults.remove(fault)
        answer = self._serve(request) if fault.status is None or fault.carried_out else Answer(200, b"", {})
        if fault.status is not None or fault.body is not None:
            answer = scripted(fault, answer.status if fault.status is None else fault.status)
        return Answer(answer.status, answer.body, {**answer.headers, **fault.headers}, fault.delay, fault.drop)

    def _exceeds(self, requests: int, per: float, now: float) -> bool:
        while self._served and self._served[0] <= now - per:
            self._served.popleft()
        if len(self._served) < requests:
            self._served.append(now)
            return False
        return True

    def _serve(self, request: RecordedRequest) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return refusal(401, "Invalid API token")
        try:
            return json_answer(200, self._routes.answer(request))
        except RefusedError as refused:
            return refusal(refused.status, refused.message)
        finally:
            self._deliveries.wake()
