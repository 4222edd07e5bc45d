"""What the settings say about the program: budgets, scales, activations, and how they fit together."""

from __future__ import annotations

import re
from math import log2
from typing import Literal

from expert.signals.units import Count, Epoch, Ratio, Share

Activation = Literal["none", "relu", "sigmoid", "tanh", "other"]
Head = Literal["linear", "softmax", "sigmoid", "tanh", "relu", "other"]


def updates(epochs_trained: float | None, epochs: float | None, train_size: float, batch_size: float) -> Count | None:
    """How many times the weights were updated."""
    trained = epochs_trained or epochs
    return trained * max(1.0, train_size / batch_size) if trained and batch_size > 0 else None


def batch_share(batch_size: float, train_size: float) -> Share | None:
    """The batch as a share of the training set."""
    return min(1.0, batch_size / train_size) if train_size > 0 else None


def suggested_batch_size(batch_size: float, train_size: float | None) -> Count | None:
    """Twice a small batch, or a tenth of the data where the batch holds more: a power of two from 16 to 256."""
    wanted = min(2 * batch_size, (train_size or 2560) / 10)
    return float(2 ** round(min(8.0, max(4.0, log2(max(wanted, 1))))))


def suggested_larger_batch(batch_size: float, train_size: float | None) -> Count | None:
    """Twice the batch, where that is at most a tenth of the data and 4,096 samples."""
    return 2 * batch_size if 2 * batch_size <= min(4096.0, (train_size or 40_960) / 10) else None


def input_scale(input_min: float, input_max: float) -> Ratio | None:
    """The largest input, without its sign."""
    return max(abs(input_min), abs(input_max))


def input_offset(input_mean: float, input_std: float) -> Ratio | None:
    """The mean of the inputs over their standard deviation."""
    return abs(input_mean) / input_std if input_std > 0 else None


def target_scale(target_min: float, target_max: float) -> Ratio | None:
    """The largest target, without its sign."""
    return max(abs(target_min), abs(target_max))


def targets_outside_output(output_activation: str, target_min: float, target_max: float) -> bool | None:
    """Whether there are targets that the output activation cannot produce."""
    low, high = _RANGE.get(output_activation.lower(), (float("-inf"), float("inf")))
    return target_min < low - 1e-6 or target_max > high + 1e-6


_RANGE = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, float("inf")),
    "softplus": (0.0, float("inf")),
}


def hidden_activation(
    hidden_activations: str, architecture: str | None, output_activation: str | None
) -> Activation | None:
    """The activation of the hidden layers, if they share one; unknown where the architecture names another."""
    if _contradicted(hidden_activations, architecture, output_activation):
        return None
    kinds = {_kind(name) for name in _layers(hidden_activations)}
    return kinds.pop() if len(kinds) == 1 else "other" if kinds else None


def linear_hidden_layer(
    hidden_activations: str, architecture: str | None, output_activation: str | None
) -> bool | None:
    """Whether a hidden layer has no activation; unknown where the architecture names one that is not in the list."""
    if _contradicted(hidden_activations, architecture, output_activation):
        return None
    return any(_kind(name) == "none" for name in _layers(hidden_activations))


def softmax_hidden_layers(hidden_activations: str) -> Count | None:
    """How many hidden layers have a softmax over their units."""
    return float(sum("softmax" in name for name in _layers(hidden_activations)))


def exponential_hidden_layers(hidden_activations: str) -> Count | None:
    """How many hidden layers have an exponential as activation."""
    return float(sum(name in ("exp", "exponential") for name in _layers(hidden_activations)))


def saturating_hidden_layers(hidden_activations: str) -> Count | None:
    """How many hidden layers have a sigmoid or tanh activation."""
    return float(sum(_kind(name) in ("sigmoid", "tanh") for name in _layers(hidden_activations)))


def hidden_layers(hidden_activations: str | None, depth: float | None) -> Count | None:
    """How many hidden layers there are."""
    if depth is not None:
        return depth
    return None if hidden_activations is None else float(len(_layers(hidden_activations)))


def names_frozen_layers(architecture: str) -> bool | None:
    """Whether the description of the architecture says that a part of it is frozen."""
    return re.search(r"\b(frozen|freeze)\b", architecture.lower()) is not None


_DENSE = re.compile(r"(?:\bd|dense\()(\d+)|linear\(\d+, *(\d+)")


def narrowest_layer(hidden_sizes: tuple[float, ...] | float | None, architecture: str | None) -> Count | None:
    """Units of the narrowest hidden layer, by their list or by an architecture that names its dense layers."""
    if hidden_sizes is not None:
        return min(hidden_sizes if isinstance(hidden_sizes, tuple) else (hidden_sizes,))
    named = [float(one or other) for one, other in _DENSE.findall(architecture or "")]
    return min(named[:-1], default=None)


def attends(architecture: str) -> bool | None:
    """Whether the architecture has attention, by its name."""
    words = re.split(r"[^a-z]+", architecture.lower())
    return any(word in _ATTENDING or word.endswith(("former", "bert")) for word in words)


_ATTENDING = {"attention", "gpt", "vit", "llama", "mistral", "qwen", "gemma", "opt", "mha"}


def output_head(output_activation: str) -> Head | None:
    """The activation of the last layer."""
    name = output_activation.lower()
    if name in ("linear", "none", "identity", "logits", ""):
        return "linear"
    heads: tuple[Head, ...] = ("softmax", "sigmoid", "tanh", "relu")
    return next((head for head in heads if head in name), "other")


def takes_logits(loss: str) -> bool | None:
    """Whether the loss says of itself that it takes logits."""
    return "logit" in loss.lower()


def sums_over_batch(loss: str) -> bool | None:
    """Whether the loss says of itself that it is summed over the batch."""
    return "sum" in loss.lower().replace("_", " ").replace("(", " ").split()


def units_per_class(output_units: float, num_classes: float) -> Ratio | None:
    """The units of the last layer over the number of classes."""
    return output_units / num_classes if num_classes > 0 else None


def remaining_epochs(epochs_trained: float) -> Epoch | None:
    """Twice the epochs that were trained: what a longer run would have."""
    return 2 * epochs_trained


_RECTIFIERS = ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "relu6", "prelu", "mish")
_NAMED = {*_RECTIFIERS, "sigmoid", "tanh", "softsign"}


def _layers(hidden_activations: str) -> list[str]:
    """The activation of each hidden layer."""
    return [name.strip() for name in hidden_activations.lower().split(",") if name.strip()]


def _contradicted(hidden_activations: str, architecture: str | None, output_activation: str | None) -> bool:
    """Whether the description of the architecture names an activation that neither list nor last layer has."""
    named = {word for word in re.split(r"[^a-z0-9_]+", (architecture or "").lower()) if word in _NAMED}
    given = f"{hidden_activations}, {output_activation or ''}".lower()
    return any(word not in given for word in named)


def _kind(name: str) -> Activation:
    if name in ("linear", "none", "identity", ""):
        return "none"
    if name in _RECTIFIERS:
        return "relu"
    if "sigmoid" in name:
        return "sigmoid"
    return "tanh" if name in ("tanh", "softsign") else "other"
