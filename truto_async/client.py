"""The asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, Unpack

from truto_async import models, resources
from truto_async._codec.body import parse_body
from truto_async._config.endpoint import read_base_url, read_proxy, read_ssl, read_token
from truto_async._limits.limiter import for_token
from truto_async._support.lazy import LazyAttribute
from truto_async._transport.copies import C, Copyable, unpickled
from truto_async._transport.request import build_request
from truto_async._transport.settings import CallOptions, Settings
from truto_async._transport.transport import Transport
from truto_async.errors import InvalidArgumentError
from truto_async.options import RateLimit, RateLimiter, RetryPolicy

if TYPE_CHECKING:
    import ssl as tls
    from types import TracebackType

    from truto_async._support.json import JSONValue
    from truto_async._transport.request import Query
    from truto_async._transport.settings import AiohttpSession
    from truto_async.events import Hooks

__all__ = ["AsyncTruto"]

DEFAULT_MAX_RESPONSE_BYTES = 64 * 1024 * 1024

# Shown in signatures and help; each client gets an equal limit of its own.
_DEFAULT_RATE_LIMIT = RateLimit(500, per=10.0)


class AsyncTruto(Copyable):
    """Truto's API.

    Make one client and keep it: it holds a pool of connections for each event loop that it is used in. It opens nothing
    before the first call. Use it as a context manager, or call `close()` at the end.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = 30.0,
        deadline: float | None = None,
        retry: RetryPolicy | None = RetryPolicy(),  # noqa: B008  # frozen
        rate_limit: RateLimiter | None = _DEFAULT_RATE_LIMIT,
        max_connections: int = 100,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        proxy: str | None = None,
        ssl: tls.SSLContext | str | None = None,
        session: AiohttpSession | None = None,
        trust_env: bool = False,
        hooks: Hooks | None = None,
        allow_http: bool = False,
    ) -> None:
        """Check the options; nothing is opened or sent yet.

        Args:
            token: the API token of one environment; default: the environment variable TRUTO_API_TOKEN.
            base_url: where the API is; default: the environment variable TRUTO_API_BASE_URL, else https://api.truto.one.
            timeout: seconds for one attempt, from connecting to the last byte of the answer; None for no limit. Time spent
                waiting for a free connection or for the rate limit does not count.
            deadline: seconds for a whole call, with all its attempts and waits; None for no limit. A wait that would end
                later is not begun: the error comes at once.
            retry: when and how soon a failed request is sent again; None for never.
            rate_limit: how many requests are sent in which time; by default each client has a limit of its own, which is
                Truto's for one token. Give the same object to several clients that share a token, and a `RedisRateLimit`
                (`truto_async.redis`) to those in several processes or on several hosts. None for no limit.
            max_connections: how many requests may be under way at once in one event loop; more wait their turn.
            max_response_bytes: the largest answer that is read, in bytes after decompression; default 64 MiB.
            proxy: the URL of an HTTP proxy, such as `http://user:password@proxy.example:3128`.
            ssl: for a private certificate authority, the path of a PEM file with its certificate, or an SSLContext, which
                must verify certificates and host names.
            session: an aiohttp session to use instead of one of the client's own. It belongs to one event loop, it keeps
                its own proxy and TLS settings where none are given here, and it is not closed. Asynchronous client only.
            trust_env: True to take the proxy from the environment (HTTPS_PROXY, NO_PROXY) where none is given. No netrc file
                is ever read. Certificates are found through SSL_CERT_FILE in any case.
            hooks: functions to call while requests are made, for metrics and logs.
            allow_http: True to allow an http:// base URL to another machine, which sends the token unencrypted.

        Raises:
            InvalidArgumentError: the token is missing or malformed, or an option is out of its range.
        """
        secret = read_token(token)
        del token  # a traceback from here on does not hold it
        if isinstance(secret, str):
            raise InvalidArgumentError(secret)
        if rate_limit is _DEFAULT_RATE_LIMIT:
            rate_limit = RateLimit(_DEFAULT_RATE_LIMIT.limit, per=_DEFAULT_RATE_LIMIT.per)
        base_url = read_base_url(base_url, allow_http=allow_http)
        settings = Settings(
            token=secret,
            base_url=base_url,
            timeout=timeout,
            deadline=deadline,
            retry=retry,
            rate_limit=for_token(rate_limit, secret),
            max_connections=max_connections,
            max_response_bytes=max_response_bytes,
            proxy=read_proxy(proxy, base_url, trust_env=trust_env),
            ssl=read_ssl(ssl),
            session=session,
            hooks=hooks,
            allow_http=allow_http,
        )
        self._use(Transport(settings))

    def _use(self, transport: Transport) -> None:
        self._transport = transport

    @LazyAttribute
    def sync_jobs(self) -> resources.AsyncSyncJobs:
        """The sync jobs of the token's environment."""
        return resources.AsyncSyncJobs(self._transport)

    @LazyAttribute
    def sync_job_runs(self) -> resources.AsyncSyncJobRuns:
        """The runs of sync jobs: starting, listing and stopping them."""
        return resources.AsyncSyncJobRuns(self._transport)

    @LazyAttribute
    def sync_job_cron_triggers(self) -> resources.AsyncSyncJobCronTriggers:
        """The cron triggers, which start runs at fixed times."""
        return resources.AsyncSyncJobCronTriggers(self._transport)

    @LazyAttribute
    def sync_job_templates(self) -> resources.AsyncSyncJobTemplates:
        """The templates of sync jobs."""
        return resources.AsyncSyncJobTemplates(self._transport)

    @LazyAttribute
    def sync_job_run_state(self) -> resources.AsyncSyncJobRunState:
        """The state that sync jobs keep between runs."""
        return resources.AsyncSyncJobRunState(self._transport)

    @LazyAttribute
    def webhooks(self) -> resources.AsyncWebhooks:
        """The webhooks, which get Truto's events."""
        return resources.AsyncWebhooks(self._transport)

    @LazyAttribute
    def logs(self) -> resources.AsyncLogs:
        """Truto's logs."""
        return resources.AsyncLogs(self._transport)

    @LazyAttribute
    def batch_requests(self) -> resources.AsyncBatchRequests:
        """Batch requests: several calls to a connected product in one go."""
        return resources.AsyncBatchRequests(self._transport)

    def resource(self, path: str) -> resources.AsyncGenericResource:
        """Return the operations on any kind of object, as plain dicts: for what has no attribute of its own.

        As in `truto.resource("integrated-account").list(query={"tenant_id": "acme"})`. Nothing is sent.

        Args:
            path: the path of the objects after the base URL, such as "integrated-account" or "unified/crm/contacts".

        Raises:
            InvalidArgumentError: the path cannot be right.
        """
        return resources.AsyncGenericResource(self._transport, path)

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """Return a client with other options for some calls, on the same connections, rate limit and retry budget.

        It costs little: make one whenever you like, as in `truto.with_options(deadline=5).sync_jobs.get(id)`. Closing either
        closes both.

        Args:
            options: any of `timeout`, `deadline`, `retry` and `max_response_bytes`, as in the constructor.

        Raises:
            InvalidArgumentError: there is no such option, or it is out of its range.
        """
        unknown = sorted(options.keys() - CallOptions.__annotations__.keys())
        if unknown:
            raise InvalidArgumentError(f"with_options() takes {', '.join(CallOptions.__annotations__)}; not {unknown[0]}")
        copy = object.__new__(type(self))
        copy._use(self._transport.with_options(options))  # of its own class
        return copy

    async def request(self, method: str, path: str, *, query: Query | None = None, json: JSONValue = None) -> JSONValue:
        """Call any endpoint, such as one without a method of its own yet, and return the parsed JSON of the response.

        Where there are objects to list, get, create, update or delete, `resource` is more comfortable.

        Args:
            method: the HTTP method, such as "GET".
            path: the path after the base URL, such as "/sync-job-run". Percent-encode what may hold a slash.
            query: the query. Nested mappings and lists are written as truto.one/docs (Querying) has them, `a[b]=c` and
                `a[]=b`; a value of None is left out.
            json: the body; None sends none.

        Returns:
            The parsed JSON; None for a response without a body, such as 204.

        Raises:
            InvalidArgumentError: the method, path, query or body cannot be sent.
            ClientClosedError: the client is closed.
            APIConnectionError: no answer came; APITimeoutError where it took too long, TLSError for a bad certificate.
            AmbiguousOutcomeError: no answer came to a POST or PATCH that may have been carried out.
            APIStatusError: the server said no.
            ResponseDecodeError: the answer is not JSON.
        """
        return await self._transport.fetch(build_request(method, path, query, json), _parse)

    async def close(self) -> None:
        """End all calls under way with ClientClosedError, and close the connections. A second call does nothing."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        """Return the client itself; raises ClientClosedError."""
        self._transport.check_open()
        _ = models.SyncJob  # loads the models here rather than with the first answer
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the settings, without the token: the copy takes it from TRUTO_API_TOKEN, in its own process.

        All copies that are unpickled in one process are one client there. Where there is no token, each call of the copy
        raises InvalidArgumentError.
        """
        return _unpickle, (type(self), *self._transport.to_options())

    def _is_closed(self) -> bool:
        return self._transport.is_closed

    def _refuse(self, problem: str) -> None:
        self._transport.refuse(problem)

    def __repr__(self) -> str:
        """Show the base URL, never the token."""
        transport: Transport | None = getattr(self, "_transport", None)  # there is none when making it failed
        return f"{type(self).__name__}({'...' if transport is None else f'base_url={transport.settings.base_url!r}'})"


def _unpickle(cls: type[C], options: dict[str, Any], changed: CallOptions) -> C:
    client = unpickled(cls, options, changed)
    if isinstance(client, AsyncTruto):
        client._transport.may_stay_open()  # noqa: SLF001  # its users do not know of each other, so none of them can close it
    return client


def _parse(body: bytes) -> JSONValue:
    return parse_body(body) if body else None
