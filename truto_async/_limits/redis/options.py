"""The options of a limit that is kept in Redis, and where they make no sense."""

from __future__ import annotations

import os
import re
from typing import Literal, cast

from attrs import frozen

from truto_async._config.checks import check_number
from truto_async._limits.redis.holdings import Timing
from truto_async._limits.redis.store import check_url
from truto_async.errors import InvalidArgumentError

__all__ = ["URL_VARIABLE", "Options", "check_name"]

URL_VARIABLE = "TRUTO_REDIS_URL"
_REQUEST_SECONDS = 30.0  # the default timeout of clients
_MOST, _SHORTEST = 1e9, 0.001  # Redis counts in microseconds, and up to 2^53 of them


@frozen
class Options:
    """The options of a `RedisRateLimit` but its name; see `from_url`."""

    url: str | None
    limit: int
    per: float
    per_account: int | None
    on_unavailable: Literal["raise", "local"]
    local_share: float
    timeout: float
    lease: float | None

    def read_url(self) -> str:
        """Return the URL, or the one in the environment; checked."""
        url = os.environ.get(URL_VARIABLE) if self.url is None else self.url
        if not url:
            raise InvalidArgumentError(f"no URL of Redis: pass url=, or set the environment variable {URL_VARIABLE}")
        check_url(url)
        return url

    def check(self) -> None:
        """Raise InvalidArgumentError for numbers that make no sense."""
        _check("limit", self.limit, int)
        _check("per", self.per, int | float)
        _check("per_account", 1 if self.per_account is None else self.per_account, int)
        _check("local_share", self.local_share, int | float, most=1)
        _check("timeout", self.timeout, int | float)
        _check("lease", self.timing.lease, int | float)
        if self.per < _SHORTEST:
            raise InvalidArgumentError(f"RedisRateLimit: per must be at least {_SHORTEST} s: {self.per!r}")
        if self.timing.lease <= self.timing.valid:
            least = f"per / 2 + timeout, {self.timing.valid:g} s"
            raise InvalidArgumentError(f"RedisRateLimit: lease must be longer than {least}: {self.lease!r}")
        if self.on_unavailable not in ("raise", "local"):
            raise InvalidArgumentError(f"RedisRateLimit: on_unavailable must be 'raise' or 'local': {self.on_unavailable!r}")

    @property
    def timing(self) -> Timing:
        """How long slots are valid and kept."""
        valid = self.per / 2 + self.timeout
        return Timing(self.per, valid, valid + _REQUEST_SECONDS if self.lease is None else self.lease)

    @property
    def share(self) -> str | None:
        """What a process limits itself to in an outage; None if it does not."""
        share = max(1, int(self.limit * self.local_share))
        return None if self.on_unavailable == "raise" else f"{share} requests in {self.per:g} s"


def _check(name: str, value: object, kinds: object, most: float = _MOST) -> None:
    check_number(f"RedisRateLimit: {name}", value, kinds)
    if cast("float", value) > most:
        raise InvalidArgumentError(f"RedisRateLimit: {name} must be at most {most:.0f}")


def check_name(name: object) -> None:
    """Raise InvalidArgumentError for a name that cannot be in a key of Redis."""
    if name is not None and not (isinstance(name, str) and re.fullmatch(r"[!-z|~]{1,200}", name)):
        raise InvalidArgumentError("RedisRateLimit: name must be 1 to 200 visible ASCII characters, without { and }")
