"""Names for new files."""

from __future__ import annotations

import re
import unicodedata
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from truto_async.models import SyncJob

__all__ = ["new_name"]

_LONGEST = 50
_SHORT_ID = 8


def new_name(job: SyncJob, suffix: str, taken: Container[str]) -> str:
    """Return a name that every system can have: from the label and the first characters of the id.

    Args:
        job: the job.
        suffix: the end of the name, such as ".yaml".
        taken: the names that there are, in lower case.
    """
    return next(name for name in _names(job, suffix) if name not in taken)


def _names(job: SyncJob, suffix: str) -> Iterator[str]:
    label, id_ = _words(job.label or "") or "job", _words(job.id)
    yield f"{label}-{id_[:_SHORT_ID]}".strip("-") + suffix
    yield f"{label}-{id_}".strip("-") + suffix
    yield from (f"{label}-{id_}-{number}{suffix}" for number in count(2))


def _words(text: str) -> str:
    """Return the ASCII letters and digits of a text, in lower case, with dashes in between."""
    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-")[:_LONGEST].strip("-")
