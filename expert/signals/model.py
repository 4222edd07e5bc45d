"""What the layers of a model show together, and what passes its door: modes, inputs, gradients left over."""

from __future__ import annotations

import numpy as np

from expert.run import FloatArray, RunLog, Series
from expert.signals.units import Count, Ratio, Share


def steps_in_training_mode(in_training_mode: Series) -> Share | None:
    """The share of training steps at which dropout and normalization were in training mode."""
    return float(np.mean(in_training_mode.values > 0)) if len(in_training_mode) else None


def training_mode_lost(in_training_mode: Series) -> bool | None:
    """Whether training began in training mode and ended in evaluation mode."""
    on = in_training_mode.values > 0
    return bool(on[0] and not on[-1]) if len(on) > 1 else None


def passes_without_gradient(in_training_mode_without_grad: Series) -> Count | None:
    """How often a pass without gradients, as validation is, was looked at."""
    return float(len(in_training_mode_without_grad))


def evaluations_in_training_mode(in_training_mode_without_grad: Series) -> Share | None:
    """The share of passes without gradients in which dropout or normalization was in training mode."""
    return float(np.mean(in_training_mode_without_grad.values > 0)) if len(in_training_mode_without_grad) else None


def left_over_gradient(left_over_grad: Series) -> Share | None:
    """The gradient that stood there before a backward pass over that after it, usually."""
    return float(np.median(left_over_grad.finite.values)) if len(left_over_grad.finite) else None


def nonfinite_input_share(input_nonfinite: Series) -> Share | None:
    """The share of sampled batches with NaN or infinity at the model's door."""
    return float(np.mean(input_nonfinite.values > 0)) if len(input_nonfinite) else None


def input_shift(input_mean: Series, input_std: Series, val_input_mean: Series) -> Ratio | None:
    """How far the mean of the validation inputs lies from that of the training inputs, in their standard deviations."""
    if not len(input_mean.finite) or not len(val_input_mean.finite):
        return None
    deviation = float(np.median(input_std.finite.values))
    moved = abs(float(np.median(val_input_mean.finite.values)) - float(np.median(input_mean.finite.values)))
    return moved / deviation if deviation > 0 else None


def input_shift_over_noise(input_mean: Series, val_input_mean: Series) -> Ratio | None:
    """The same distance over how much the means of training batches differ."""
    values = input_mean.finite.values
    if len(values) < 3 or not len(val_input_mean.finite):
        return None
    middle = float(np.median(values))
    spread = max(1.4826 * float(np.median(np.abs(values - middle))), 1e-9 * abs(middle), 1e-12)
    return abs(float(np.median(val_input_mean.finite.values)) - middle) / spread


def input_spread_ratio(input_std: Series, val_input_std: Series) -> Ratio | None:
    """The standard deviation of the validation inputs over that of the training inputs."""
    if not len(input_std.finite) or not len(val_input_std.finite):
        return None
    training = float(np.median(input_std.finite.values))
    return float(np.median(val_input_std.finite.values)) / training if training > 0 else None


def input_spread_off(input_spread_ratio: float) -> Ratio | None:
    """How many times the two standard deviations differ, whichever is larger."""
    return max(input_spread_ratio, 1 / input_spread_ratio) if input_spread_ratio > 0 else None


def class_mix(batch_classes: Series, class_counts: tuple[float, ...], batch_size: float) -> Ratio | None:
    """The classes in a batch over those that a batch drawn at random from all that came would hold."""
    total = sum(class_counts)
    if len(batch_classes) < 6 or total <= 0:
        return None
    absent = [(1 - count / total) ** batch_size for count in class_counts]
    return float(np.mean(batch_classes.values) / (len(absent) - sum(absent)))


def unseen_classes(batch_classes: Series, class_counts: tuple[float, ...]) -> Count | None:
    """The classes that the output can name and that never came; unknown before 20 labels came for each class."""
    if sum(class_counts) < 20 * len(class_counts):
        return None
    return float(sum(count == 0 for count in class_counts))


def constant_weight_share(run: RunLog, update_ratio: Series) -> Share | None:
    """The share of weight matrices whose numbers were all the same at the start."""
    found = _at_start(run, "weight_scale")
    return float(np.mean(found == 0)) if len(found) >= 2 else None


def weight_scale(run: RunLog, update_ratio: Series) -> Ratio | None:
    """The usual deviation of initial weights times the root of the inputs of a unit: He's is 1.4, Glorot's near 1."""
    found = _at_start(run, "weight_scale")
    return float(np.median(found)) if len(found) >= 2 else None


def signal_decay(run: RunLog, update_ratio: Series) -> Ratio | None:
    """The deviation of what the last hidden layer gives over that of the first, at the first step."""
    found = _at_start(run, "out_std")
    return float(found[-2] / found[0]) if len(found) >= 4 and found[0] > 0 else None


def gradient_range(run: RunLog, update_ratio: Series) -> Ratio | None:
    """The smallest gradient norm of a layer over the largest, at the first step."""
    found = _at_start(run, "grad_norm")
    found = found[found > 0]
    return float(found.min() / found.max()) if len(found) >= 3 else None


def least_gradient_layer(run: RunLog, update_ratio: Series) -> str | None:
    """The layer with the smallest gradient that is not zero, at the first step."""
    named = [(s.values[0], s.about) for s in run.series if s.name == "grad_norm" and s.about and s.values[0] > 0]
    return min(named)[1] if len(named) >= 3 else None


def nonfinite_gradient_layer(run: RunLog, update_ratio: Series) -> str | None:
    """The layer nearest to the output whose gradient was not finite when that was first seen; there it began."""
    found = [s for s in run.series if s.name == "nonfinite_grads" and s.about and (s.values != 0).any()]
    if not found:
        return None
    first = min(s.steps[(s.values != 0).argmax()] for s in found)
    return [s.about for s in found if s.steps[(s.values != 0).argmax()] == first][-1]


def _at_start(run: RunLog, name: str) -> FloatArray:
    """The first value of a statistic of each layer that has weights, in the order of the model."""
    deep = {s.about for s in run.series if s.name == "weight_scale" and s.about}
    return np.array([s.values[0] for s in run.series if s.name == name and s.about in deep and len(s)])
