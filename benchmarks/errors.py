"""What may go wrong."""

__all__ = ["BenchmarkError", "MissingToolError"]


class BenchmarkError(Exception):
    """A benchmark broke."""


class MissingToolError(BenchmarkError):
    """Something has to be installed first."""
