"""The token, held so that it shows itself nowhere but in the request."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["Secret", "Token"]


class Secret(str):
    """A header value with a secret in it.

    A str, since that is what the HTTP library writes; but its repr, and so the repr of every dict, log line or
    traceback that it gets into, is a mask, and it cannot be pickled.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the mask."""
        return "'***'"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written."""
        raise TypeError("a secret is never pickled")


class Token:
    """An API token."""

    __slots__ = ("authorization",)

    def __init__(self, text: str) -> None:
        """Take the bare token."""
        self.authorization: Secret = Secret(f"Bearer {text}")

    def is_in(self, text: str) -> bool:
        """Tell whether a text echoes the token."""
        return self._text in text

    def redact(self, body: bytes) -> bytes:
        """Mask the token where a server echoes it."""
        return body.replace(self._text.encode(), b"***")

    def redact_text(self, text: str) -> str:
        """Mask the token where a server echoes it."""
        return text.replace(self._text, "***")

    @property
    def _text(self) -> str:
        return self.authorization.removeprefix("Bearer ")
