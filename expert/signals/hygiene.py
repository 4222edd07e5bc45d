"""Whether the log can be taken at its word."""

from __future__ import annotations

import numpy as np

from expert.run import FloatArray, RunLog, Series
from expert.signals._shape import FEWEST, at_steps, noise, smooth
from expert.signals.units import Ratio


def ends_with_mean(train_loss: Series) -> bool | None:
    """Whether the last training loss is the mean of all before it, and far from the one before."""
    values = train_loss.finite.values
    spread = noise(train_loss)
    if len(values) < 2 * FEWEST or not spread:
        return None
    mean, last = float(values[:-1].mean()), float(values[-1])
    return abs(last - mean) <= 0.005 * abs(mean) and abs(last - float(values[-2])) > 10 * spread


def loss_metric_agreement(run: RunLog) -> Ratio | None:
    """The rank correlation of a split's loss with its metric, signed so that 1 is agreement; training's if it has both.

    Spearman's, over the points where the metric was measured; fewer than ten, or a metric that never moves, have none.
    """
    by_name = {series.name: series for series in run.series if not series.about}
    for split in ("train", "val"):
        loss = by_name.get(f"{split}_loss")
        metrics = [s for n, s in sorted(by_name.items()) if s.role == "metric" and s.split == split and s.better]
        for metric in metrics:
            if loss is not None and min(len(loss.curve), len(metric.curve)) >= 2 * FEWEST:
                moved = _ranked(-at_steps(loss, metric.curve.steps))
                kept = _ranked(smooth(metric) * (1 if metric.better == "higher" else -1))
                if np.ptp(moved) and np.ptp(kept):
                    return float(np.corrcoef(moved, kept)[0, 1])
    return None


def _ranked(values: FloatArray) -> FloatArray:
    """The rank of each value, ties sharing the mean of theirs. Shape (n,)."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: FloatArray = (ends - (counts - 1) / 2)[inverse]
    return ranks
