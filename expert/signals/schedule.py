"""The learning rate: its size, its course, its end."""

from __future__ import annotations

import numpy as np

from expert.run import RunLog, Series
from expert.signals.units import At, Count, Rate, Ratio, Share


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
    """The share of the run until the learning rate reaches its peak."""
    values = lr.finite.values
    return float(values.argmax() / len(values)) if len(values) >= 5 else None


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


def lr_jumps(lr: Series) -> Count | None:
    """How often the learning rate rises by more than half from one point to the next, after the first tenth."""
    values = lr.finite.values
    begin = len(values) // 10
    return float(np.sum(values[begin + 1 :] > 1.5 * values[begin:-1] + 1e-30)) if len(values) >= 10 else None


def usual_lr(optimizer: str, run: RunLog) -> Rate | None:
    """The learning rate that the optimizer is usually first tried with: the defaults of Keras, PyTorch and Trainer."""
    if run.reader.startswith("huggingface"):
        return 5e-5
    return next((rate for known, rate in _USUAL.items() if known in optimizer.lower()), None)


_USUAL = {
    "adadelta": 1.0,
    "adagrad": 1e-2,
    "adafactor": 1e-3,
    "lion": 1e-4,
    "rmsprop": 1e-3,
    "adam": 1e-3,
    "lamb": 1e-3,
    "sgd": 3e-2,
    "momentum": 3e-2,
}


def lr_over_usual(peak_lr: float, usual_lr: float) -> Ratio | None:
    """The highest learning rate over the one that the optimizer is usually first tried with."""
    return peak_lr / usual_lr


def adaptive_optimizer(optimizer: str) -> bool | None:
    """Whether the optimizer scales each weight's step by the history of its gradient."""
    return any(known in optimizer.lower() for known in ("ada", "rmsprop", "lamb", "lion"))


def suggested_lower_lr(peak_lr: float) -> Rate | None:
    """A tenth of the highest learning rate."""
    return peak_lr / 10 if peak_lr > 0 else None


def suggested_higher_lr(peak_lr: float, usual_lr: float | None) -> Rate | None:
    """Ten times the highest learning rate, or the usual one where that is further."""
    return max(10 * peak_lr, usual_lr or 0.0) if peak_lr > 0 else usual_lr


def suggested_warm_up(last_step: float) -> Count | None:
    """A twentieth of the run's steps."""
    return float(round(max(1.0, 0.05 * last_step)))
