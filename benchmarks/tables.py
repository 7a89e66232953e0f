"""The results as Markdown. Nothing here does I/O."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from benchmarks.figures import number, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.figures import Figure

__all__ = ["about", "about_later", "case", "goals"]

_PAIRED = ("wall", "cpu")


def about(facts: dict[str, Any]) -> str:
    """Say where the results come from."""
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    commit = "an unknown commit" if facts["commit"] is None else f"commit `{facts['commit'][:12]}`"
    changed = " with changes that are not committed" if facts["dirty"] else ""
    system = f"{facts['openssl']}, nginx {facts['nginx']}, {facts['kernel']}, {facts['cores']} cores of {facts['cpu']}"
    return f"Measured on {facts['date'][:10]} at {commit}{changed}: {facts['python']}, {system}; {packages}."


def about_later(later: dict[str, dict[str, Any]]) -> list[str]:
    """Say where the results of cases come from that were measured again."""
    return [f"`{case}`: {about(facts)}" for case, facts in later.items()]


def goals(figures: Iterable[Figure]) -> str:
    """List all figures with a goal."""
    rows = [_goal_row(figure) for figure in figures if figure.goal is not None]
    return _table(["case", "setting", "beside", "what", "goal", "found", ""], rows)


def case(figures: Sequence[Figure]) -> str:
    """Show all figures of a case: those of time in a table of their own, wall and CPU side by side."""
    timed = [figure for figure in figures if figure.measure in _PAIRED]
    others = [figure for figure in figures if figure.measure not in _PAIRED]
    groups = [list(group) for _, group in groupby(timed, key=lambda figure: (figure.setting, figure.peer))]
    tables = []
    if groups:
        heads = ["setting", "beside", "wall time: ratio", "CPU: ratio", "pairs", "SDK, µs", "peer, µs"]
        tables.append(_table(heads, [_timed_row(group) for group in groups]))
    if others:
        heads = ["what", "setting", "of, or beside", "median", "from, to", "runs"]
        tables.append(_table(heads, [_other_row(figure) for figure in others]))
    return "\n\n".join(tables)


def _goal_row(figure: Figure) -> list[str]:
    assert figure.goal is not None  # noqa: S101  # those without were left out
    found = f"{figure.median:.4g} {figure.unit}".strip()  # as exact as it is judged
    goal = f"{_sign(figure)} {figure.goal.bound:g} {figure.unit}".strip()
    judged = verdict(figure)
    judged = f"**{judged}**" if figure.met is False else judged
    return [figure.case, figure.setting, figure.peer or "", _name(figure.measure), goal, found, judged]


def _timed_row(group: Sequence[Figure]) -> list[str]:
    wall, cpu = group
    absolute = [number(value or 0.0) for value in (wall.ours, wall.theirs)]
    return [wall.setting, wall.peer or "", _ranged(wall), _ranged(cpu), str(wall.count), *absolute]


def _other_row(figure: Figure) -> list[str]:
    shown = f"{number(figure.median)} {figure.unit}".strip()
    span = f"{number(figure.minimum)}, {number(figure.maximum)}" if figure.count > 1 else ""
    peer = figure.peer or "the SDK"
    if figure.ours is not None and figure.theirs is not None:
        peer += f" ({number(figure.ours)} to {number(figure.theirs)} {figure.absolute})"
    return [_name(figure.measure), figure.setting, peer, shown, span, str(figure.count)]


def _ranged(figure: Figure) -> str:
    return f"{number(figure.median)} ({number(figure.minimum)} to {number(figure.maximum)})"


def _sign(figure: Figure) -> str:
    return {"<=": "≤", ">=": "≥"}[figure.goal.sign] if figure.goal is not None else ""


def _name(measure: str) -> str:
    return {"wall": "wall time, ratio", "cpu": "CPU, ratio", "throughput": "throughput, ratio"}.get(measure, measure)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
