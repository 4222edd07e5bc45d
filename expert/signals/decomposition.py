"""Where the test error comes from: irreducible error, bias, variance, distribution shift, validation overfitting.

Test error = irreducible + bias (train − irreducible) + variance (validation − train) + what is left to the test
set, which is shift and validation overfitting together while there is one validation set (Ng, Machine Learning
Yearning; FSDL 2021, lecture 7). Errors are shares of 1 at the best validation step; half-widths are 1.96 binomial
standard errors.
"""

from __future__ import annotations

import numpy as np

from expert.run import RunLog, Series
from expert.signals._shape import at_steps
from expert.signals.units import Error


def error_irreducible(human_error: float | None, target_error: float | None) -> Error | None:
    """The error that nobody can avoid, as it was given."""
    return human_error if human_error is not None else target_error


def train_error(train_acc: Series, val_acc: Series) -> Error | None:
    """The training error at the step of the best validation accuracy."""
    step = _best_step(val_acc)
    return None if step is None or not len(train_acc.finite) else 1 - float(at_steps(train_acc, np.array([step]))[0])


def val_error(val_acc: Series) -> Error | None:
    """The validation error at its best."""
    return 1 - float(val_acc.finite.values.max()) if _is_share(val_acc) else None


def test_error(test_acc: Series | None, run: RunLog) -> Error | None:
    """The test error: of the last logged test accuracy, or of the setting test_acc."""
    if test_acc is not None and _is_share(test_acc):
        return 1 - float(test_acc.finite.values[-1])
    given = run.settings.get("test_acc")
    if not isinstance(given, float) or not 0 <= given <= 100:
        return None
    return 1 - (given if given <= 1 else given / 100)


def error_bias(train_error: float, error_irreducible: float | None) -> Error | None:
    """The avoidable training error: over the irreducible error, or over none where that is not known."""
    return train_error - (error_irreducible or 0.0)


def error_variance(train_error: float, val_error: float) -> Error | None:
    """What validation has over the training error."""
    return val_error - train_error


def error_shift(val_error: float, test_error: float) -> Error | None:
    """What the test has over the validation error: distribution shift and validation overfitting together."""
    return test_error - val_error


def error_bias_interval(train_error: float, train_size: float) -> Error | None:
    """The half-width of the 95 % interval of the bias."""
    return _half_width((train_error, train_size))


def error_variance_interval(train_error: float, val_error: float, train_size: float, val_size: float) -> Error | None:
    """The half-width of the 95 % interval of the variance."""
    return _half_width((train_error, train_size), (val_error, val_size))


def error_shift_interval(val_error: float, test_error: float, val_size: float, test_size: float) -> Error | None:
    """The half-width of the 95 % interval of the difference between test and validation."""
    return _half_width((val_error, val_size), (test_error, test_size))


def test_loss_ratio(test_loss: Series | None, val_loss: Series, run: RunLog) -> Error | None:
    """The last test loss over the best validation loss."""
    given = run.settings.get("test_loss")
    last = float(test_loss.finite.values[-1]) if test_loss is not None and len(test_loss.finite) else given
    best = float(val_loss.finite.values.min()) if len(val_loss.finite) else 0.0
    return last / best if isinstance(last, float) and best > 0 else None


def _half_width(*shares: tuple[float, float]) -> float | None:
    if any(size < 1 or not 0 <= share <= 1 for share, size in shares):
        return None
    return float(1.96 * np.sqrt(sum(share * (1 - share) / size for share, size in shares)))


def _best_step(val_acc: Series) -> float | None:
    return float(val_acc.finite.steps[val_acc.finite.values.argmax()]) if _is_share(val_acc) else None


def _is_share(series: Series) -> bool:
    values = series.finite.values
    return bool(len(values) and values.min() >= 0 and values.max() <= 1)
