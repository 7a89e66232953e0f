"""Every error that the SDK raises.

::

    TrutoError
    ├── InvalidArgumentError (ValueError)      a bad id, token, base URL or option; nothing was sent
    │   └── PlaceholderError                   a template cannot be rendered; in `truto_async.pipeline`
    ├── ClientClosedError (RuntimeError)       the client was closed before or during the call
    ├── APIConnectionError                     no answer
    │   ├── APITimeoutError (TimeoutError)     none in time
    │   └── TLSError                           certificate or handshake
    ├── APIStatusError                         an answer that says no
    │   ├── RedirectError                      3xx
    │   ├── BadRequestError                    400
    │   ├── AuthenticationError                401
    │   ├── PermissionDeniedError              403
    │   ├── NotFoundError                      404
    │   ├── ConflictError                      409
    │   ├── UnprocessableEntityError           422
    │   ├── RateLimitError                     429
    │   └── InternalServerError                5xx
    ├── ResponseDecodeError                    an answer that is not what the API promises
    │   └── ResponseTooLargeError              more bytes than max_response_bytes
    ├── AmbiguousOutcomeError                  a write that may or may not have happened
    ├── RateLimiterUnavailableError            Redis, which keeps the shared rate limit, cannot be asked; nothing was sent
    ├── WebhookSignatureError                  a delivery that was not signed with the webhook's secret
    ├── RunFailedError                         a run has failed; in `truto_async.runs`, as is the next
    └── RunTimeoutError (TimeoutError)         a run has not finished in the time given to `wait`

All of them can be pickled, and none ever holds the token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from truto_async._support.json import JSONObject, JSONValue, as_object

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AmbiguousOutcomeError",
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedError",
    "ConflictError",
    "InternalServerError",
    "InvalidArgumentError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RateLimiterUnavailableError",
    "RedirectError",
    "ResponseDecodeError",
    "ResponseTooLargeError",
    "TLSError",
    "TrutoError",
    "UnprocessableEntityError",
    "WebhookSignatureError",
]


class TrutoError(Exception):
    """The root of every error of this SDK: catch it to catch them all."""

    attempts: int = 0
    """The number of attempts; 0 if none was made."""

    cursor: str | None = None
    """For an error while walking over a list: where to go on, with `list(cursor=...)`; None for the beginning."""

    items: Sequence[Any] = ()
    """For an error in `to_list()`: the items that were fetched before."""

    def __reduce__(self) -> tuple[Callable[..., TrutoError], tuple[Any, ...]]:
        """Pickle by state, since the constructors take keywords; the cause goes along."""
        return _rebuild, (type(self), self.args, self.__dict__.copy(), self.__cause__)


def _rebuild(cls: type[TrutoError], args: tuple[Any, ...], state: dict[str, Any], cause: BaseException | None) -> TrutoError:
    error = cls.__new__(cls, *args)
    error.args = args  # which an OSError, such as a TimeoutError, leaves to the constructor
    error.__dict__.update(state)
    error.__cause__ = cause
    return error


class InvalidArgumentError(TrutoError, ValueError):
    """An id, token, base URL or option that cannot be right. Raised before anything is sent."""


class ClientClosedError(TrutoError, RuntimeError):
    """The client was used after its `close()`, or closed while this call was under way.

    The message says so if the request may have been carried out.
    """


class APIConnectionError(TrutoError):
    """No answer came: the name did not resolve, the connection was refused or broke off.

    `__cause__` says what the system or the HTTP library reported.
    """

    @property
    def retried(self) -> int:
        """The number of attempts after the first."""
        return max(0, self.attempts - 1)


class APITimeoutError(APIConnectionError, TimeoutError):
    """No whole answer came within the time given."""


class TLSError(APIConnectionError):
    """The server's certificate was not accepted, or the TLS handshake failed."""


