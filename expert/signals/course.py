"""How the training loss moved: levels, progress, plateau, climb."""

from __future__ import annotations

import numpy as np

from expert.run import Series
from expert.signals._shape import FEWEST, end, noise, quarter, smooth, start
from expert.signals.units import At, Count, Deviations, Epoch, Loss, Ratio, Share, Step


def train_loss_points(train_loss: Series) -> Count | None:
    """How many finite training losses were logged."""
    return float(len(train_loss.finite))


def epochs_trained(train_loss: Series, epochs: float | None) -> Epoch | None:
    """How many epochs the log covers."""
    if train_loss.epochs is None or not np.isfinite(train_loss.epochs).all() or not len(train_loss):
        return None
    first, last = train_loss.epochs[0], train_loss.epochs[-1]
    whole = bool((train_loss.epochs == np.round(train_loss.epochs)).all())
    return float(last + 1 if whole and first == 0 else last)


def logged_per_epoch(train_loss: Series) -> bool | None:
    """Whether the training loss is logged once per epoch at the most, and so is a mean over many batches."""
    epochs = train_loss.epochs
    if epochs is None or len(epochs) < 3 or not np.isfinite(epochs).all():
        return None
    return bool(np.median(np.diff(epochs)) >= 0.99)


def planned_share(
    train_loss: Series, max_steps: float | None, epochs: float | None, epochs_trained: float | None
) -> Share | None:
    """The share of the planned epochs, or steps, that the log covers."""
    if epochs and epochs_trained is not None:
        return min(1.0, epochs_trained / epochs)
    by_epoch = train_loss.epochs is not None and np.array_equal(train_loss.epochs, train_loss.steps)
    if not max_steps or max_steps < 0 or by_epoch or not len(train_loss):
        return None
    return min(1.0, max(0.0, float(train_loss.steps[-1])) / max_steps)


def first_train_loss(train_loss: Series) -> Loss | None:
    """The training loss at the start."""
    return start(train_loss) if len(train_loss.finite) else None


def last_train_loss(train_loss: Series) -> Loss | None:
    """The training loss at the end: the median of the last tenth."""
    return end(train_loss) if len(train_loss.finite) else None


def best_train_loss(train_loss: Series) -> Loss | None:
    """The lowest smoothed training loss."""
    return float(smooth(train_loss).min()) if len(train_loss.finite) else None


def last_step(train_loss: Series) -> Step | None:
    """The last step that was logged, where the run counts steps."""
    by_epoch = train_loss.epochs is not None and np.array_equal(train_loss.epochs, train_loss.steps)
    return None if by_epoch or not len(train_loss) else float(train_loss.steps[-1])


def train_loss_fall(train_loss: Series) -> Share | None:
    """The share of the first training loss that training removed, at its best; negative losses have none."""
    if len(train_loss.finite) < 3 or train_loss.finite.values.min() < 0 or start(train_loss) <= 0:
        return None
    return 1 - float(smooth(train_loss).min()) / start(train_loss)


def train_loss_fall_over_noise(train_loss: Series) -> Deviations | None:
    """How far the training loss fell from its first quarter to its last, in standard errors of its noise.

    The medians of two quarters of n/4 points each differ by chance with a standard error of 1.25 noise · sqrt(8/n).
    """
    spread, values = noise(train_loss), train_loss.curve.values
    if spread is None or len(values) < 8:
        return None
    quarter_size = len(values) // 4
    fall = float(np.median(values[:quarter_size]) - np.median(values[-quarter_size:]))
    return fall / max(1.25 * spread * float(np.sqrt(2 / quarter_size)), 1e-9 * abs(float(values[0])) + 1e-30)


def late_fall_share(train_loss: Series) -> Share | None:
    """The share of the whole fall of the training loss that the last quarter of the run brought."""
    if len(train_loss.curve) < 8:
        return None
    values = smooth(train_loss)
    last = quarter(train_loss, 3)
    whole = values[0] - values.min()
    return float((last[0] - last[-1]) / whole) if whole > 0 and len(last) > 1 else None


def late_fall(train_loss: Series) -> Share | None:
    """How much of its level the training loss still lost in the last quarter of the run."""
    if len(train_loss.curve) < 8:
        return None
    last = quarter(train_loss, 3)
    return float((last[0] - last[-1]) / abs(last[0])) if len(last) > 1 and last[0] else None


