"""Translation into the SDK's errors: responses and foreign exceptions in, errors out. Pure."""

from __future__ import annotations

import math
import re
import ssl
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError

from truto_async._support import json
from truto_async.errors import (
    AmbiguousOutcomeError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ResponseDecodeError,
    TLSError,
    TrutoError,
    status_error_class,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from truto_async._support.json import JSONValue
    from truto_async._transport.request import Request, Response

__all__ = ["from_exception", "from_response", "http_date", "parse_retry_after"]

_EXCERPT_LENGTH = 200
_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
_HINTS = {401: "; check the token (TRUTO_API_TOKEN) and its environment"}


def from_response(request: Request, response: Response) -> APIStatusError:
    """Make the error for a response whose status is not 2xx."""
    body = _read(response.body)
    status = response.status
    return status_error_class(status)(
        " ".join(filter(None, (str(status), _reason(response, body), f"({request}){_HINTS.get(status, '')}"))),
        status=status,
        body=body,
        headers=response.headers,
        retry_after=parse_retry_after(response.headers, time.time()),
    )


def _read(body: bytes) -> JSONValue:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _reason(response: Response, body: JSONValue) -> str:
    if 300 <= response.status < 400:
        return f"points to {_location(response.headers)}; redirects are not followed"
    envelope = json.as_object(body)
    name, said = envelope.get("error"), body if isinstance(body, str) else envelope.get("message")
    name = name if isinstance(name, str) and name else _phrase(response.status)
    return ": ".join(filter(None, (_excerpt(name), _excerpt(said if isinstance(said, str) else ""))))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _location(headers: Mapping[str, str]) -> str:
    try:
        host = urlsplit(headers.get("location", "")).hostname
    except ValueError:
        host = None
    return host or "another path on the same host"


def _excerpt(text: str) -> str:
    """Return the beginning of a text, without the tags of HTML, that fits into an error message."""
    from html import unescape  # noqa: PLC0415  # pages of HTML are rare, and its table of entities is long

    visible = re.sub(r"(?is)<(style|script)\b.*?</\1>|<[^<>]*>", " ", text[:10_000])
    words = " ".join(unescape(visible).split())
    return words if len(words) <= _EXCERPT_LENGTH else words[:_EXCERPT_LENGTH] + "..."


def parse_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds of a Retry-After header; None where it is missing or unreadable.

    An HTTP date is compared with the server's own clock, its Date header, where there is one; else with `now`.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[+-]?\d+(\.\d*)?", value):
        seconds = float(value)
    else:
        until = http_date(value)
        sent = http_date(headers.get("date", ""))
        seconds = math.nan if until is None else until - (now if sent is None else sent)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def http_date(value: str) -> float | None:
    """Return the time that a header such as Date has, in seconds of time.time(); None where it is unreadable."""
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def from_exception(request: Request, host: str, cause: Exception, *, sent: bool) -> TrutoError:
    """Make the error for an attempt that brought no usable response."""
    detail = " ".join(_describe(cause).split())
    if isinstance(cause.__cause__, ContentEncodingError):
        # All of it came, and it is not what it says it is: another attempt would bring the same.
        return ResponseDecodeError(f"the answer's compression is corrupt: {detail} ({request})")
    if sent and not request.is_idempotent and not isinstance(cause, _UNSENT):
        error: TrutoError = AmbiguousOutcomeError(
            f"sent to {host}, but no answer came: {detail} ({request}); look whether it was done before you repeat it"
        )
    elif isinstance(cause, TimeoutError):
        error = APITimeoutError(f"no answer from {host} in time: {detail} ({request})")
    elif isinstance(cause, aiohttp.ClientSSLError | ssl.SSLError):
        error = TLSError(f"no secure connection to {host}: {detail} ({request})")
    else:
        error = APIConnectionError(f"no answer from {host}: {detail} ({request})")
    error.__cause__ = _without_http_library(cause)
    return error


def _describe(cause: Exception) -> str:
    if isinstance(cause, aiohttp.ClientResponseError):
        return cause.message  # its str has the proxy's URL, and a status that no server sent
    return str(getattr(cause, "os_error", cause)) or type(cause).__name__


def _without_http_library(cause: Exception) -> Exception:
    """Return the system's error, or a plain one: the HTTP library's exceptions and frames hold the request's headers."""
    system = getattr(cause, "os_error", cause)
    if isinstance(system, OSError) and not isinstance(system, aiohttp.ClientError):
        system.__cause__ = system.__context__ = None
        return system.with_traceback(None)
    return ConnectionError(f"{type(cause).__name__}: {_describe(cause)}")
