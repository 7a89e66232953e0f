"""What can go wrong with files, and with applying them."""

from __future__ import annotations

from truto_async.errors import TrutoError

__all__ = ["BadFileError", "ChangedMeanwhileError"]


class BadFileError(Exception):
    """A file that does not hold what it should. The command reports it together with those of other files."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        """Describe the problem, and say in which line it is; the first is 1."""
        super().__init__(problem)
        self.line = line


class ChangedMeanwhileError(TrutoError):
    """A job was changed on the server after it was compared with its file."""
