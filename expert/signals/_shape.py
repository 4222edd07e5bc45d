"""The shape of a curve: its levels, its noise, its windows. What several signals share."""

from __future__ import annotations

import numpy as np

from expert.run import FloatArray, Series

FEWEST = 5
"""A trend of fewer points is no trend."""


def smooth(series: Series) -> FloatArray:
    """The curve's running median over about a twelfth of it; a curve of fewer than 12 points as it is. Shape (n,)."""
    return running_median(series.curve.values, 2 * (len(series.curve) // 24) + 1)


def running_median(values: FloatArray, width: int) -> FloatArray:
    """The median of the `width` values around each value; at its ends the curve is mirrored. Shape (n,)."""
    if width < 3 or len(values) <= width // 2:
        return values
    padded = np.pad(values, width // 2, mode="reflect")
    middles: FloatArray = np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=-1)
    return middles


def start(series: Series) -> float:
    """Where a curve begins: its first point, or the median of the first fiftieth of a long one."""
    values = series.curve.values
    return float(np.median(values[: max(1, len(values) // 50)]))


def end(series: Series) -> float:
    """Where a curve ends: the median of its last tenth, of three points at least where it has ten."""
    values = series.curve.values
    return float(np.median(values[-max(3 if len(values) >= 10 else 1, len(values) // 10) :]))


def noise(series: Series) -> float | None:
    """The standard deviation of the curve around its own trend, from the median of its second differences."""
    values = series.curve.values
    if len(values) < FEWEST:
        return None
    return float(1.4826 * np.median(np.abs(np.diff(values, 2))) / np.sqrt(6))


def at_steps(series: Series, steps: FloatArray) -> FloatArray:
    """The smoothed curve at other steps, straight between its points. Shape of `steps`."""
    values: FloatArray = np.interp(steps, series.curve.steps, smooth(series))
    return values


def quarter(series: Series, part: int) -> FloatArray:
    """The smoothed curve's values in its first (0) to last (3) quarter of steps."""
    steps = series.curve.steps
    low, high = np.interp([part / 4, (part + 1) / 4], [0, 1], [steps[0], steps[-1]])
    inside: FloatArray = smooth(series)[(steps >= low) & (steps <= high)]
    return inside


def position(series: Series, step: float) -> float:
    """Where in the run a step lies, 0 to 1."""
    first, last = series.steps[0], series.steps[-1]
    return float((step - first) / (last - first)) if last > first else 0.0
