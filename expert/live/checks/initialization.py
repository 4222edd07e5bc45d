"""The weights before training: as He or Glorot ask for the activation that follows, and what becomes of the signal."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from expert.live.checks import Facts
from expert.live.probe import Probe
from expert.live.trace import NORMALIZING, PLAIN, Activation

_LIKE_TANH = ("tanh", "sigmoid", "softmax", "log softmax")


def weight_scales(probe: Probe) -> Facts:
    """Deviations of the weights over √(2/fan in) where ReLU and its like follow, √(2/(fan in + fan out)) for tanh.

    Sources: He et al. 2015; Glorot & Bengio 2010. torch's own default lies at 0.4.
    """
    plain = [layer for layer in probe.look.seen.layers if _plain(layer.module)]
    weights = {layer.name: _weight(layer.module) for layer in plain if _weight(layer.module).numel() >= 16}
    if not weights:
        return {}
    like_tanh = _mostly_tanh(probe)
    deviations = {name: float(weight.std(correction=0)) for name, weight in weights.items()}
    constant = [n for n, w in weights.items() if deviations[n] <= 1e-7 * float(w.abs().max()) and bool(w.any())]
    zero = [name for name, weight in weights.items() if not bool(weight.any())]
    ratios = {n: deviations[n] / _wanted(w, like_tanh) for n, w in weights.items() if n not in (*constant, *zero)}
    worst = max(ratios, key=lambda n: abs(math.log(ratios[n] / 0.5)), default=None)
    return {
        "constant_layers": len(constant) / len(weights),
        "zero_layers": len(zero) / len(weights),
        "constant_layer": constant[0] if constant else None,
        "ill_scaled_layer": worst,
        "weight_scale_most": max(ratios.values(), default=None),
        "weight_scale_least": min(ratios.values(), default=None),
    }


def signal_over_depth(probe: Probe) -> Facts:
    """What becomes of the size of the signal on its way through a model that does not normalize it."""
    layers = [layer for layer in probe.look.seen.layers if _plain(layer.module)]
    if len(layers) < 3 or any(isinstance(module, NORMALIZING) for _, module, _ in probe.look.seen.outputs):
        return {}
    first, last = (float(layer.outputs.float().std()) for layer in (layers[0], layers[-1]))
    if not (math.isfinite(first) and math.isfinite(last)) or first <= 0:
        return {}
    return {"signal_growth": last / first}


def units_at_start(probe: Probe) -> Facts:
    """Units that are of no use from the start: ReLU that are zero for the whole batch, flat tanh and sigmoid."""
    hidden = [a for a in probe.look.seen.activations if a.outputs.is_floating_point() and not _is_output(a, probe)]
    flat = [_flat(a) for a in hidden if a.kind in ("tanh", "sigmoid") and a.outputs.numel() > 8]
    dead = [_dead(a.outputs) for a in hidden if a.kind == "relu" and a.outputs.ndim > 1 and a.outputs.shape[0] > 7]
    return {
        "saturated_at_start": max(flat, default=None),
        "dead_at_start": max(dead, default=None),
        "non_finite_layer": probe.look.seen.non_finite or None,
    }


def activations_between_layers(probe: Probe) -> Facts:
    """Layers that read another's output with no activation between, bottlenecks and what normalizes apart."""
    plain = [layer for layer in probe.look.seen.layers if _plain(layer.module)]
    inner = plain[1:]
    widths = {layer.name: _widths(layer.module) for layer in plain}
    linear = [
        layer for layer in inner if layer.after in widths and not _bottleneck(widths[layer.after], widths[layer.name])
    ]
    hidden = [a for a in probe.look.seen.activations if not _is_output(a, probe)]
    return {
        "missing_activations": len(linear) / len(inner) if inner else None,
        "nonlinear_operations": float(len(hidden)),
        "deepest_sigmoids": float(sum(a.kind == "sigmoid" for a in hidden)),
    }


def _plain(module: nn.Module) -> bool:
    return isinstance(module, PLAIN)


def _wanted(weight: Tensor, like_tanh: bool) -> float:
    fan_in = weight[0].numel()
    fan_out = weight.shape[0] * weight[0, 0].numel()
    return math.sqrt(2 / (fan_in + fan_out)) if like_tanh else math.sqrt(2 / fan_in)


def _mostly_tanh(probe: Probe) -> bool:
    kinds = [a.kind in _LIKE_TANH for a in probe.look.seen.activations]
    return sum(kinds) > len(kinds) / 2


def _weight(module: nn.Module) -> Tensor:
    return module.get_parameter("weight").detach().float()


def _widths(module: nn.Module) -> tuple[int, int]:
    weight = _weight(module)
    return int(weight.shape[1]), int(weight.shape[0])


def _bottleneck(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether two linear layers in a row pass through fewer units than they read and give: a factorization."""
    return first[1] < min(first[0], second[1])


def _is_output(activation: Activation, probe: Probe) -> bool:
    return activation.outputs.numel() == probe.look.prediction.numel() and torch.equal(
        activation.outputs.reshape(-1), probe.look.prediction.detach().reshape(-1)
    )


def _flat(activation: Activation) -> float:
    """Sources: Glorot & Bengio 2010; 0.99 of the range."""
    values = activation.outputs.float()
    centered = values if activation.kind == "tanh" else 2 * values - 1
    return float((centered.abs() > 0.99).float().mean())


def _dead(values: Tensor) -> float:
    """The share of the units (of channels in images) that are zero for the whole batch."""
    units = values.movedim(1 if values.ndim == 4 else -1, 0).flatten(1)
    return float((units == 0).all(1).float().mean())
