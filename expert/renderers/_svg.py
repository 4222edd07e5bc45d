"""Numbers → places in a picture: scales, ticks, and curves thinned so that no spike is lost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from expert.facts import Range
from expert.run import FloatArray, IntArray, Series

WIDTH = 1000
"""Curves are drawn on a grid of this width and of a scale's height; the page stretches it to the room there is."""
_FAR = 2.5
_ENOUGH = 10_000
"""So many values, evenly chosen, tell where most of them lie."""


@dataclass(frozen=True)
class Scale:
    """The vertical axis: `low` at the bottom, `high` at the top of `height` units, logarithmic or not."""

    low: float
    high: float
    logarithmic: bool
    height: int

    def y(self, values: FloatArray) -> FloatArray:
        """The distance from the top; what lies beyond the axis stands at its end."""
        low, high = (math.log10(self.low), math.log10(self.high)) if self.logarithmic else (self.low, self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            heights = np.log10(values) if self.logarithmic else values
            return self.height * (1 - np.clip((heights - low) / ((high - low) or 1.0), 0, 1))


def scale(values: FloatArray, height: int) -> Scale:
    """The axis for finite values: logarithmic where most of them span more than thirtyfold, without far outliers."""
    return _scale(values, _inner(values), height)


def whole_scale(values: FloatArray, height: int) -> Scale:
    """The axis for finite values, the outliers too."""
    return _scale(values, (float(values.min()), float(values.max())), height)


def _scale(values: FloatArray, inner: Range, height: int) -> Scale:
    low, high = float(values.min()), float(values.max())
    inner_low, inner_high = inner
    logarithmic = low > 0 and inner_high > 30 * inner_low
    if logarithmic:
        bounds = _bounds(*np.log10([low, high, inner_low, inner_high]))
        return Scale(10 ** bounds[0], 10 ** bounds[1], True, height)
    return Scale(*_bounds(low, high, inner_low, inner_high), False, height)


def ticks(axis: Scale, most: int) -> tuple[float, ...]:
    """Round values on the axis, at most so many."""
    if not axis.logarithmic:
        return round_values(axis.low, axis.high, most)
    first, last = math.ceil(math.log10(axis.low) - 1e-9), math.floor(math.log10(axis.high) + 1e-9)
    decades = [10.0**d for d in range(first - 1, last + 1)]
    finer = [value for decade in decades for value in (decade, 3 * decade) if axis.low <= value <= axis.high]
    whole = [value for value in decades if axis.low * 0.999 <= value <= axis.high * 1.001]
    return tuple(finer) if len(finer) <= most else tuple(whole[:: math.ceil(len(whole) / most)])


def round_values(low: float, high: float, most: int) -> tuple[float, ...]:
    """At most so many multiples of 1, 2 or 5 times a power of ten between low and high."""
    if not high > low:
        return (low,)
    power = math.floor(math.log10((high - low) / most))
    for pace in (m * 10.0**p for p in (power, power + 1) for m in (1, 2, 5)):
        first, last = math.ceil(low / pace - 1e-9), math.floor(high / pace + 1e-9)
        if last - first < most:
            return tuple(n * pace for n in range(first, last + 1))
    return (low, high)


def labels(values: Sequence[float]) -> tuple[str, ...]:
    """The values with as many digits as it takes to tell them apart."""
    tries = (tuple(label(value, digits) for value in values) for digits in range(3, 17))
    return next((texts for texts in tries if len(set(texts)) == len(set(values))), tuple(map(repr, values)))


def label(value: float, digits: int = 3) -> str:
    """A number in few characters: 0.5, 12k, 3e-4."""
    size = abs(value)
    for limit, factor, suffix in ((1e12, 1e12, "T"), (1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if limit <= size < 1e15:
            return f"{value / factor:.{digits}g}{suffix}"
    if size == 0 or 1e-3 <= size < 1e4:
        return f"{value:.{max(digits, 4) if size >= 1000 else digits}g}"
    mantissa, exponent = f"{value:.{digits - 2}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def percent(value: float, whole: Range) -> float:
    """Where a step stands on the run's axis, 0 to 100."""
    if whole[1] <= whole[0]:
        return 50.0
    return round(100 * min(1.0, max(0.0, (value - whole[0]) / (whole[1] - whole[0]))), 2)


def path(series: Series, axis: Scale, whole: Range, buckets: int) -> str:
    """The curve as an SVG path; not finite is a gap. More points than buckets become a ribbon from least to greatest.

    So no spike is lost, however many points the log has.
    """
    places, lows, highs = _thinned(series, whole, buckets)
    ribbon = len(places) < len(series)
    xs, tops, bottoms = (np.rint(a) for a in (places * WIDTH, axis.y(highs), axis.y(lows)))
    drawn = []
    kept = np.flatnonzero(np.isfinite(tops))
    for stretch in np.split(kept, np.flatnonzero(np.diff(kept) > 1) + 1):
        if not len(stretch):
            continue
        x, top, bottom = (a[stretch].astype(np.int64) for a in (xs, tops, bottoms))
        if ribbon:
            x, top = np.concatenate([x, x[::-1]]), np.concatenate([top, bottom[::-1]])
        drawn.append(_outline(x, top) + ("z" if ribbon else ""))
    return "".join(drawn)


def gaps(series: Series, whole: Range, buckets: int = 200) -> tuple[Range, ...]:
    """Where values are not finite, as ranges in percent of the axis."""
    bad = ~np.isfinite(series.values)
    if not bad.any() or whole[1] <= whole[0]:
        return ()
    places = np.unique(((series.steps[bad] - whole[0]) / (whole[1] - whole[0]) * buckets).astype(np.int64))
    distance = (whole[1] - whole[0]) / max(1, len(series) - 1)
    apart = max(1, math.ceil(distance / (whole[1] - whole[0]) * buckets))
    parts = np.split(places, np.flatnonzero(np.diff(places) > apart) + 1)
    return tuple((round(100 * p[0] / buckets, 2), round(min(100.0, 100 * (p[-1] + 1) / buckets), 2)) for p in parts)


def _thinned(series: Series, whole: Range, buckets: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For each bucket of steps its place (0 to 1), its least and its greatest finite value (NaN if it has none)."""
    values = np.where(np.isfinite(series.values), series.values, np.nan)
    places = (series.steps - whole[0]) / ((whole[1] - whole[0]) or 1.0)
    if len(values) <= 2 * buckets:
        return places, values, values
    starts = np.unique(np.searchsorted(places, np.arange(buckets) / buckets))
    starts = starts[starts < len(values)]
    ends = np.append(starts[1:], len(values)) - 1
    middles = (places[starts] + places[ends]) / 2
    middles[0], middles[-1] = places[0], places[-1]
    return middles, np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)


def _inner(values: FloatArray) -> Range:
    """The range of the values without the most extreme hundredth on either side, if there are enough to tell."""
    if len(values) < 12:
        return float(values.min()), float(values.max())
    values = values[:: max(1, len(values) // _ENOUGH)]
    beyond = max(1, len(values) // 100)
    parted = np.partition(values, (beyond, len(values) - 1 - beyond))
    return float(parted[beyond]), float(parted[-1 - beyond])


def _bounds(low: float, high: float, inner_low: float, inner_high: float) -> Range:
    """The ends of an axis: all values, or the inner ones where the outer lie far beyond them; never of no width."""
    width = inner_high - inner_low
    if width > 0:
        low = low if inner_low - low <= _FAR * width else inner_low - 0.1 * width
        high = high if high - inner_high <= _FAR * width else inner_high + 0.1 * width
    if high - low <= 1e-12 * max(abs(high), abs(low), 1e-300):
        room = 0.5 * abs(high) or 0.5
        return low - room, high + room
    return low, high


def _outline(x: IntArray, y: IntArray) -> str:
    """Points joined by relative moves, with a separator only where no sign separates."""
    moves = np.stack([np.diff(x), np.diff(y)], axis=1).ravel().tolist()
    joined = "".join(f"{move}" if move < 0 else f" {move}" for move in moves).lstrip()
    return f"M{x[0]} {y[0]}{'l' + joined if moves else 'h0'}"
