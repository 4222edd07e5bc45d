"""Values that are not numbers, or that are suspiciously exact."""

from __future__ import annotations

import numpy as np

from expert.run import Series
from expert.signals.units import At, Count, Share, Step


def nonfinite_loss_step(train_loss: Series) -> Step | At | None:
    """The first step at which the training loss is NaN or infinite."""
    bad = np.flatnonzero(~np.isfinite(train_loss.values))
    return At(train_loss.steps[bad[0]], train_loss.steps[bad[0]], train_loss.steps[-1]) if len(bad) else None


def nonfinite_loss_share(train_loss: Series) -> Share | None:
    """The share of training-loss values that are NaN or infinite."""
    return float(np.mean(~np.isfinite(train_loss.values)))


def loss_ends_nonfinite(train_loss: Series) -> bool | None:
    """Whether the last training loss is NaN or infinite."""
    return not np.isfinite(train_loss.values[-1])


def nonfinite_val_loss_share(val_loss: Series) -> Share | None:
    """The share of validation-loss values that are NaN or infinite."""
    return float(np.mean(~np.isfinite(val_loss.values)))


def val_loss_ends_nonfinite(val_loss: Series) -> bool | None:
    """Whether the last validation loss is NaN or infinite."""
    return not np.isfinite(val_loss.values[-1])


def nonfinite_gradient_share(grad_norm: Series | None, nonfinite_grad_steps: Series | None) -> Share | At | None:
    """The share of points with a gradient that is not finite; the first tenth, where scalers search, is left out."""
    series = grad_norm if grad_norm is not None and not np.isfinite(grad_norm.values).all() else nonfinite_grad_steps
    if series is None:
        return None if grad_norm is None else 0.0
    bad = ~np.isfinite(series.values) if series is grad_norm else series.values > 0
    bad = bad & (np.arange(len(bad)) >= len(bad) // 10)
    return At(float(bad.mean()), series.steps[bad.argmax()], series.steps[-1]) if bad.any() else 0.0


def zero_loss_steps(train_loss: Series) -> Count | At | None:
    """The row of training losses of exactly zero at the end, as some trainers write for a lost NaN."""
    nonzero = np.flatnonzero(train_loss.values != 0)
    if not len(nonzero) or len(train_loss) < 5:
        return None
    since = int(nonzero[-1]) + 1
    if since == len(train_loss) or len(nonzero) < since:  # zeros between losses are zeros of their own
        return 0.0
    return At(float(len(train_loss) - since), train_loss.steps[since], train_loss.steps[-1])


def loss_before_zero(train_loss: Series, zero_loss_steps: float) -> Share | None:
    """The last loss before the row of zeros at the end, as a share of the first."""
    nonzero = train_loss.finite.values[train_loss.finite.values != 0]
    return float(nonzero[-1] / nonzero[0]) if zero_loss_steps and len(nonzero) else None


def loss_scale_fall(loss_scale: Series) -> Count | At | None:
    """How many times the loss scale of mixed precision was halved from its peak to its end."""
    values = loss_scale.finite.values
    if len(values) < 2 or values.min() <= 0:
        return None
    peak = int(values.argmax())
    return At(float(np.log2(values[peak] / values[-1])), loss_scale.finite.steps[peak], loss_scale.finite.steps[-1])


def loss_magnitude(train_loss: Series) -> Count | None:
    """The first finite training loss, without its sign."""
    return float(abs(train_loss.finite.values[0])) if len(train_loss.finite) else None
