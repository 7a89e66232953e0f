"""The options of clients: when to retry, how many requests to send, and which functions to call."""

from typing import TYPE_CHECKING

from truto_async._limits.limiter import RateLimiter
from truto_async._limits.rate_limit import RateLimit
from truto_async._limits.retry import RetryPolicy

if TYPE_CHECKING:
    from truto_async.events import Hooks
else:

    def __getattr__(name: str) -> object:
        """Load the hooks on first use: most clients have none."""
        if name == "Hooks":
            from truto_async.events import Hooks  # noqa: PLC0415

            return Hooks
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)


__all__ = ["Hooks", "RateLimit", "RateLimiter", "RetryPolicy"]
