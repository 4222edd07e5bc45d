"""A run that only tries to memorize one batch: whether it is one, and which way its loss went."""

from __future__ import annotations

import numpy as np

from expert.run import RunLog, Series
from expert.signals._shape import FEWEST, end
from expert.signals.units import At, Ratio, Share


def single_batch(train_loss: Series, run: RunLog) -> bool | None:
    """Whether the run is a probe: told so, or one step per epoch on all of the training data with nothing held out.

    The same with a validation beside it is gradient descent on the full batch.
    """
    settings = run.settings
    if settings.get("probe") == "single-batch" or settings.get("overfit_batches") == 1:
        return True
    train, batch = settings.get("train_size"), settings.get("batch_size")
    if not (isinstance(train, float) and isinstance(batch, float)) or train > batch:
        return False
    return all(series.split in ("", "train") and _one_step_per_epoch(series) for series in run.series)


def probe_logged(single_batch: bool, run: RunLog) -> bool | None:
    """Whether only the log tells how a probe went: preflight supplies its own, better tried course of the batch."""
    return single_batch and not any(fact.name == "batch_course" for fact in run.facts)


def rising_share(train_loss: Series) -> Share | None:
    """The share of points at which the training loss is above the point before."""
    values = train_loss.curve.values
    return float(np.mean(np.diff(values) > 0)) if len(values) >= FEWEST else None


def last_over_first_loss(train_loss: Series) -> Ratio | None:
    """The training loss at the end over its very first value; losses that can be negative have none."""
    values = train_loss.finite.values
    return end(train_loss) / float(values[0]) if len(values) >= FEWEST and values.min() >= 0 < values[0] else None


def peak_over_first_loss(train_loss: Series) -> Ratio | At | None:
    """The highest training loss over its very first value; losses that can be negative have none."""
    values, steps = train_loss.finite.values, train_loss.finite.steps
    if len(values) < FEWEST or values.min() < 0 or values[0] <= 0:
        return None
    peak = int(values.argmax())
    return At(float(values[peak] / values[0]), steps[peak], steps[peak])


def _one_step_per_epoch(series: Series) -> bool:
    """Also where only one of both is counted."""
    if series.epochs is None or len(series) < 2:
        return True
    return bool(np.ptp(series.steps) <= 1.1 * np.ptp(series.epochs))
