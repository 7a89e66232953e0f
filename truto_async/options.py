"""What clients are made with: the retry policy, the rate limit and the hooks."""

from truto_async._observe import Hooks
from truto_async._retry import RetryPolicy
from truto_async._throttle import RateLimit

__all__ = ["Hooks", "RateLimit", "RetryPolicy"]
