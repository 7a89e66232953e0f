"""The options of a client, checked before anything is sent."""

from __future__ import annotations

import ssl as tls
from typing import Any, Protocol, TypedDict

import aiohttp
import attrs
from attrs import field, frozen

from truto_async._checks import check_count, check_flag, check_instance, check_positive
from truto_async._endpoint import Proxy
from truto_async._observe import Hooks
from truto_async._retry import RetryPolicy
from truto_async._secret import Token
from truto_async._throttle import RateLimit

__all__ = ["AiohttpSession", "CallOptions", "Settings"]


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


class CallOptions(TypedDict, total=False):
    """What can be set for some calls: the keywords of `with_options`."""

    timeout: float | None
    deadline: float | None
    retry: RetryPolicy | None
    max_response_bytes: int


@frozen(kw_only=True)
class Settings:
    """The checked options of a client."""

    token: Token = field(repr=False)
    base_url: str
    timeout: float | None = field(validator=check_positive)
    deadline: float | None = field(validator=check_positive)
    retry: RetryPolicy | None = field(validator=check_instance(RetryPolicy))
    rate_limit: RateLimit | None = field(validator=check_instance(RateLimit))
    max_connections: int = field(validator=check_count)
    max_response_bytes: int = field(validator=check_count)
    proxy: Proxy | None = field(repr=False)
    ssl: tls.SSLContext | None
    session: AiohttpSession | None = field(validator=check_instance(aiohttp.ClientSession))
    hooks: Hooks | None = field(validator=check_instance(Hooks))
    allow_http: bool = field(validator=check_flag)

    def to_options(self) -> dict[str, Any]:
        """Give the arguments that make another client with the same settings, but for the token."""
        options = {field.name: getattr(self, field.name) for field in attrs.fields(Settings) if field.name != "token"}
        for name in ("session", "ssl"):
            if options[name] is not None:
                raise TypeError(f"a client with {name}= cannot be pickled: make one in the other process")
        return options
