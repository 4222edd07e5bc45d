"""Values as bars below each other, with whiskers for their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

from expert.exhibits import Bars
from expert.renderers._exhibits._axes import Place
from expert.renderers._svg import label
from expert.renderers._words import count, short

_MOST_BARS = 24


@dataclass(frozen=True)
class Length:
    """A value as a bar from `left`, `width` wide, with a whisker from `low` to `high` (percent), and as text."""

    label: str
    text: str
    left: float
    width: float
    whisker: tuple[float, float] | None


@dataclass(frozen=True)
class Lengths:
    """Bars below each other."""

    unit: str
    bars: tuple[Length, ...]
    notes: tuple[str, ...]


def draw(exhibit: Bars) -> Lengths:
    """What the page draws of it."""
    shown = exhibit.bars[:_MOST_BARS]
    numbers = [v for bar in shown for v in (bar.value, bar.low, bar.high) if math.isfinite(v)]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    place = Place(low, high if high > low else low + 1.0, False, 100)
    bars = []
    for bar in shown:
        ends = sorted((place(0.0), place(bar.value))) if math.isfinite(bar.value) else (0.0, 0.0)
        sure = math.isfinite(bar.low) and math.isfinite(bar.high) and bar.low < bar.high
        whisker = (round(place(bar.low), 2), round(place(bar.high), 2)) if sure else None
        left, width = round(min(ends[0], 99.6), 2), round(max(0.4, ends[1] - ends[0]), 2)
        bars.append(Length(short(bar.label, 60), _interval(bar.value, bar.low, bar.high), left, width, whisker))
    beyond = len(exhibit.bars) - len(shown)
    notes = (f"{count(beyond, 'more value')} not shown.",) if beyond else ()
    return Lengths(exhibit.unit, tuple(bars), notes)


def told(exhibit: Bars) -> str:
    """What there is to see, as a clause."""
    said = [f"{short(bar.label, 60)}: {_interval(bar.value, bar.low, bar.high)}" for bar in exhibit.bars[:6]]
    more = f"; and {len(exhibit.bars) - 6} more" if len(exhibit.bars) > 6 else ""
    return f"{'; '.join(said)}{f' {exhibit.unit}' if exhibit.unit and said else ''}{more}"


def _interval(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return "not known"
    sure = math.isfinite(low) and math.isfinite(high) and low < high
    return f"{label(value)} ({label(low)} to {label(high)})" if sure else label(value)
