"""Where trials fail: the end of a knob's range, or the choice, in which nearly all failures lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from expert.run import FloatArray
from expert.tune.space import Scale

_MOSTLY = 0.75
"""A region fails where so large a share of its trials does."""
_LEAST = 3
_CHANCE = 0.01
_PLACES = 60
"""At so many places at most a range is tried to end."""


@dataclass(frozen=True)
class Region:
    """Where a knob makes trials fail: beyond `value` on one side, or with one choice.

    `share` of its `trials` failed, `elsewhere` of the others; by chance that happens with probability `chance`.
    """

    side: Literal["above", "below", "choice"]
    value: float
    trials: int
    share: float
    elsewhere: float
    chance: float


def region(column: FloatArray, failed: NDArray[np.bool_], scale: Scale) -> Region | None:
    """The failing region of one knob, `column` its places; None where failures do not depend on it.

    Fisher's exact test, one-sided, corrected for the places that were tried.
    """
    from scipy.stats import fisher_exact

    known = np.isfinite(column)
    column, failed = column[known], failed[known]
    if failed.sum() < _LEAST or failed.all():
        return None
    tried = list(_regions(column, scale))
    best: Region | None = None
    for side, value, inside in tried:
        lost, outside = int(failed[inside].sum()), int(failed[~inside].sum())
        n, rest = int(inside.sum()), int((~inside).sum())
        if lost < _LEAST or rest == 0 or lost < _MOSTLY * n:
            continue
        chance = float(fisher_exact([[lost, n - lost], [outside, rest - outside]], "greater")[1])
        found = Region(side, value, n, lost / n, outside / rest, min(1.0, chance * len(tried)))
        if best is None or found.chance < best.chance:
            best = found
    return best if best and best.chance < _CHANCE else None


def _regions(
    column: FloatArray, scale: Scale
) -> Iterator[tuple[Literal["above", "below", "choice"], float, NDArray[np.bool_]]]:
    if scale.kind == "choice":
        for n in range(len(scale.choices)):
            yield "choice", float(n), column == n
        return
    values = np.unique(column)
    for value in values[1 :: max(1, len(values) // _PLACES)]:
        yield "above", float(value), column >= value
        yield "below", float(value), column < value
