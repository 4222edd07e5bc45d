"""Where a value stands on an axis, and which values are named there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from expert.exhibits import Axis
from expert.renderers._charts import NARROWEST, Tick, anchor
from expert.renderers._svg import Scale, label, labels, round_values, ticks
from expert.renderers._words import short

_DIGIT = 7.7
"""Pixels that a digit of a label takes in a wide font."""


@dataclass(frozen=True)
class Place:
    """An axis of so many units: called with a value it tells how many units that stands from the low end."""

    low: float
    high: float
    is_log: bool
    units: float
    choices: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Sequence[float], axis: Axis, units: float) -> Place:
        """The axis that holds the values; logarithmic if asked for and possible."""
        if axis.choices:
            return cls(-0.5, len(axis.choices) - 0.5, False, units, axis.choices)
        finite = [float(v) for v in values if math.isfinite(v)]
        positive = [v for v in finite if v > 0]
        is_log = axis.is_log and bool(positive)
        finite = (positive if is_log else finite) or [0.0, 1.0]
        low, high = min(finite), max(finite)
        if high - low <= 1e-12 * max(abs(high), abs(low)):
            low, high = (low / 2, high * 2) if is_log else (low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)
        return cls(low, high, is_log, units)

    def has(self, value: float) -> bool:
        """Whether the value can stand on the axis."""
        return math.isfinite(value) and (value > 0 or not self.is_log)

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.is_log:
            low, high, value = math.log(low), math.log(high), math.log(max(value, 1e-300))
        return self.units * min(1.0, max(0.0, (value - low) / (high - low)))


def named(place: Place, most: int) -> list[tuple[float, str]]:
    """The values to name on an axis, at most so many, with their texts."""
    if place.choices:
        every = math.ceil(len(place.choices) / max(1, most * 2))
        return [(float(n), short(text, 24)) for n, text in enumerate(place.choices) if n % every == 0]
    values = ticks(Scale(place.low, place.high, place.is_log, 100), most)
    if len(values) < 2:
        values = round_values(place.low, place.high, most)
    return list(zip(values, labels(values), strict=True))


def along(place: Place) -> tuple[Tick, ...]:
    """The names below a picture, those left out that would meet another on a narrow screen."""
    found: list[Tick] = []
    end = -100.0
    for value, text in named(place, 6):
        at = round(100 * place(value) / place.units, 2)
        wide = 100 * _DIGIT * (len(text) + 1) / NARROWEST
        side = anchor(at) if not place.choices else "middle"
        left = at - {"start": 0.0, "middle": wide / 2, "end": wide}[side]
        if left > end:
            found.append(Tick(at, text, side))
            end = left + wide
    return tuple(found)


def titled(axis: Axis) -> str:
    """What an axis is called, with its choices from left to right, or from the bottom to the top."""
    choices = ", ".join(short(choice, 24) for choice in axis.choices[:12])
    more = f", … ({len(axis.choices)})" if len(axis.choices) > 12 else ""
    scale = f": {choices}{more}" if choices else ", logarithmic" if axis.is_log else ""
    return f"{short(axis.label, 80)}{scale}"


def text(axis: Axis, value: float) -> str:
    """A value of an axis as people read it; a dash where there is none."""
    if not math.isfinite(value):
        return "—"
    if axis.choices:
        return short(axis.choices[min(len(axis.choices) - 1, max(0, round(value)))], 40)
    return label(value)
