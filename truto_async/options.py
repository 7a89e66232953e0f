"""What clients are made with: the retry policy, the rate limit, the hooks and what they are told."""

from truto_async._observe import Hooks, RateLimitedEvent, RequestEvent, ResponseEvent, RetryEvent
from truto_async._retry import RetryPolicy
from truto_async._throttle import RateLimit

__all__ = ["Hooks", "RateLimit", "RateLimitedEvent", "RequestEvent", "ResponseEvent", "RetryEvent", "RetryPolicy"]
