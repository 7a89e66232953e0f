"""Settings: the checked options of a client."""

from __future__ import annotations

import ssl as tls
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

import aiohttp
import attrs
from attrs import field, frozen

from truto_async._config.checks import check_count, check_flag, check_instance, check_positive
from truto_async._config.endpoint import Proxy
from truto_async._config.secrets import Token
from truto_async._limits.limiter import RateLimiter
from truto_async._limits.retry import RetryPolicy

if TYPE_CHECKING:
    from truto_async.events import Hooks  # noqa: TC004  # an annotation, which attrs does not evaluate

__all__ = ["AiohttpSession", "CallOptions", "Settings"]


class AiohttpSession(Protocol):
    """An aiohttp.ClientSession, described by the properties that other libraries' sessions do not have.

    The annotations of aiohttp's own class are incomplete, and would leave gaps in the types of this SDK.
    """

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        ...

    @property
    def connector(self) -> object:
        """The object that holds its connections."""
        ...

    @property
    def cookie_jar(self) -> object:
        """The object that holds its cookies."""
        ...


class CallOptions(TypedDict, total=False):
    """The options that can be set for some calls: the keywords of `with_options`."""

    timeout: float | None
    deadline: float | None
    retry: RetryPolicy | None
    max_response_bytes: int


def _check_hooks(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None:
        from truto_async.events import Hooks  # noqa: PLC0415  # most clients have no hooks

        check_instance(Hooks)(instance, attribute, value)


@frozen(kw_only=True)
class Settings:
    """The checked options of a client."""

    token: Token = field(repr=False)
    base_url: str
    timeout: float | None = field(validator=check_positive)
    deadline: float | None = field(validator=check_positive)
    retry: RetryPolicy | None = field(validator=check_instance(RetryPolicy))
    rate_limit: RateLimiter | None = field(validator=check_instance(RateLimiter))
    max_connections: int = field(validator=check_count)
    max_response_bytes: int = field(validator=check_count)
    proxy: Proxy | None = field(repr=False)
    ssl: tls.SSLContext | None
    session: AiohttpSession | None = field(validator=check_instance(aiohttp.ClientSession))
    hooks: Hooks | None = field(validator=_check_hooks)
    allow_http: bool = field(validator=check_flag)

    def to_options(self) -> dict[str, Any]:
        """Return the constructor's arguments for a client with the same settings, without the token.

        Raises TypeError for settings that cannot be pickled.
        """
        options = {field.name: getattr(self, field.name) for field in attrs.fields(Settings) if field.name != "token"}
        for name in ("session", "ssl"):
            if options[name] is not None:
                raise TypeError(f"a client with {name}= cannot be pickled: make one in the other process")
        return options
