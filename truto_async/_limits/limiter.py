"""What a client asks of a rate limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from truto_async._config.secrets import Token

__all__ = ["RateLimiter", "for_token"]


@runtime_checkable
class RateLimiter(Protocol):
    """A rate limit, as clients see it: `RateLimit`, `truto_async.redis.RedisRateLimit`, or a class of your own.

    One object serves many clients, in any threads and event loops, so all of this may be called from any of them.
    """

    def try_acquire(self) -> bool:
        """Take a slot if one is free at once and nobody waits for one."""
        ...

    async def acquire(self, deadline: float | None = None) -> float | None:
        """Wait for a slot and take it, first come, first served; returns None.

        Args:
            deadline: a time of time.monotonic(). If no slot is free by then, none is taken, and the seconds that there would
                still be to wait are returned; at once, where that can be foreseen.
        """
        ...

    def release(self, *, counted: bool = True) -> None:
        """Return the slot when the response has come; `counted=False` if the request surely did not reach the server."""
        ...

    def pause(self, seconds: float) -> None:
        """Grant no slot for some seconds, because the server answered 429, and then no burst."""
        ...

    def for_account(self, account: str) -> RateLimiter | None:
        """Return the limit of one connected account, which counts in addition; None where accounts have none."""
        ...


RateLimiter.__module__ = "truto_async.options"  # where users find it


@runtime_checkable
class NamedByToken(Protocol):
    """A limit that is one for all who have the same token."""

    def _for_token(self, token: Token) -> RateLimiter:
        """Return the limit for a token."""
        ...


def for_token(limit: RateLimiter | None, token: Token) -> RateLimiter | None:
    """Return the limit that a client with this token is to use."""
    if isinstance(limit, NamedByToken) and not isinstance(limit, type):
        return limit._for_token(token)  # noqa: SLF001  # no business of users
    return limit
