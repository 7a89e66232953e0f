"""Where the API is, and the credentials for it: read from arguments and the environment, and checked."""

from __future__ import annotations

import ipaddress
import os
import ssl as tls
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from truto_async._secret import Token
from truto_async.errors import InvalidArgumentError

__all__ = ["read_base_url", "read_proxy", "read_ssl", "read_token"]

DEFAULT_BASE_URL = "https://api.truto.one"

TOKEN_VARIABLE = "TRUTO_API_TOKEN"  # noqa: S105  # the name of a variable
BASE_URL_VARIABLE = "TRUTO_API_BASE_URL"


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


def read_proxy(proxy: object, base_url: str, *, trust_env: bool) -> str | None:
    """Take the proxy given or, where asked, the one that the environment has for the base URL."""
    if proxy is None and trust_env:
        parts = urlsplit(base_url)
        proxy = None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
    # It may hold a password, so no message shows it.
    if proxy is not None and (not isinstance(proxy, str) or _split(proxy, "proxy").scheme not in ("http", "https")):
        raise InvalidArgumentError('proxy must be a URL such as "http://proxy.example:3128", or None')
    return proxy


def read_ssl(ssl: object) -> tls.SSLContext | None:
    """Take a context, or the path of a file with certificates to trust."""
    if isinstance(ssl, str):
        try:
            return tls.create_default_context(cafile=ssl)
        except OSError as error:
            raise InvalidArgumentError(f"ssl: no certificates can be read from {ssl!r}: {error}") from None
    if ssl is not None and not isinstance(ssl, tls.SSLContext):
        raise InvalidArgumentError(f"ssl must be an ssl.SSLContext, the path of a CA file, or None: {ssl!r}")
    if ssl is not None and (ssl.verify_mode is not tls.CERT_REQUIRED or not ssl.check_hostname):
        raise InvalidArgumentError("ssl must verify certificates and host names: else the token could go to anyone")
    return ssl


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
