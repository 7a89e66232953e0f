"""What is wrong with a file."""

from __future__ import annotations

__all__ = ["BadFileError"]


class BadFileError(Exception):
    """A file that does not hold what it should. The command reports it together with those of other files."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        """Describe the problem, and say in which line it is; the first is 1."""
        super().__init__(problem)
        self.line = line
