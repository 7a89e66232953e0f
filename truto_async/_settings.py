"""What a client is told: read from arguments and the environment, and checked before anything is sent."""

from __future__ import annotations

import ipaddress
import math
import os
import ssl as tls
from typing import Any, Protocol, TypeGuard
from urllib.parse import SplitResult, urlsplit

import aiohttp
import attrs
from attrs import field, frozen

from truto_async._secret import Token
from truto_async.errors import InvalidArgumentError

__all__ = ["DEFAULT_MAX_RESPONSE_BYTES", "AiohttpSession", "Settings", "read_base_url", "read_token"]

DEFAULT_BASE_URL = "https://api.truto.one"
DEFAULT_MAX_RESPONSE_BYTES = 64 * 1024 * 1024

TOKEN_VARIABLE = "TRUTO_API_TOKEN"  # noqa: S105  # the name of a variable
BASE_URL_VARIABLE = "TRUTO_API_BASE_URL"


class AiohttpSession(Protocol):
    """An aiohttp.ClientSession, by the properties that tell it from other libraries' sessions.

    Its own type is not fully known to type checkers, and would leave holes in the types of this SDK.
    """

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        ...

    @property
    def connector(self) -> object:
        """What holds its connections."""
        ...

    @property
    def cookie_jar(self) -> object:
        """What holds its cookies."""
        ...


def _check_session(_: object, __: object, value: Any) -> None:
    if value is not None and not isinstance(value, aiohttp.ClientSession):
        raise InvalidArgumentError(f"session must be an aiohttp.ClientSession, or None: {type(value).__name__}")


def _check_timeout(_: object, __: object, value: Any) -> None:
    if value is not None and not (_is_number(value) and value > 0):
        raise InvalidArgumentError(f"timeout must be a positive number of seconds, or None for no limit: {value!r}")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_count(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidArgumentError(f"{attribute.name} must be an integer of at least 1: {value!r}")


def _check_proxy(_: object, __: object, value: Any) -> None:
    # It may hold a password, so no message shows it.
    if value is not None and (not isinstance(value, str) or _split(value, "proxy").scheme not in ("http", "https")):
        raise InvalidArgumentError('proxy must be a URL such as "http://proxy.example:3128", or None')


def _check_ssl(_: object, __: object, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, tls.SSLContext):
        raise InvalidArgumentError(f"ssl must be an ssl.SSLContext, or None: {value!r}")
    if value.verify_mode is not tls.CERT_REQUIRED or not value.check_hostname:
        raise InvalidArgumentError("ssl must verify certificates and host names: else the token could go to anyone")


@frozen(kw_only=True)
class Settings:
    """The checked options of a client."""

    token: Token = field(repr=False)
    base_url: str
    timeout: float | None = field(validator=_check_timeout)
    max_connections: int = field(validator=_check_count)
    max_response_bytes: int = field(validator=_check_count)
    proxy: str | None = field(validator=_check_proxy, repr=False)
    ssl: tls.SSLContext | None = field(validator=_check_ssl)
    session: AiohttpSession | None = field(validator=_check_session)


def read_token(token: object) -> Token:
    """Take the token given, or the one in the environment. No message shows any of it."""
    where = "token" if token is not None else f"the environment variable {TOKEN_VARIABLE}"
    text = os.environ.get(TOKEN_VARIABLE) if token is None else token
    if text is None or text == "":
        raise InvalidArgumentError(f"no API token: pass token=, or set the environment variable {TOKEN_VARIABLE}")
    if not isinstance(text, str):
        raise InvalidArgumentError(f"token must be a str, not {type(text).__name__}: see {TOKEN_VARIABLE}")
    if not all("!" <= char <= "~" for char in text):
        raise InvalidArgumentError(
            f"{where} holds a space, a line break or another character that a token never has; "
            f"pass token=, or set {TOKEN_VARIABLE}, without quotes or line ends"
        )
    return Token(text)


def read_base_url(base_url: object, *, allow_http: bool) -> str:
    """Take the base URL given, or the one in the environment, or Truto's; without a slash at its end."""
    if base_url is None:
        base_url = os.environ.get(BASE_URL_VARIABLE) or DEFAULT_BASE_URL
    if not isinstance(base_url, str):
        raise InvalidArgumentError(f"base_url must be a str, not {type(base_url).__name__}")
    parts = _split(base_url, "base_url")
    problem = _problem_with(parts, allow_http=allow_http)
    if problem is not None:
        # A URL with a password in it is not shown.
        shown = "" if parts.username is not None or parts.password is not None else f": {base_url!r}"
        raise InvalidArgumentError(f"base_url (or {BASE_URL_VARIABLE}) {problem}{shown}")
    return base_url.rstrip("/")


def _split(url: str, name: str) -> SplitResult:
    if not all("!" <= char <= "~" for char in url):
        raise InvalidArgumentError(f"{name} holds a space, a line break or a character outside ASCII")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises where it is no port
    except ValueError:
        raise InvalidArgumentError(f"{name} is not a URL") from None
    return parts


def _problem_with(parts: SplitResult, *, allow_http: bool) -> str | None:
    if parts.scheme not in ("http", "https"):
        return "must begin with https://"
    if not parts.hostname:
        return "has no host"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or password: the token is the only credential"
    if parts.query or parts.fragment:
        return "must not have a query or fragment"
    if parts.scheme == "http" and not allow_http and not _is_loopback(parts.hostname):
        return "would send the token unencrypted: use https://, or pass allow_http=True"
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
