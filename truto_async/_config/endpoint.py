"""The endpoint: base URL, token, proxy and certificates, read from arguments and the environment, and checked."""

from __future__ import annotations

import ipaddress
import os
import ssl as tls
from base64 import b64encode
from urllib.parse import SplitResult, urlsplit

from yarl import URL

from truto_async._config.secrets import Secret, Token
from truto_async.errors import InvalidArgumentError

__all__ = ["Proxy", "read_base_url", "read_proxy", "read_ssl", "read_token"]

DEFAULT_BASE_URL = "https://api.truto.one"

TOKEN_VARIABLE = "TRUTO_API_TOKEN"  # noqa: S105  # the name of a variable
BASE_URL_VARIABLE = "TRUTO_API_BASE_URL"


def read_token(token: object) -> Token | str:
    """Return the given token, or the one in the environment; or a message that says what is wrong with it.

    Nothing is raised here, since the frames of a traceback would hold the token.
    """
    text = os.environ.get(TOKEN_VARIABLE) if token is None else token
    if text is None or text == "":
        return f"no API token: pass token=, or set the environment variable {TOKEN_VARIABLE}"
    if not isinstance(text, str):
        return f"token must be a str, not {type(text).__name__}: see {TOKEN_VARIABLE}"
    if not _is_visible_ascii(text):
        where = "token" if token is not None else f"the environment variable {TOKEN_VARIABLE}"
        return (
            f"{where} holds a space, a line break or another character that a token never has; "
            f"pass token=, or set {TOKEN_VARIABLE}, without quotes or line ends"
        )
    return Token(text)


def read_base_url(base_url: object, *, allow_http: bool) -> str:
    """Return the given base URL, or the one in the environment, or Truto's; without a trailing slash."""
    if base_url is None:
        base_url = os.environ.get(BASE_URL_VARIABLE) or DEFAULT_BASE_URL
    if not isinstance(base_url, str):
        raise InvalidArgumentError(f"base_url must be a str, not {type(base_url).__name__}")
    parts = _split(base_url, "base_url")
    problem = _problem_with(base_url, parts, allow_http=allow_http)
    if problem is not None:
        shown = "" if "@" in base_url else f": {base_url!r}"  # there may be a password in it
        raise InvalidArgumentError(f"base_url (or {BASE_URL_VARIABLE}) {problem}{shown}")
    return base_url.rstrip("/")


def read_proxy(proxy: object, base_url: str, *, trust_env: bool) -> Proxy | None:
    """Return the given proxy or, with `trust_env`, the one that the environment sets for the base URL."""
    if proxy is None and trust_env:
        from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415  # slow to import, and rarely needed

        parts = urlsplit(base_url)
        proxy = None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
    if proxy is None or isinstance(proxy, Proxy):
        return proxy
    # It may hold a password, so no message shows it.
    if not isinstance(proxy, str) or _split(proxy, "proxy").scheme not in ("http", "https"):
        raise InvalidArgumentError('proxy must be a URL such as "http://proxy.example:3128", or None')
    return Proxy(proxy)


class Proxy:
    """An HTTP proxy, with its password kept apart from its URL."""

    __slots__ = ("_given", "headers", "url")

    def __init__(self, given: str) -> None:
        """Split a URL that may hold a user name and password."""
        url = URL(given)
        self._given = given
        self.url: str = str(url.with_user(None))
        self.headers: dict[str, str] = {}
        if url.user is not None:
            credentials = b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
            self.headers = {"Proxy-Authorization": Secret(f"Basic {credentials}")}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Proxy) and self._given == other._given

    def __hash__(self) -> int:
        return hash(self._given)

    def __reduce__(self) -> tuple[type[Proxy], tuple[str]]:
        """Pickle as it was given, password included: it is a setting."""
        return Proxy, (self._given,)


def read_ssl(ssl: object) -> tls.SSLContext | None:
    """Return the given context, or a new one that trusts the certificates in a file."""
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
    if not _is_visible_ascii(url):
        raise InvalidArgumentError(f"{name} holds a space, a line break or a character outside ASCII")
    try:
        parts = urlsplit(url)
        URL(url)
    except ValueError:
        parts = None
    if parts is None or "\\" in url or not _is_host(parts.hostname or ""):
        raise InvalidArgumentError(f"{name} is not a URL")
    return parts


def _is_host(name: str) -> bool:
    return all(0 < len(label) < 64 for label in name.removesuffix(".").split(".")) or not name


def _is_visible_ascii(text: str) -> bool:
    return all("!" <= char <= "~" for char in text)


def _problem_with(url: str, parts: SplitResult, *, allow_http: bool) -> str | None:
    if parts.scheme not in ("http", "https"):
        return "must begin with https://"
    if not parts.hostname:
        return "has no host"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or password: the token is the only credential"
    if "?" in url or "#" in url:
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
