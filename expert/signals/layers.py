"""What one layer of a model shows: its gradient, its updates, its units. Each is measured for every layer."""

from __future__ import annotations

import numpy as np

from expert.run import Series
from expert.signals._shape import end
from expert.signals.units import At, Count, Ratio, Share

SUBJECT = "layer"


def layer(
    grad_norm: Series | None,
    out_std: Series | None,
    dead_relu_frac: Series | None,
    saturated_frac: Series | None,
    attention_entropy: Series | None,
) -> str | None:
    """The name of the layer."""
    found = (grad_norm, out_std, dead_relu_frac, saturated_frac, attention_entropy)
    return next((series.about for series in found if series is not None), None)


def layer_samples(grad_norm: Series) -> Count | None:
    """How often the gradient of the layer was looked at."""
    return float(len(grad_norm))


def layer_zero_gradient_share(grad_norm: Series) -> Share | None:
    """The share of samples at which no parameter of the layer had a gradient other than zero."""
    return float(np.mean(grad_norm.values == 0)) if len(grad_norm) else None


def layer_has_no_gradient(has_gradient: Series) -> bool | None:
    """Whether the backward pass never reached the layer, though its parameters ask for a gradient."""
    return not has_gradient.values.any() if len(has_gradient) else None


def layer_takes_part(has_gradient: Series, out_mean: Series | None) -> bool | None:
    """Whether the layer was used in the forward pass."""
    return out_mean is not None if len(has_gradient) else None


def layer_in_optimizer(in_optimizer: Series) -> Share | None:
    """The share of the layer's trainable parameters that the optimizer holds."""
    return float(in_optimizer.values[-1]) if len(in_optimizer) else None


def layer_gradient(grad_norm: Series) -> Ratio | None:
    """The usual gradient norm of the layer."""
    return float(np.median(grad_norm.finite.values)) if len(grad_norm.finite) else None


def layer_nonfinite_gradient_share(nonfinite_grads: Series) -> Share | At | None:
    """The share of samples at which the gradient of the layer held NaN or infinity."""
    bad = nonfinite_grads.values != 0
    if not len(bad) or not bad.any():
        return 0.0 if len(bad) else None
    return At(float(bad.mean()), nonfinite_grads.steps[bad.argmax()], nonfinite_grads.steps[-1])


def layer_update_ratio(update_ratio: Series) -> Ratio | None:
    """The usual size of an update of the layer over the size of its weights, once the first steps are over."""
    later = update_ratio.finite.values[update_ratio.finite.steps > 4]
    return float(np.median(later)) if len(later) else None


def layer_dead_share(dead_relu_frac: Series) -> Share | At | None:
    """The share of the layer's ReLU units that were zero for every input, at the end."""
    if not len(dead_relu_frac.finite):
        return None
    share, values = end(dead_relu_frac), dead_relu_frac.finite.values
    since = dead_relu_frac.finite.steps[int(np.argmax(values >= 0.9 * share))]
    return At(share, since, dead_relu_frac.finite.steps[-1])


def layer_first_dead_share(dead_relu_frac: Series) -> Share | None:
    """The share of the layer's ReLU units that were zero for every input, at the start."""
    return float(dead_relu_frac.finite.values[0]) if len(dead_relu_frac.finite) else None


def layer_saturated_share(saturated_frac: Series) -> Share | None:
    """The share of the layer's sigmoid or tanh values at the flat ends, at the end."""
    return end(saturated_frac) if len(saturated_frac.finite) else None


def layer_first_saturated_share(saturated_frac: Series) -> Share | None:
    """The share of the layer's sigmoid or tanh values at the flat ends, at the start."""
    return float(saturated_frac.finite.values[0]) if len(saturated_frac.finite) else None


def layer_attention(attention_entropy: Series) -> Share | None:
    """The entropy of the attention over that of a uniform one, at the end: 0 looks at one place."""
    return end(attention_entropy) if len(attention_entropy.finite) else None


def layer_first_attention(attention_entropy: Series) -> Share | None:
    """The entropy of the attention over that of a uniform one, at the start."""
    return float(attention_entropy.finite.values[0]) if len(attention_entropy.finite) else None
