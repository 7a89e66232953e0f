"""Secrets: strings that appear in requests, and in no repr, log, traceback or pickle."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["Secret", "Token"]


class Secret(str):
    """A header value that holds a secret.

    It is a str, since the HTTP library writes it. Its repr is a mask, also inside the repr of a dict, a log line or a
    traceback. It cannot be pickled.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the mask."""
        return "'***'"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled."""
        raise TypeError("a secret is never pickled")


class Token:
    """An API token."""

    __slots__ = ("authorization",)

    def __init__(self, text: str) -> None:
        """Hide the bare token."""
        self.authorization: Secret = Secret(f"Bearer {text}")

    def is_in(self, text: str) -> bool:
        """Return whether a text contains the token."""
        return self._text in text

    def redact(self, body: bytes) -> bytes:
        """Mask the token in a body that echoes it."""
        return body.replace(self._text.encode(), b"***")

    def redact_text(self, text: str) -> str:
        """Mask the token in a text that echoes it."""
        return text.replace(self._text, "***")

    @property
    def _text(self) -> str:
        return self.authorization.removeprefix("Bearer ")
