"""Where a series goes at the end of the run, in a word."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from expert.run import Series

Trend = Annotated[Literal["falling", "flat", "rising"], "trend"]
_POINTS, _CLEAR = 8, 0.5


def train_loss_trend(train_loss: Series) -> Trend | None:
    """Where the training loss goes in the second half of the run; flat unless most pairs of points agree."""
    return _trend(train_loss)


def val_loss_trend(val_loss: Series) -> Trend | None:
    """Where the validation loss goes in the second half of the run; flat unless most pairs of points agree."""
    return _trend(val_loss)


def _trend(series: Series) -> Trend | None:
    """By Kendall's tau (Mann 1945, Econometrica 13:245): beyond ±0.5 three pairs of four go the same way."""
    values = series.curve.values[len(series.curve) // 2 :]
    if len(values) < _POINTS:
        return None
    later = np.triu_indices(len(values), 1)
    tau = float(np.sign(values[later[1]] - values[later[0]]).mean())
    return "falling" if tau <= -_CLEAR else "rising" if tau >= _CLEAR else "flat"
