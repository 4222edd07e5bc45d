"""The learning rate: its size, its course, its end."""

from __future__ import annotations

import numpy as np

from expert.run import RunLog, Series
from expert.signals.units import At, Count, Rate, Ratio, Share, Step


def peak_lr(lr: Series | None, run: RunLog) -> Rate | None:
    """The highest learning rate; the configured one where none was logged."""
    if lr is not None and len(lr.finite):
        return float(lr.finite.values.max())
    configured = run.settings.get("lr")
    return float(configured) if isinstance(configured, float) else None


def last_lr(lr: Series) -> Rate | None:
    """The last learning rate."""
    return float(lr.finite.values[-1]) if len(lr.finite) else None


def lr_zero_share(lr: Series | None, peak_lr: float) -> Share | At | None:
    """The share of logged points at which the learning rate is exactly zero; the last tenth is not counted."""
    if lr is None or not len(lr.finite):
        return 1.0 if peak_lr == 0 else None
    values, steps = lr.finite.values, lr.finite.steps
    body = values[: max(1, int(len(values) * 0.9))]
    zero = np.flatnonzero(body == 0)
    return At(len(zero) / len(body), steps[zero[0]], steps[zero[-1]]) if len(zero) else 0.0


def lr_negative(peak_lr: float) -> bool | None:
    """Whether the learning rate is below zero."""
    return peak_lr < 0


def lr_dead_tail_share(lr: Series, peak_lr: float) -> Share | At | None:
    """The share of the run, at its end, over which the learning rate is at most a thousandth of its peak."""
    values, steps = lr.finite.values, lr.finite.steps
    if len(values) < 5 or peak_lr <= 0:
        return None
    alive = np.flatnonzero(values > 0.001 * peak_lr)
    since = int(alive[-1]) + 1 if len(alive) else 0
    if since >= len(values):
        return 0.0
    return At(float((steps[-1] - steps[since]) / max(steps[-1] - steps[0], 1e-12)), steps[since], steps[-1])


def lr_constant(lr: Series) -> bool | None:
    """Whether the learning rate is one and the same throughout."""
    values = lr.finite.values
    return bool(np.ptp(values) <= 1e-9 * max(abs(values.max()), 1e-30)) if len(values) >= 5 else None


def warm_up_share(lr: Series) -> Share | None:
    """The share of the run until the learning rate reaches its peak, where it rises to it step by step."""
    values = lr.finite.values
    peak = int(values.argmax()) if len(values) >= 5 else 0
    rises = np.diff(values[: peak + 1])
    stepwise = len(rises) >= 2 and rises.max() <= 0.5 * (values[peak] - values[0])
    return float(peak / len(values)) if stepwise else 0.0 if len(values) >= 5 and peak == 0 else None


def lr_jump_ratio(lr: Series) -> Ratio | At | None:
    """The largest rise of the learning rate from one point to the next, after the first tenth of the run."""
    values, steps = lr.finite.values, lr.finite.steps
    if len(values) < 10:
        return None
    begin = len(values) // 10
    low = np.maximum(values[begin:-1], 1e-3 * values.max() + 1e-30)
    ratios = values[begin + 1 :] / low
    jump = int(ratios.argmax())
    return At(float(ratios[jump]), steps[begin + jump + 1], steps[begin + jump + 1])


def lr_jump_step(lr: Series) -> Step | None:
    """The step of the largest rise of the learning rate from one point to the next, after the first tenth."""
    jump = lr_jump_ratio(lr)
    return float(jump.first) if isinstance(jump, At) else None


def lr_jumps(lr: Series) -> Count | None:
    """How often the learning rate rises by more than half from one point to the next, after the first tenth."""
    values = lr.finite.values
    begin = len(values) // 10
    return float(np.sum(values[begin + 1 :] > 1.5 * values[begin:-1] + 1e-30)) if len(values) >= 10 else None


def usual_lr(optimizer: str, run: RunLog) -> Rate | None:
    """The learning rate that the optimizer is usually first tried with: the defaults of Keras, PyTorch and Trainer."""
    usual = _usual_range(optimizer, run)
    return None if usual is None else usual[1]


def lr_over_usual(peak_lr: float, optimizer: str, momentum: float | None, run: RunLog) -> Ratio | None:
    """The highest learning rate over the end of the usual range that it lies beyond; 1 within the range.

    A momentum beyond the usual 0.9 counts as so much more rate: steps of one direction add up to lr / (1 - momentum).
    """
    usual = _usual_range(optimizer, run)
    if usual is None:
        return None
    low, high = usual
    if momentum is not None and 0.9 < momentum < 1:
        peak_lr *= 0.1 / (1 - momentum)
    return peak_lr / high if peak_lr > high else peak_lr / low if peak_lr < low else 1.0


def _usual_range(optimizer: str, run: RunLog) -> tuple[float, float] | None:
    """The rates that the optimizer is usually first tried with; none for one that finds its own."""
    name = optimizer.lower()
    if any(known in name for known in ("dadapt", "prodigy", "schedulefree", "schedule_free")):
        return None
    if run.reader.startswith("huggingface"):
        return 1e-5, 1e-3
    return next((rates for known, rates in _USUAL.items() if known in name), None)


_USUAL = {
    "adadelta": (0.1, 1.0),
    "adagrad": (1e-3, 1e-1),
    "adafactor": (1e-5, 1e-2),
    "lion": (1e-5, 3e-4),
    "rmsprop": (3e-4, 1e-3),
    "adamw": (2e-5, 1e-3),
    "adam": (3e-4, 1e-3),
    "lamb": (1e-4, 1e-2),
    "sgd": (1e-2, 1e-1),
    "momentum": (1e-2, 1e-1),
}


def adaptive_optimizer(optimizer: str) -> bool | None:
    """Whether the optimizer scales each weight's step by the history of its gradient."""
    return any(known in optimizer.lower() for known in ("ada", "rmsprop", "lamb", "lion"))


def suggested_lower_lr(peak_lr: float) -> Rate | None:
    """A tenth of the highest learning rate."""
    return peak_lr / 10 if peak_lr > 0 else None


def suggested_higher_lr(peak_lr: float, lr_over_usual: float | None) -> Rate | None:
    """The least usual rate where the highest is below it, else three times the highest; none where it is above."""
    over = lr_over_usual or 1.0
    if peak_lr <= 0 or over > 1:
        return None
    return peak_lr / over if over < 1 else 3 * peak_lr


def suggested_warm_up(train_loss: Series) -> Count | None:
    """A twentieth of the run's steps, where it counts steps."""
    if train_loss.epochs is not None and np.array_equal(train_loss.epochs, train_loss.steps):
        return None
    return float(round(max(1.0, 0.05 * train_loss.steps[-1]))) if len(train_loss) >= 20 else None
