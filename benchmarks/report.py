"""Tables and plots, made of the results and put in their places."""

from __future__ import annotations

from itertools import groupby

from benchmarks import plots, results, tables
from benchmarks.errors import BenchmarkError
from benchmarks.output import say
from benchmarks.places import PLOTS, README, RESULTS

__all__ = ["remake"]

_BEGIN = "<!-- results: begin -->"
_END = "<!-- results: end -->"
_PLOTS_OF = {
    "get": ["gets"],
    "threads": ["threads"],
    "encode": ["codecs"],
    "growth": ["growth-ids", "growth-concurrency", "growth-size"],
}


def remake() -> None:
    """Write the plots, and the tables between the markers in the README."""
    if not RESULTS.is_file():
        raise BenchmarkError(f"there is no {RESULTS.name} yet: a full run makes it")
    found = results.read(RESULTS)
    plots.write(PLOTS, found)
    README.write_text(_replaced(README.read_text(), _text(found)))
    say(f"written: {README.name} and {PLOTS.name}")


def _replaced(document: str, text: str) -> str:
    head, begin, rest = document.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise BenchmarkError(f"{README.name} has no place for the results: {_BEGIN} and {_END}")
    return f"{head}{begin}\n\n{text}\n\n{end}{tail}"


def _text(found: results.Results) -> str:
    parts = [tables.about(found.about), *tables.about_later(found.later)]
    parts += ["### Goals", tables.goals(found.figures), "![goals](plots/goals.svg)"]
    for case, group in groupby(found.figures, key=lambda figure: figure.case):
        parts += [f"### {case}", tables.case(list(group))]
        parts += [f"![{name}](plots/{name}.svg)" for name in _PLOTS_OF.get(case, [])]
    return "\n\n".join(parts)
