"""The next, finer ranges: around where the optimum may lie, never into what failed or beyond what is safe."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from expert.run import FloatArray
from expert.tune.failures import Region
from expert.tune.space import Scale
from expert.tune.trials import Knob

WIDTHS = {0.25: 0.55, 0.5: 0.7}
"""The next range is a quarter or half of this one, on the knob's own scale, where so much of where the optimum may lie
is inside; else it stays as it is. Of 300 sweeps of 60 trials on problems of tests/lab the knob that mattered most was
cut to a quarter in 276, and 254 of these held the optimum; of 100 sweeps of 100 trials in 97, of which 91."""
RIM = 0.05
"""What lies so near to an end of a range, as a share of it, lies at its edge."""
LIMITS = {"dropout": (0.0, 0.9), "label_smoothing": (0.0, 0.5), "momentum": (0.0, 0.999), "lr": (0.0, 10.0)}
"""Beyond these nothing is to be gained, whatever the sweep says."""
MATTERS = 0.02
"""The least share of the variance, at the lower end of its interval."""
SHIFTED, INSIDE, BEYOND = 0.5, 0.125, 0.375
"""So sure that the optimum lies at an end, the next range reaches so far inside and beyond, as shares of this one."""
_KEPT = 0.1
"""A choice stays while so much speaks for it."""
IDLE, MANY, EACH = 0.02, 24, 10
"""A knob is idle that moves the result by a smaller share of what lies between best and median, told by so many trials
and so many for each knob.

In 26 sweeps one of 68 knobs that were read stayed below, and 7 of 26 that were not: rather silence than a knob lost.
"""
Edge = Literal["", "lower", "upper"]


@dataclass(frozen=True)
class Next:
    """What to search next of one knob: numbers from `low` to `high`, the `choices` that are left, or `fixed`, which
    `is_idle` if it makes no difference.

    `share` is its width over the former one, `held` how likely the optimum lies in it; `edge` the end of the former
    range where the optimum may lie with probability `sure`, `bounded` whether nothing can be searched beyond it.
    """

    scale: Scale
    low: float = 0.0
    high: float = 0.0
    choices: tuple[Knob, ...] = ()
    fixed: Knob | None = None
    is_idle: bool = False
    share: float = 1.0
    held: float = 1.0
    edge: Edge = ""
    sure: float = 0.0
    bounded: bool = False

    @property
    def is_beyond(self) -> bool:
        """Whether it reaches where nothing was searched before."""
        numbers = self.scale.kind != "choice" and self.fixed is None
        return numbers and (self.low < self.scale.low or self.high > self.scale.high) and self.sure >= SHIFTED

    def holds(self, value: Knob) -> bool:
        """Whether a value lies in what is searched next."""
        if self.fixed is not None:
            return value == self.fixed
        if self.scale.kind == "choice":
            return value in self.choices
        return isinstance(value, int | float) and self.low <= value <= self.high


def without(one: Next, swing: float, best: Knob | None) -> Next:
    """The knob fixed at its value in the `best` trial if, by its `swing`, it makes no difference; else as it was."""
    is_idle = swing < IDLE and best is not None
    return replace(one, fixed=best, is_idle=True, edge="", sure=0.0) if is_idle else one


def following(scale: Scale, optima: FloatArray, failing: Region | None, explained: float) -> Next:
    """The next range of one knob; `optima` are places where its optimum may lie.

    Past an end it goes only for a knob that explains for certain a share of the variance that is worth it.
    """
    if scale.kind == "choice":
        return _choices(scale, optima, failing)
    low, high = limits(scale, failing)
    at_low, at_high = float(np.mean(optima <= RIM)), float(np.mean(optima >= 1 - RIM))
    edge: Edge = "lower" if at_low >= at_high else "upper"
    sure = max(at_low, at_high)
    bounded = low > -RIM if edge == "lower" else high < 1 + RIM
    start, width, held = _narrowed(optima)
    end = start + width
    if sure >= SHIFTED and not bounded and explained >= MATTERS:
        start, end = (-BEYOND, INSIDE) if edge == "lower" else (1 - INSIDE, 1 + BEYOND)
    if end > high:
        start, end = high - (end - start), high
    if start < low:
        start, end = low, min(low + end - start, high)
    ends = scale.at(start), scale.at(end)
    if scale.kind == "whole":
        ends = _whole(scale, *ends)
    share = scale.place(ends[1]) - scale.place(ends[0])
    first, last = (_round(scale, end) for end in ends)
    return Next(scale, first, last, share=share, held=held, edge=edge, sure=sure, bounded=bounded)


def limits(scale: Scale, failing: Region | None) -> tuple[float, float]:
    """The places beyond which no value is possible, safe, or known to finish."""
    least, most = LIMITS.get(scale.canonical, (-math.inf, math.inf))
    least = max(least, 1.0 if scale.kind == "whole" and scale.low >= 1 else 0.0 if scale.low >= 0 else -math.inf)
    if scale.low >= 0 and scale.high <= 1 and not scale.is_log:
        most = min(most, 1.0)  # what was searched from 0 to 1 is a share
    low = -math.inf if not math.isfinite(least) or (scale.is_log and least <= 0) else min(scale.place(least), 0.0)
    high = math.inf if not math.isfinite(most) else max(scale.place(most), 1.0)
    if failing and failing.side == "above":
        high = failing.value
    if failing and failing.side == "below":
        low = failing.value
    return low, high


def _choices(scale: Scale, optima: FloatArray, failing: Region | None) -> Next:
    shares = np.array([np.mean(optima == n) for n in range(len(scale.choices))])
    kept = [n for n, share in enumerate(shares) if share >= _KEPT] or [int(shares.argmax())]
    if failing and len(kept) > 1:
        kept = [n for n in kept if n != failing.value]
    return Next(
        scale,
        choices=tuple(scale.choices[n] for n in kept),
        fixed=scale.choices[kept[0]] if len(kept) == 1 else None,
        share=len(kept) / len(scale.choices),
        held=float(shares[kept].sum()),
    )


def _narrowed(optima: FloatArray) -> tuple[float, float, float]:
    """Start, width and what it holds of the narrowest stretch that holds enough."""
    for width, enough in WIDTHS.items():
        start, held = _fullest(optima, width)
        if held >= enough:
            return start, width, held
    return 0.0, 1.0, 1.0


def _fullest(optima: FloatArray, width: float) -> tuple[float, float]:
    """Where a stretch begins that holds the most, in the middle of all such, and how much it holds."""
    starts = np.linspace(0, 1 - width, 151)
    held = np.array([np.mean((optima >= s - 1e-9) & (optima <= s + width + 1e-9)) for s in starts])
    return float(np.mean(starts[held >= held.max() - 0.01])), float(held.max())


def _whole(scale: Scale, low: float, high: float) -> tuple[float, float]:
    """Whole numbers, at least two of them."""
    first, last = float(round(low)), float(round(high))
    return (first, last) if last > first else (first, first + 1) if first < scale.high else (first - 1, first)


def _round(scale: Scale, value: float) -> float:
    return value if scale.kind == "whole" else float(f"{value:.3g}")
