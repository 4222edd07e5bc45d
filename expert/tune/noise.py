"""How far results scatter that no knob explains: repeats of one setting, a share's standard error, or neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from expert.run import FloatArray
from expert.tune.results import Result

_LEAST = 3
"""So many repeats beyond the first tell a deviation."""
_SHARES = ("acc", "top5", "error")


@dataclass(frozen=True)
class Noise:
    """One standard deviation of the result of one setting, and what tells it."""

    deviation: float
    source: str


def noise(points: FloatArray, result: Result, val_size: float | None, residual: float) -> Noise | None:
    """What is known best: repeats, else the binomial error of a share, else what the process cannot explain."""
    usable = np.isfinite(result.values)
    if not usable.any():
        return None
    better = usable & (result.losses <= np.median(result.losses[usable]))  # a bad setting may scatter more
    repeated = _of_repeats(points[better], result.values[better])
    if repeated is not None:
        return Noise(repeated, "repeats of one setting")
    base = result.name.rpartition("_")[2]
    best = float(-result.losses[usable].min()) if result.better == "higher" else float(result.losses[usable].min())
    if val_size and val_size > 1 and base in _SHARES and 0 < best < 1:
        return Noise((best * (1 - best) / val_size) ** 0.5, f"the standard error on {val_size:.0f} samples")
    return Noise(residual, "the spread of neighbours") if residual > 0 else None


def _of_repeats(points: FloatArray, values: FloatArray) -> float | None:
    """The pooled deviation within groups of trials with the same knobs."""
    groups: dict[tuple[float, ...], list[float]] = {}
    for row, value in zip(np.round(np.nan_to_num(points, nan=-1.0), 9), values, strict=True):
        groups.setdefault(tuple(row.tolist()), []).append(float(value))
    repeated = [np.array(group) for group in groups.values() if len(group) > 1]
    freedom = sum(len(group) - 1 for group in repeated)
    if freedom < _LEAST:
        return None
    return float((sum(((group - group.mean()) ** 2).sum() for group in repeated) / freedom) ** 0.5)
