"""Secrets: strings that appear in requests, and in no repr, log, traceback or pickle."""

from __future__ import annotations

import hashlib
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

    def digest(self) -> bytes:
        """Return what tells tokens apart within a process."""
        return hashlib.sha256(self._text.encode()).digest()

    def fingerprint(self) -> str:
        """Return a name for the token that is the same in every process, and from which nobody can guess it.

        It takes scrypt some 50 ms and 16 MiB to make one, and as much for each guess.
        """
        salt = b"truto-async: name of a shared rate limit"
        return hashlib.scrypt(self._text.encode(), salt=salt, n=2**14, r=8, p=1, dklen=20).hex()

    @property
    def _text(self) -> str:
        return self.authorization.removeprefix("Bearer ")
