"""What is printed."""

from __future__ import annotations

import sys

__all__ = ["say"]


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
