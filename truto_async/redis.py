"""One rate limit for all processes on all hosts, kept in Redis. `truto_sync.redis` is the same.

::

    limit = RedisRateLimit.from_url("redis://redis.example:6379")
    truto = Truto(rate_limit=limit)

It needs the extra `redis`: `pip install 'truto-async[redis]'`.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import parse_qs, urlsplit
from weakref import WeakValueDictionary, finalize

from attrs import asdict

from truto_async._config.endpoint import read_token
from truto_async._limits.redis.link import Link
from truto_async._limits.redis.options import URL_VARIABLE, Options, check_name
from truto_async._limits.redis.store import address
from truto_async._support import fork
from truto_async.errors import InvalidArgumentError, RateLimiterUnavailableError

if TYPE_CHECKING:
    from types import TracebackType

    from truto_async._config.secrets import Token
    from truto_async._limits.redis.shared import SharedLimit
    from truto_async.options import RateLimiter

__all__ = ["RedisRateLimit"]

_MAX_ACCOUNTS = 1000


class RedisRateLimit:
    """At most `limit` requests in any `per` seconds, in all processes on all hosts that share one Redis.

    It goes wherever a `RateLimit` goes. One object may be given to several clients of both packages, in any threads and
    event loops; it may be pickled, and used after a fork. It talks to Redis in a thread of its own, which starts with the
    first request. Nobody has to close it: it gives its slots back and closes its connections when it is garbage-collected,
    or with the interpreter. `close()` does so earlier: call it in processes that end by `os._exit` or a signal.

    A slot counts from when it is taken until one period after the response, by the clock of the Redis server alone.
    """

    limit: int
    """The number of requests."""

    per: float
    """The length of the window, in seconds."""

    name: str | None
    """The name that all processes have in common; None if each client's token gives it one."""

    def __init__(self, *_: object, **__: object) -> None:
        """Raise TypeError: `from_url` makes one."""
        raise TypeError("a RedisRateLimit is made with RedisRateLimit.from_url(...)")

    @classmethod
    def from_url(
        cls,
        url: str | None = None,
        *,
        limit: int = 500,
        per: float = 10.0,
        per_account: int | None = 50,
        name: str | None = None,
        on_unavailable: Literal["raise", "local"] = "raise",
        local_share: float = 0.1,
        timeout: float = 2.0,
        lease: float | None = None,
    ) -> Self:
        """Check the options; nothing is opened or sent yet.

        All processes must give the same `limit`, `per`, `per_account`, `timeout` and `lease`.

        Args:
            url: where Redis is, as redis-py reads it: `redis://user:password@host:6379/0`, `rediss://...` for TLS, or
                `unix:///path/to/socket`; default: the environment variable TRUTO_REDIS_URL. Redis 6.2 or later, or Valkey.
            limit: how many requests.
            per: in how many seconds.
            per_account: how many in the same time with the same `integrated_account_id` in their query; None for no such
                limit.
            name: what the limit is called in Redis; those of the same name are one. By default each client uses the limit
                of its token, which is called by a digest (scrypt) of it. The token is neither sent to Redis nor kept there,
                and cannot be guessed from the name.
            on_unavailable: what to do when Redis cannot be asked for longer than `timeout`. "raise" raises
                RateLimiterUnavailableError. "local" goes on with `local_share` of the limit, with a warning in the log,
                from one and a half periods later on: by then, what other processes may have sent has left the window.
                Either is back by itself when Redis is.
            local_share: the part of the limit that a process uses by itself, with "local": 1 / the number of processes.
            timeout: seconds for one answer of Redis.
            lease: seconds after its last sign of life for which the slots of a process that died are kept for it. Then they
                count for another period. By default 30 seconds, the timeout of clients, more than `per / 2 + timeout`,
                for which a process may use slots without an answer of Redis. Give more if a client has a longer timeout.

        Raises:
            InvalidArgumentError: the URL or a number makes no sense.
            ModuleNotFoundError: redis-py is not installed.
        """
        options = Options(url, limit, per, per_account, on_unavailable, local_share, timeout, lease)
        check_name(name)
        self = object.__new__(cls)
        self._use(options, name)
        return self

    def _use(self, options: Options, name: str | None, problem: str | None = None) -> None:
        options.check()
        url = options.read_url() if problem is None else ""
        self.limit, self.per, self.name = options.limit, options.per, name
        self._options, self._address, self._problem = options, address(url) if url else None, problem
        self._by_token: dict[bytes, Self] = {}
        self._accounts: dict[str, SharedLimit] = {}
        self._main: SharedLimit | None = None
        self._is_closed = self._is_of_token = False
        if name is not None and problem is None:
            self._link = Link(url, name, per=options.per, timeout=options.timeout, share=options.share)
            self._main = self._link.make_limit("-", options.limit, options.timing, options.local_share)
            finalize(self, self._link.close)

    def try_acquire(self) -> bool:
        """Take a slot if there is one in this process and nobody waits for it; Redis is not asked."""
        return self._shared().try_acquire()

    async def acquire(self, deadline: float | None = None) -> float | None:
        """Wait for a slot and take it, first come, first served within the process; returns None.

        Args:
            deadline: a time of time.monotonic(). If no slot is free by then, none is taken, and the seconds that there would
                still be to wait are returned; at once, where that can be foreseen.

        Raises:
            RateLimiterUnavailableError: Redis cannot be asked, and `on_unavailable` is "raise".
            ClientClosedError: the limit is closed.
        """
        return await self._shared().acquire(deadline)

    def release(self, *, counted: bool = True) -> None:
        """Return the slot when the response has come; `counted=False` if the request surely did not reach the server."""
        self._shared().release(counted=counted)

    def pause(self, seconds: float) -> None:
        """Grant no slot for some seconds, in any process, and then no burst, but one slot at a time."""
        self._shared().pause(seconds)

    def for_account(self, account: str) -> RateLimiter | None:
        """Return the limit of one connected account; None where accounts have none."""
        options = self._options
        if options.per_account is None:
            return None
        if self._main is None:
            return self._named().for_account(account)
        with self._link.lock:
            limit = self._accounts.get(account)
            if limit is None:
                if len(self._accounts) >= _MAX_ACCOUNTS:
                    self._accounts = {name: kept for name, kept in self._accounts.items() if kept.is_busy}
                label = hashlib.sha256(account.encode()).hexdigest()[:20]
                limit = self._link.make_limit(label, options.per_account, options.timing, options.local_share)
                self._accounts[account] = limit
        return limit

    def close(self) -> None:
        """Give unused slots back, and close the connections to Redis; a second time does nothing.

        Who waits for a slot, or asks for one later, gets ClientClosedError.
        """
        self._is_closed = True
        if self._main is not None:
            self._link.close()
        for limit in list(self._by_token.values()):
            limit.close()

    def _for_token(self, token: Token) -> Self:
        """Return the limit for a token: this one, if it has a name."""
        if self.name is not None:
            return self
        key = token.digest()
        limit = self._by_token.get(key)
        if limit is None:
            limit = object.__new__(type(self))
            limit._use(self._options, f"token:{token.fingerprint()}")  # of its own class
            limit._is_of_token = True
            limit = self._by_token.setdefault(key, limit)
            if self._is_closed:
                limit.close()
        return limit

    def _shared(self) -> SharedLimit:
        return self._named()._shared() if self._main is None else self._main  # noqa: SLF001  # of its own class

    def _named(self) -> Self:
        """Return the limit for the token in the environment."""
        if self._problem is not None:
            raise RateLimiterUnavailableError(self._problem)
        token = read_token(None)
        if isinstance(token, str):
            raise InvalidArgumentError(f"this limit has no name: give it one with name=, or give it to a client; {token}")
        return self._for_token(token)

    def __repr__(self) -> str:
        """Show the limit, and where it is kept; never a password."""
        name = "" if self.name is None else f", name={self.name!r}"
        return f"RedisRateLimit({self.limit}, per={self.per}{name}, url={self._address!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the options. In another process, all copies are one object; without a name, its token there names it.

        Where there is no URL, or no redis-py, whoever asks the copy for a slot gets RateLimiterUnavailableError.
        """
        url = urlsplit(self._options.url or "")
        if url.password or "password" in " ".join(parse_qs(url.query)):
            raise TypeError(
                f"a RedisRateLimit whose URL holds a password cannot be pickled: leave url= out, and set {URL_VARIABLE}"
            )
        return _unpickle, (type(self), asdict(self._options), None if self._is_of_token else self.name)

    async def __aenter__(self) -> Self:
        """Wait for a slot and take it."""
        await self.acquire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Return the slot."""
        self.release()


