"""Figures: what is made of what was measured. Nothing here does I/O."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.rounds import Pair
    from benchmarks.workers import Sample

__all__ = ["ITSELF", "Figure", "Goal", "Measure", "at_least", "at_most", "per_call", "ratio", "value"]

Measure: TypeAlias = Literal["wall", "cpu"]

ITSELF = "the SDK itself"
"""The peer of an A/A pair: the same code in another process, to show the noise."""


@dataclass(frozen=True)
class Goal:
    """What a median is to be."""

    sign: Literal["<=", ">="]
    bound: float

    def is_met(self, found: float) -> bool:
        """Judge a median."""
        return found <= self.bound if self.sign == "<=" else found >= self.bound


def at_most(bound: float) -> Goal:
    """Make a goal that is met from below."""
    return Goal("<=", bound)


def at_least(bound: float) -> Goal:
    """Make a goal that is met from above."""
    return Goal(">=", bound)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A median with its range."""

    case: str
    setting: str
    peer: str | None
    measure: str
    unit: str
    """Empty for a ratio."""
    median: float
    minimum: float
    maximum: float
    count: int
    """Of how many pairs, or values."""
    ours: float | None = None
    theirs: float | None = None
    """The absolute medians behind a ratio."""
    absolute: str = "µs"
    """Their unit."""
    goal: Goal | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.goal.is_met(self.median)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return asdict(self) | {"met": self.met}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Figure:
        """Read it back."""
        goal = document["goal"]
        fields = {name: item for name, item in document.items() if name != "met"}
        return cls(**fields | {"goal": None if goal is None else Goal(**goal)})


def ratio(
    case: str,
    setting: str,
    peer: str,
    measure: str,
    *,
    pairs: Sequence[Pair],
    of: Callable[[Sample], float],
    goal: Goal | None = None,
    inverse: bool = False,
    absolute: str = "µs",
) -> Figure:
    """Make a figure of ratios, one for each pair: the SDK's value to the peer's, or the inverse."""
    values = [(of(pair.ours), of(pair.theirs)) for pair in pairs]
    ratios = [theirs / ours if inverse else ours / theirs for ours, theirs in values]
    return Figure(
        case=case,
        setting=setting,
        peer=peer,
        measure=measure,
        unit="",
        median=median(ratios),
        minimum=min(ratios),
        maximum=max(ratios),
        count=len(ratios),
        ours=median(ours for ours, _ in values),
        theirs=median(theirs for _, theirs in values),
        absolute=absolute,
        goal=goal,
    )


def value(
    case: str,
    setting: str,
    measure: str,
    unit: str,
    values: Sequence[float],
    *,
    peer: str | None = None,
    goal: Goal | None = None,
) -> Figure:
    """Make a figure of values that are not compared."""
    return Figure(
        case=case,
        setting=setting,
        peer=peer,
        measure=measure,
        unit=unit,
        median=median(values),
        minimum=min(values),
        maximum=max(values),
        count=len(values),
        goal=goal,
    )


def per_call(measure: Measure) -> Callable[[Sample], float]:
    """Give what reads microseconds per call from a sample."""
    return lambda sample: getattr(sample, measure) / sample.amount * 1e6


def line(figure: Figure) -> str:
    """Show a figure in one line."""
    names = " | ".join(filter(None, (figure.case, figure.setting, figure.peer, figure.measure)))
    shown = f"{number(figure.median)} ({number(figure.minimum)} to {number(figure.maximum)}) {figure.unit}".rstrip()
    judged = "" if figure.goal is None else f"   goal {figure.goal.sign} {figure.goal.bound:g}: {verdict(figure)}"
    return f"{names:<70} {shown:<28} n={figure.count}{judged}"


def number(found: float) -> str:
    """Write three digits, and no more than there are before the point."""
    if abs(found) >= 1000:
        return f"{found:,.0f}"
    return f"{found:.1f}" if abs(found) >= 100 else f"{found:.2f}"


def verdict(figure: Figure) -> str:
    """Say whether the goal is met; nothing where there is none."""
    return "" if figure.met is None else "met" if figure.met else "missed"
