"""What is not trend: oscillation, spikes and their recovery, in training and validation."""

from __future__ import annotations

import numpy as np

from expert.run import FloatArray, Series
from expert.signals._shape import FEWEST, end, running_median, smooth, start
from expert.signals.units import At, Count, Deviations, Ratio, Share, Step


def train_loss_switches(train_loss: Series) -> Share | None:
    """The share of steps, after the first quarter, at which the training loss turns from falling to rising or back."""
    return _switches(train_loss)


def train_loss_swing(train_loss: Series) -> Ratio | None:
    """The usual move of the training loss from point to point in the second half, over its level there."""
    return _swing(train_loss)


def swing_over_fall(train_loss: Series) -> Ratio | None:
    """The usual move of the training loss from point to point in the second half, over its whole fall."""
    values = train_loss.curve.values
    fall = start(train_loss) - float(smooth(train_loss).min()) if len(values) >= 8 else 0.0
    return float(np.median(np.abs(np.diff(values[len(values) // 2 :])))) / fall if fall > 0 else None


def val_loss_swing(val_loss: Series) -> Ratio | None:
    """The usual move of the validation loss from point to point in the second half, over its level there."""
    return _swing(val_loss)


def val_loss_switches(val_loss: Series) -> Share | None:
    """The share of points, after the first quarter, at which the validation loss turns up or down."""
    return _switches(val_loss)


def val_loss_peak_ratio(val_loss: Series) -> Ratio | At | None:
    """The highest validation loss after the first third of the run, over the running median around it."""
    values, steps = val_loss.finite.values, val_loss.finite.steps
    if len(values) < 6 or values.min() < 0:
        return None
    third = len(values) // 3
    level = np.maximum(running_median(values, 7), 1e-3 * values[0])[third:]
    if (level <= 0).any():
        return None
    peak = int((values[third:] / level).argmax())
    return At(float(values[third + peak] / level[peak]), steps[third + peak], steps[third + peak])


def spike_ratio(train_loss: Series) -> Ratio | At | None:
    """The highest training loss over the running median around it, once the loss has begun to settle."""
    found = _spikes(train_loss)
    if found is None:
        return None
    ratios, steps = found
    peak = int(ratios.argmax())
    return At(float(ratios[peak]), steps[peak], steps[peak])


def spike_count(train_loss: Series) -> Count | None:
    """How many separate times the training loss exceeds three times the running median around it."""
    found = _spikes(train_loss)
    if found is None:
        return None
    high = found[0] > 3
    return float(np.sum(high[1:] & ~high[:-1]) + high[0])


def spike_over_noise(train_loss: Series) -> Deviations | None:
    """The highest spike in robust standard deviations of what the peaks usually are over the median around them."""
    found = _spikes(train_loss)
    if found is None:
        return None
    usual = float(np.median(found[0]))
    spread = 1.4826 * float(np.median(np.abs(found[0] - usual)))
    return (float(found[0].max()) - usual) / max(spread, 0.01)


def spike_step(spike_ratio: float, train_loss: Series) -> Step | None:
    """The step of the highest spike of the training loss."""
    found = _spikes(train_loss)
    return None if found is None else float(found[1][found[0].argmax()])


def spike_recovered(train_loss: Series) -> bool | None:
    """Whether the training loss came back to what it was before its highest spike."""
    found = _spikes(train_loss)
    if found is None:
        return None
    ratios, steps = found
    peak = steps[ratios.argmax()]
    values, at = train_loss.curve.values, train_loss.curve.steps
    before, after = values[at < peak], values[at > peak]
    if len(before) < 3 or len(after) < 3:
        return None
    return float(np.median(after[-max(3, len(after) // 4) :])) <= 1.2 * float(np.median(before[-5:]))


def epoch_pattern(train_loss: Series, train_size: float | None, batch_size: float | None) -> Ratio | None:
    """How strongly the loss repeats a pattern within every epoch: 1 is not at all.

    Epoch folding: the points, less the mean of their epoch, are put into bins by their place in the epoch; it is the
    variance of the bins' means, less a straight line (a loss that falls leaves one), over the one that the scatter in
    the bins would give. An epoch must hold 16 logged points at least, and the run three epochs.
    """
    values, epochs = train_loss.finite.values, train_loss.finite.epochs
    if epochs is None and train_size and batch_size:
        epochs = train_loss.finite.steps / max(1.0, train_size / batch_size)
    if epochs is None or not 48 <= len(values) <= 200_000 or not epochs[-1] - epochs[0] >= 2.5:
        return None
    per_epoch = len(values) / (epochs[-1] - epochs[0])
    if per_epoch < 16:
        return None
    epoch = (np.floor(epochs) - np.floor(epochs[0])).astype(np.int64)
    wave = values - (np.bincount(epoch, values) / np.maximum(np.bincount(epoch), 1))[epoch]
    bins = int(min(16, per_epoch // 4))
    place = np.minimum((epochs % 1 * bins).astype(np.int64), bins - 1)
    counts = np.bincount(place, minlength=bins)
    if counts.min() < 3:
        return None
    means = np.bincount(place, wave, bins) / counts
    scatter = np.bincount(place, (wave - means[place]) ** 2, bins).sum() / (len(wave) - bins)
    line = np.polyval(np.polyfit(np.arange(bins), means, 1), np.arange(bins))
    between = float(np.sum(counts * (means - line) ** 2) / (bins - 2))
    return between / scatter if scatter > 0 else None


def _switches(series: Series) -> float | None:
    values = series.curve.values
    moves = np.sign(np.diff(values[len(values) // 4 :]))
    return float(np.mean(moves[1:] * moves[:-1] < 0)) if len(moves) >= FEWEST else None


def _swing(series: Series) -> float | None:
    values = series.curve.values
    half = values[len(values) // 2 :]
    level = abs(float(np.median(half))) if len(half) >= 4 else 0.0
    return float(np.median(np.abs(np.diff(half)))) / level if level > 0 else None


def _spikes(series: Series) -> tuple[FloatArray, FloatArray] | None:
    """The ratio of each point (or window's highest point) to the running median around it, and its step."""
    values = series.finite.values
    if len(values) < 10 or values.min() < 0 or end(series) <= 0:
        return None
    starts = np.unique(np.linspace(0, len(values), min(len(values), 512) + 1).astype(np.int64)[:-1])
    peaks = np.maximum.reduceat(values, starts)
    around = running_median(peaks, 11)
    settled = max(2, len(peaks) // 10)
    level = np.maximum(around[settled:], 1e-3 * abs(start(series)))
    return peaks[settled:] / level, series.finite.steps[starts][settled:]
