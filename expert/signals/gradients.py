"""Gradients, updates and activations, where the log has them."""

from __future__ import annotations

import numpy as np

from expert.run import FloatArray, Series
from expert.signals._shape import FEWEST, end, running_median, start
from expert.signals.units import At, Ratio, Share, Step


def gradient_norm_median(grad_norm: Series) -> Ratio | None:
    """The median gradient norm."""
    return float(np.median(grad_norm.curve.values)) if len(grad_norm.finite) else None


def gradient_norm_peak(grad_norm: Series | None, grad_norm_max: Series | None) -> Ratio | At | None:
    """The highest gradient norm."""
    norm = grad_norm_max if grad_norm_max is not None else grad_norm
    if norm is None or not len(norm.finite):
        return None
    peak = int(norm.finite.values.argmax())
    return At(float(norm.finite.values[peak]), norm.finite.steps[peak], norm.finite.steps[peak])


def gradient_norm_peak_ratio(grad_norm: Series) -> Ratio | At | None:
    """The highest gradient norm over its running median, after the first twentieth of the run."""
    found = _over_median(grad_norm)
    if found is None:
        return None
    ratios, steps = found
    peak = int(ratios.argmax())
    high = np.flatnonzero(ratios >= 0.5 * ratios[peak])
    return At(float(ratios[peak]), steps[high[0]], steps[high[-1]])


def gradient_norm_peak_step(grad_norm: Series) -> Step | None:
    """The step at which the gradient norm is highest over its running median."""
    found = _over_median(grad_norm)
    return None if found is None else float(found[1][found[0].argmax()])


def gradient_norm_growth(grad_norm: Series) -> Ratio | None:
    """The gradient norm at the end over that at the start."""
    return end(grad_norm) / start(grad_norm) if len(grad_norm.finite) >= FEWEST and start(grad_norm) > 0 else None


def gradient_norm_linearity(grad_norm: Series) -> Share | None:
    """How straight the course of the gradient norm is: the correlation of its values with their order."""
    values = grad_norm.curve.values
    if len(values) < 8 or np.ptp(values) == 0:
        return None
    return float(np.corrcoef(values, np.arange(len(values)))[0, 1])


def zero_gradient_share(grad_norm: Series) -> Share | None:
    """The share of points at which the gradient norm is as good as zero (below 1e-12)."""
    return float(np.mean(grad_norm.finite.values < 1e-12)) if len(grad_norm.finite) else None


def clip_saturation(grad_norm: Series, grad_clip: float) -> Share | None:
    """The share of points at which the gradient norm is at or over the clipping threshold."""
    if grad_clip <= 0 or len(grad_norm.finite) < 20:
        return None
    return float(np.mean(grad_norm.finite.values >= 0.995 * grad_clip))


def suggested_clip(grad_norm: Series) -> Ratio | None:
    """The 90th percentile of the gradient norms in the first half, as the Google tuning playbook clips."""
    values = grad_norm.finite.values
    return float(np.percentile(values[: max(1, len(values) // 2)], 90)) if len(values) else None


def first_over_last_gradient(grad_norm_first: Series, grad_norm_last: Series) -> Ratio | None:
    """The usual gradient norm of the first layer over that of the last layer."""
    if not len(grad_norm_first.finite) or not len(grad_norm_last.finite):
        return None
    last = float(np.median(grad_norm_last.curve.values))
    return float(np.median(grad_norm_first.curve.values)) / last if last > 0 else None


def gradient_died(grad_norm: Series, grad_norm_first: Series | None, grad_norm_last: Series | None) -> bool | None:
    """Whether the first or last layer's gradient went from above zero to exactly zero, while the model's did not.

    Zero means at every point of the second half. Only units that are zero for every sample stop a gradient exactly; a
    frozen layer never had one.
    """
    values = grad_norm.finite.values
    layers = [norm.finite.values for norm in (grad_norm_first, grad_norm_last) if norm is not None]
    if not layers or min(map(len, (values, *layers))) < 6 or not (_second_half(values) > 0).all():
        return None
    return any(bool(norms[0] > 0 and not _second_half(norms).any()) for norms in layers)


def update_ratio_median(update_ratio: Series) -> Ratio | None:
    """The usual size of an update over the size of the weights."""
    return float(np.median(update_ratio.curve.values)) if len(update_ratio.finite) else None


def weight_growth(weight_norm: Series) -> Ratio | None:
    """The norm of the weights at the end over that at the start."""
    return end(weight_norm) / start(weight_norm) if len(weight_norm.finite) >= 3 and start(weight_norm) > 0 else None


def weight_change(weight_norm: Series) -> Share | None:
    """The largest relative change of the norm of the weights over the run."""
    values = weight_norm.finite.values
    return float(np.ptp(values) / max(abs(values[0]), 1e-30)) if len(values) >= 3 else None


def dead_share(dead_relu_frac: Series) -> Share | None:
    """The share of hidden ReLU units that are zero for every sample, at the end."""
    return end(dead_relu_frac) if len(dead_relu_frac.finite) else None


def first_dead_share(dead_relu_frac: Series) -> Share | None:
    """The share of hidden ReLU units that are zero for every sample, at the start."""
    return float(dead_relu_frac.finite.values[0]) if len(dead_relu_frac.finite) else None


def saturated_share(saturated_frac: Series) -> Share | None:
    """The share of hidden sigmoid or tanh units at the flat ends, at the end."""
    return end(saturated_frac) if len(saturated_frac.finite) else None


def first_saturated_share(saturated_frac: Series) -> Share | None:
    """The share of hidden sigmoid or tanh units at the flat ends, at the start."""
    return float(saturated_frac.finite.values[0]) if len(saturated_frac.finite) else None


def output_spread(out_std: Series) -> Ratio | None:
    """The standard deviation of the outputs over the samples, at the end."""
    return end(out_std) if len(out_std.finite) else None


def spread_over_targets(output_spread: float, target_min: float, target_max: float) -> Share | None:
    """The standard deviation of the outputs over the range of the targets."""
    return output_spread / (target_max - target_min) if target_max > target_min else None


def _second_half(values: FloatArray) -> FloatArray:
    return values[len(values) // 2 :]


def _over_median(grad_norm: Series) -> tuple[FloatArray, FloatArray] | None:
    """Each window's highest gradient norm over the running median around it, and its step."""
    values, steps = grad_norm.finite.values, grad_norm.finite.steps
    if len(values) < 12:
        return None
    starts = np.unique(np.linspace(0, len(values), min(len(values), 512) + 1).astype(np.int64)[:-1])
    peaks = np.maximum.reduceat(values, starts)
    around = running_median(peaks, max(11, 2 * (len(peaks) // 10) + 1))
    settled = max(1, len(peaks) // 20)
    level = np.maximum(around[settled:], 1e-3 * np.median(peaks))
    return (peaks[settled:] / level, steps[starts][settled:]) if (level > 0).all() else None