class UnpickledLimits:
    """The limits that were unpickled in this process and are still in use, by their options."""

    def __init__(self) -> None:
        self._limits: WeakValueDictionary[tuple[Any, ...], RedisRateLimit] = WeakValueDictionary()
        self.after_fork()
        fork.register(self)

    def after_fork(self) -> None:
        """Make a new lock: a thread of the parent may hold it. The limits start afresh by themselves."""
        self._lock = threading.RLock()  # what is garbage-collected meanwhile may unpickle, too

    def get(self, cls: type[RedisRateLimit], options: Options, name: str | None) -> RedisRateLimit:
        """Return the limit with these options; make it where there is none that is open."""
        key = (cls, options, name)
        with self._lock:
            limit = self._limits.get(key)
            if limit is None or limit._is_closed:  # noqa: SLF001  # of this module
                limit = object.__new__(cls)
                try:
                    limit._use(options, name)
                    self._limits[key] = limit
                except (InvalidArgumentError, ModuleNotFoundError) as error:  # of the place, which may only pass it on
                    limit._use(options, name, str(error))
        return limit


_unpickled = UnpickledLimits()


def _unpickle(cls: type[RedisRateLimit], options: dict[str, Any], name: str | None) -> RedisRateLimit:
    return _unpickled.get(cls, Options(**options), name)
