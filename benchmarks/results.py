"""The results as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Curves", "Results", "read", "write"]

Curves = dict[str, list[dict[str, float]]]


@dataclass(frozen=True)
class Results:
    """What was found, and where."""

    about: dict[str, Any]
    figures: list[Figure]
    curves: Curves


def write(path: Path, about: Mapping[str, Any], figures: Sequence[Figure], curves: Curves) -> None:
    """Write them to a file."""
    document = {"about": about, "figures": [_rounded(figure.to_dict()) for figure in figures], "curves": _rounded(curves)}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def read(path: Path) -> Results:
    """Read them back."""
    document = json.loads(path.read_text())
    return Results(document["about"], [Figure.from_dict(item) for item in document["figures"]], document["curves"])


def _rounded(value: Any) -> Any:
    """Leave out digits that mean nothing."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return {key: _rounded(item) for key, item in value.items()} if isinstance(value, dict) else value
