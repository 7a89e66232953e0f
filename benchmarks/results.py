"""The results as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Curves", "Results", "read", "write"]

Curves = dict[str, list[dict[str, float]]]


@dataclass(frozen=True)
class Results:
    """What was found, and where."""

    about: dict[str, Any]
    figures: list[Figure]
    curves: Curves
    later: dict[str, dict[str, Any]]
    """The cases that were measured again later, and where."""

    def updated(self, found: Results, cases: Sequence[str]) -> Results:
        """Return them with what was found for some cases in place of what there is."""
        kept = [figure for figure in self.figures if figure.case not in cases]
        later = self.later | dict.fromkeys(cases, found.about)
        return Results(self.about, kept + found.figures, self.curves | found.curves, later)


def write(path: Path, found: Results) -> None:
    """Write them to a file."""
    document = {
        "about": found.about,
        "later": found.later,
        "figures": [_rounded(figure.to_dict()) for figure in found.figures],
        "curves": _rounded(found.curves),
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def read(path: Path) -> Results:
    """Read them back."""
    document = json.loads(path.read_text())
    figures = [Figure.from_dict(item) for item in document["figures"]]
    return Results(document["about"], figures, document["curves"], document["later"])


def _rounded(value: Any) -> Any:
    """Leave out digits that mean nothing."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return {key: _rounded(item) for key, item in value.items()} if isinstance(value, dict) else value
