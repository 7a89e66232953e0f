"""The client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from truto_async import _codec, _request
from truto_async._settings import DEFAULT_MAX_RESPONSE_BYTES, Settings, read_base_url, read_token
from truto_async._transport import Transport
from truto_async.resources import AsyncSyncJobs

if TYPE_CHECKING:
    import ssl as tls
    from types import TracebackType

    from truto_async._json import JSONValue
    from truto_async._request import Query
    from truto_async._settings import AiohttpSession

__all__ = ["AsyncTruto"]


class AsyncTruto:
    """Truto's API.

    Make one client and keep it: it holds a pool of connections for each event loop that it is used in. It opens nothing
    before the first call. Use it as a context manager, or call `close()` at the end.
    """

    sync_jobs: AsyncSyncJobs
    """The sync jobs of the token's environment."""

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = 30.0,
        max_connections: int = 100,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        proxy: str | None = None,
        ssl: tls.SSLContext | None = None,
        session: AiohttpSession | None = None,
        allow_http: bool = False,
    ) -> None:
        """Check the options; nothing is sent yet.

        Args:
            token: the API token of one environment; default: the environment variable TRUTO_API_TOKEN.
            base_url: where the API is; default: the environment variable TRUTO_API_BASE_URL, else https://api.truto.one.
            timeout: seconds for one attempt, from connecting to the last byte of the answer; None for no limit. Time spent
                waiting for a free connection does not count.
            max_connections: how many requests may be under way at once in one event loop; more wait their turn.
            max_response_bytes: the largest answer that is read, in bytes after decompression; default 64 MiB.
            proxy: the URL of an HTTP proxy, `http://user:password@proxy.example:3128`; none is taken from the environment.
            ssl: an SSLContext, for a private certificate authority. It must verify certificates and host names.
            session: an aiohttp session to use instead of one of the client's own. It belongs to one event loop, it keeps
                its own proxy and TLS settings where none are given here, and it is not closed. Asynchronous client only.
            allow_http: True to allow an http:// base URL to another machine, which sends the token unencrypted.

        Raises:
            InvalidArgumentError: the token is missing or malformed, or an option is out of its range.
        """
        self._settings = Settings(
            token=read_token(token),
            base_url=read_base_url(base_url, allow_http=allow_http),
            timeout=timeout,
            max_connections=max_connections,
            max_response_bytes=max_response_bytes,
            proxy=proxy,
            ssl=ssl,
            session=session,
        )
        self._transport = Transport(self._settings)
        self.sync_jobs = AsyncSyncJobs(self._transport)

    async def request(self, method: str, path: str, *, query: Query | None = None, json: JSONValue = None) -> JSONValue:
        """Call any endpoint, for what has no method of its own yet, and give the parsed JSON of the answer.

        Args:
            method: the HTTP method, such as "GET".
            path: the path after the base URL, such as "/sync-job-run". Percent-encode what may hold a slash.
            query: the query. Nested mappings and lists are written as truto.one/docs (Querying) has them, `a[b]=c` and
                `a[]=b`; a value of None is left out.
            json: the body; None sends none.

        Returns:
            What the JSON of the answer holds; None for an answer without a body, such as 204.

        Raises:
            InvalidArgumentError: the method, path, query or body cannot be sent.
            ClientClosedError: the client is closed.
            APIConnectionError: no answer came; APITimeoutError where it took too long, TLSError for a bad certificate.
            AmbiguousOutcomeError: no answer came to a POST or PATCH that may have been carried out.
            APIStatusError: the server said no.
            ResponseDecodeError: the answer is not JSON.
        """
        return await self._transport.fetch(_request.build(method, path, query, json), _parse)

    async def close(self) -> None:
        """Close the connections. A second call does nothing; other calls raise ClientClosedError from now on."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        """Give the client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    def __repr__(self) -> str:
        """Show the base URL, never the token."""
        return f"{type(self).__name__}(base_url={self._settings.base_url!r})"


def _parse(body: bytes) -> JSONValue:
    return _codec.parse(body) if body else None