def last_fall(train_loss: Series) -> Share | None:
    """How much of its level the training loss lost from the last logged point but one to the last."""
    values = train_loss.finite.values
    return float((values[-2] - values[-1]) / abs(values[-2])) if len(values) >= 2 and values[-2] else None


def train_loss_end_over_start(train_loss: Series) -> Ratio | None:
    """The last training loss over the first; losses that can be negative have none."""
    if len(train_loss.finite) < 3 or train_loss.finite.values.min() < 0 or start(train_loss) <= 0:
        return None
    return end(train_loss) / start(train_loss)


def progress_lost(train_loss: Series) -> Share | At | None:
    """The share of the best progress of the training loss that was lost again by the end; 1 where all of it was."""
    if len(train_loss.curve) < FEWEST:
        return None
    lowest = float(smooth(train_loss).min())
    gained = start(train_loss) - lowest
    if gained <= 3 * (noise(train_loss) or 0):
        return None
    return At(min(1.0, (end(train_loss) - lowest) / gained), _onset(train_loss), train_loss.curve.steps[-1])


def train_loss_rise(train_loss: Series) -> Ratio | At | None:
    """The last training loss over its smoothed minimum; losses that can be negative have none."""
    if len(train_loss.curve) < FEWEST or train_loss.finite.values.min() <= 0:
        return None
    return At(end(train_loss) / float(smooth(train_loss).min()), _onset(train_loss), train_loss.curve.steps[-1])


def train_loss_rise_over_noise(train_loss: Series) -> Deviations | None:
    """How far the training loss ended above its smoothed minimum, in standard deviations of its noise."""
    spread = noise(train_loss)
    if spread is None:
        return None
    lowest = float(smooth(train_loss).min())
    return (end(train_loss) - lowest) / max(spread, 1e-6 * abs(lowest) + 1e-12)


def train_loss_peak_over_start(train_loss: Series) -> Ratio | At | None:
    """The highest training loss over the first; losses that can be negative have none."""
    values = train_loss.finite.values
    if len(values) < 3 or values.min() < 0 or start(train_loss) <= 0:
        return None
    peak = int(values.argmax())
    return At(float(values[peak]) / start(train_loss), train_loss.finite.steps[0], train_loss.finite.steps[peak])


def constant_tail_share(train_loss: Series) -> Share | At | None:
    """The share of the run, at its end, over which the training loss is one and the same number."""
    values = train_loss.finite.values
    if len(values) < FEWEST:
        return None
    moved = np.flatnonzero(np.abs(values - values[-1]) > 1e-6 * abs(values[-1]))
    since = int(moved[-1]) + 1 if len(moved) else 0
    return At((len(values) - since) / len(values), train_loss.finite.steps[since], train_loss.finite.steps[-1])


def plateau_share(train_loss: Series) -> Share | At | None:
    """The share of the run, at its end, over which the training loss stays within 2 % of its whole fall."""
    if len(train_loss.curve) < 10:
        return None
    values, steps = smooth(train_loss), train_loss.curve.steps
    whole = values.max() - values.min()
    if whole <= 0:
        return At(1.0, steps[0], steps[-1])
    off = np.flatnonzero(np.abs(values - end(train_loss)) > max(0.02 * whole, noise(train_loss) or 0))
    since = int(off[-1]) + 1 if len(off) else 0
    if since >= len(steps):
        return 0.0
    return At(float((steps[-1] - steps[since]) / max(steps[-1] - steps[0], 1e-12)), steps[since], steps[-1])


def fall_evenness(train_loss: Series) -> Ratio | None:
    """The fall of the training loss in the second half over that in the first: near 1 is a straight line."""
    values = smooth(train_loss)
    if len(values) < FEWEST:
        return None
    middle = float(np.interp(0.5, np.linspace(0, 1, len(values)), values))
    first, second = values[0] - middle, middle - values[-1]
    return float(second / first) if first > 0 else None


def negative_loss_share(train_loss: Series) -> Share | None:
    """The share of training losses below zero."""
    return float(np.mean(train_loss.finite.values < 0)) if len(train_loss.finite) else None


def _onset(train_loss: Series) -> float:
    """The step from which the loss stays above its best by more than its noise and a tenth of what it loses again."""
    values, steps = train_loss.curve.values, train_loss.curve.steps
    lowest = float(smooth(train_loss).min())
    margin = max(3 * (noise(train_loss) or 0.0), 0.1 * (end(train_loss) - lowest))
    below = np.flatnonzero(values <= lowest + margin)
    return float(steps[min(int(below[-1]) + 1, len(steps) - 1)]) if len(below) else float(steps[0])
