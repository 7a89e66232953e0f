"""The results as SVG, the same bytes for the same results."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any, TypeAlias

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from benchmarks.figures import ITSELF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.figures import Figure
    from benchmarks.results import Results

    Bars: TypeAlias = Mapping[str, Mapping[str, float]]

__all__ = ["write"]

_OURS, _GREYS = "#0b6e99", ("#5f6770", "#8c96a0", "#c5ccd3")
_SHADES = ("#0b6e99", "#58a6c7", "#a9d3e6")
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "truto",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "ytick.labelsize": 8,
}
SDK = "the SDK"


def write(folder: Path, results: Results) -> None:
    """Write all plots into a folder."""
    folder.mkdir(exist_ok=True)
    figures = results.figures
    with mpl.rc_context(_STYLE):
        _draw_goals(folder / "goals.svg", [figure for figure in figures if _has_ratio_goal(figure)])
        _draw_bars(folder / "gets.svg", "One get of 5 KB on asyncio, µs", _times(figures, "get", "5 KB, "))
        _draw_bars(
            folder / "threads.svg", "Blocking gets of 5 KB with TLS, µs per call", _times(figures, "threads", "5 KB, TLS, ")
        )
        codecs = {"decode": _times(figures, "decode", "")["5 KB"], "encode": _times(figures, "encode", "")["5 KB"]}
        _draw_bars(folder / "codecs.svg", "A job of 5 KB, µs", codecs)
        _draw_ids(folder / "growth-ids.svg", results.curves["ids"])
        _draw_concurrency(folder / "growth-concurrency.svg", results.curves["concurrency"])
        _draw_sizes(folder / "growth-size.svg", results.curves["size"])


def _times(figures: Iterable[Figure], case: str, prefix: str) -> dict[str, dict[str, float]]:
    """Gather the wall times by setting and contender; the SDK's own is the median over all its peers."""
    chosen = [figure for figure in figures if _is_time(figure, case, prefix)]
    settings = dict.fromkeys(figure.setting for figure in chosen)
    return {setting.removeprefix(prefix): _by_peer(chosen, setting) for setting in settings}


def _is_time(figure: Figure, case: str, prefix: str) -> bool:
    return figure.case == case and figure.measure == "wall" and figure.setting.startswith(prefix)


def _by_peer(figures: Iterable[Figure], setting: str) -> dict[str, float]:
    here = [figure for figure in figures if figure.setting == setting]
    ours = median(figure.ours or 0.0 for figure in here)
    return {SDK: ours} | {figure.peer or "": figure.theirs or 0.0 for figure in here if figure.peer != ITSELF}


def _draw_bars(path: Path, title: str, bars: Bars) -> None:
    """Draw a group of horizontal bars for each contender, a bar for each setting."""
    names = list(dict.fromkeys(name for values in bars.values() for name in values))
    canvas = _canvas(height=0.5 + 0.16 * len(names) * (len(bars) + 0.7))
    axes = _axes(canvas, title)
    thickness = 0.8 / len(bars)
    for row, (setting, values) in enumerate(bars.items()):
        places = [index + row * thickness for index in range(len(names))]
        colors = [(_SHADES if name == SDK else _GREYS)[row % 3] for name in names]
        drawn = axes.barh(
            places, [values.get(name, 0.0) for name in names], height=thickness * 0.92, color=colors, label=setting
        )
        axes.bar_label(drawn, labels=[f"{values[name]:,.0f}  {setting}" for name in names], padding=3, fontsize=7)
    axes.set_yticks([index + 0.4 - thickness / 2 for index in range(len(names))], names)
    axes.invert_yaxis()
    axes.margins(x=0.18)
    _save(canvas, path)


def _draw_ids(path: Path, points: Sequence[Mapping[str, float]]) -> None:
    canvas = _canvas(height=2.6)
    time, memory = canvas.subplots(1, 2)
    ids = [point["ids"] for point in points]
    time.loglog(ids, [point["seconds"] for point in points], "o-", color=_OURS)
    time.set_title("get_many of 1.5 KB each, seconds", loc="left")
    memory.semilogx(ids, [point["peak_mb"] for point in points], "o-", color=_OURS)
    memory.set_title("memory at its peak, MB more", loc="left")
    memory.set_ylim(0, max(20.0, *(1.2 * point["peak_mb"] for point in points)))
    for axes in (time, memory):
        axes.minorticks_off()
        axes.set_xticks(ids, [f"{count:,.0f}" for count in ids])
        axes.set_xlabel("ids")
    _save(canvas, path)


def _draw_concurrency(path: Path, points: Sequence[Mapping[str, float]]) -> None:
    rates = [point["ids"] / point["seconds"] for point in points]
    canvas = _canvas(height=2.6)
    axes = _axes(canvas, "get_many of 1.5 KB each: ids per second, by the concurrency")
    axes.plot([point["concurrency"] for point in points], rates, "o-", color=_OURS)
    axes.set_xscale("log", base=2)
    axes.set_xticks([point["concurrency"] for point in points], [f"{point['concurrency']:g}" for point in points])
    axes.set_ylim(0, 1.15 * max(rates))
    _save(canvas, path)


def _draw_sizes(path: Path, points: Sequence[Mapping[str, float]]) -> None:
    canvas = _canvas(height=2.6)
    axes = _axes(canvas, "One get on asyncio: milliseconds, by the KB of its job")
    axes.plot([point["kb"] for point in points], [point["us_per_call"] / 1000 for point in points], "o-", color=_OURS)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    _save(canvas, path)


def _draw_goals(path: Path, figures: Sequence[Figure]) -> None:
    """Draw each ratio that is to be small, with its range and its goal."""
    canvas = _canvas(height=0.7 + 0.2 * len(figures), width=8.0)
    axes = _axes(canvas, "The SDK to its peer: ratio, range, and the goal as a bar")
    for row, figure in enumerate(figures):
        bound = figure.goal.bound if figure.goal is not None else 0.0
        axes.plot([figure.minimum, figure.maximum], [row, row], color=_SHADES[1], linewidth=2)
        axes.plot([figure.median], [row], "o", color=_OURS)
        axes.plot([bound], [row], "|", color="black", markersize=9)
    axes.axvline(1.0, color=_GREYS[2], linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(figures)), [_goal_name(figure) for figure in figures])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    _save(canvas, path)


def _has_ratio_goal(figure: Figure) -> bool:
    return figure.goal is not None and figure.goal.sign == "<=" and figure.peer is not None and not figure.unit


def _goal_name(figure: Figure) -> str:
    return f"{figure.case}, {figure.setting}, {figure.measure}: {figure.peer}"


def _canvas(height: float, width: float = 6.4) -> Canvas:
    return Canvas(figsize=(width, height), layout="constrained")


def _axes(canvas: Canvas, title: str) -> Axes:
    axes = canvas.subplots()
    axes.set_title(title, loc="left")
    return axes


def _save(canvas: Canvas, path: Path) -> None:
    canvas.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
