"""One rate limit for all processes on all hosts: the same as `truto_async.redis`."""

from truto_async.redis import RedisRateLimit

__all__ = ["RedisRateLimit"]