class APIStatusError(TrutoError):
    """The server answered with a status other than 2xx.

    The envelope's fields follow Truto's page on errors (https://truto.one/docs, API reference, Errors): `statusCode`,
    `error` and `message` always, and for an error of the connected product `truto_is_remote_error`, `raw_response` and
    `truto_error_insight`. A body without them, such as an HTML page from an edge server, leaves them None.
    """

    status: int
    """The HTTP status."""

    error: str | None
    """The server's short name of the error, such as "Not Found"."""

    message: str | None
    """The server's sentence about the error. May be empty where the connected product failed."""

    body: JSONValue
    """The body: parsed where it is JSON, else as text. Of a body over 8 MiB, or `max_response_bytes`, or of one that broke
    off, it is the beginning."""

    headers: Mapping[str, str]
    """The response headers, their names in lower case."""

    request_id: str | None
    """What the server or its edge calls the request, to quote to Truto's support: `x-request-id`, else `cf-ray`."""

    retry_after: float | None
    """Seconds to wait before another try, from `Retry-After`; None where the header is missing or unreadable."""

    is_remote: bool
    """True where the connected product failed, and not Truto."""

    raw_response: JSONValue
    """The connected product's own body: JSON, else text; None where there is none."""

    insight: JSONObject | None
    """Truto's explanation of the error: a name such as "forbidden_error" to an object with a `description`."""

    details: JSONObject | None
    """What validation found, with a list `failures` (truto-skills: unified API); None elsewhere."""

    def __init__(
        self,
        summary: str,
        *,
        status: int,
        body: JSONValue = None,
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Make an error with a message, from a response: its body parsed or as text, its headers in lower case."""
        super().__init__(summary)
        envelope = as_object(body)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})
        self.retry_after = retry_after
        self.error = _typed(str, envelope.get("error"))
        self.message = _typed(str, envelope.get("message"))
        self.request_id = self.headers.get("x-request-id") or self.headers.get("cf-ray")
        self.is_remote = envelope.get("truto_is_remote_error") is True
        self.raw_response = envelope.get("raw_response")
        self.insight = _typed(dict, envelope.get("truto_error_insight"))
        self.details = _typed(dict, envelope.get("details"))


def _typed(kind: type[Any], value: JSONValue) -> Any:
    return value if isinstance(value, kind) else None


class RedirectError(APIStatusError):
    """3xx: the server points elsewhere. Redirects are not followed, since the token would go along."""


class BadRequestError(APIStatusError):
    """400: the server does not accept the input."""


class AuthenticationError(APIStatusError):
    """401: the token is not valid; or, where `is_remote`, the connected account must be authorised again."""


class PermissionDeniedError(APIStatusError):
    """403: the token, or the kind of token, may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such thing, or the token's environment does not see it."""


class ConflictError(APIStatusError):
    """409: it contradicts something that exists."""


class UnprocessableEntityError(APIStatusError):
    """422: the connected product does not accept the input."""


class RateLimitError(APIStatusError):
    """429: too many requests. `retry_after` says how long to wait."""


class InternalServerError(APIStatusError):
    """5xx: Truto, its edge or, where `is_remote`, the connected product failed."""


class ResponseDecodeError(TrutoError):
    """An answer, or a document given to `from_dict`, that is not what the API promises."""

    path: str
    """Where it is wrong, such as "$.resources[3].name"; "$" for the whole."""

    body: str | None
    """The answer as text; None where no answer was read."""

    def __init__(self, problem: str, *, path: str = "$", body: str | None = None) -> None:
        """Describe the problem, its place, and the response."""
        super().__init__(f"{problem} @ {path}")
        self.path = path
        self.body = body


class ResponseTooLargeError(ResponseDecodeError):
    """The answer has more bytes than `max_response_bytes`, after decompression. It was not read to its end."""


class AmbiguousOutcomeError(TrutoError):
    """A write was sent and no answer came: it may or may not have happened. Look before you repeat it."""


class RateLimiterUnavailableError(TrutoError):
    """The shared rate limit could not be asked, so nothing was sent; see `truto_async.redis`.

    The message says what to do, and `__cause__` what the Redis client reported.
    """


class WebhookSignatureError(TrutoError):
    """A delivery to a webhook has no signature, or not the one that its body has with the webhook's secret.

    Do not trust the delivery: answer 401. The error holds neither the secret nor the signature expected.
    """


STATUS_ERRORS: Mapping[int, type[APIStatusError]] = MappingProxyType(
    {
        400: BadRequestError,
        401: AuthenticationError,
        403: PermissionDeniedError,
        404: NotFoundError,
        409: ConflictError,
        422: UnprocessableEntityError,
        429: RateLimitError,
    }
)


def status_error_class(status: int) -> type[APIStatusError]:
    """Return the class for a status that is not 2xx."""
    if 300 <= status < 400:
        return RedirectError
    if status >= 500:
        return InternalServerError
    return STATUS_ERRORS.get(status, APIStatusError)
