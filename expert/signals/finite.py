"""Values that are not numbers: where they begin."""

from __future__ import annotations

import numpy as np

from expert.run import Series
from expert.signals.units import At, Share, Step


def nonfinite_loss_step(train_loss: Series) -> Step | At | None:
    """The first step at which the training loss is NaN or infinite."""
    bad = np.flatnonzero(~np.isfinite(train_loss.values))
    return At(train_loss.steps[bad[0]], train_loss.steps[bad[0]], train_loss.steps[-1]) if len(bad) else None


def nonfinite_loss_share(train_loss: Series) -> Share | None:
    """The share of training-loss values that are NaN or infinite."""
    return float(np.mean(~np.isfinite(train_loss.values)))
