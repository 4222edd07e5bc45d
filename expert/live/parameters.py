"""Gradients, weights and updates of every layer: a few scalars for each parameter, then numbers for each layer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from expert.live.layers import Layer
from expert.live.sample import Key, Sample

_NO_MATRIX = (nn.Embedding, nn.EmbeddingBag, nn.ParameterDict, nn.ParameterList)
"""What holds rows that are looked up, or numbers whose axes nobody knows (Keras puts the outputs last)."""
_PROBED = 4096
"""The update of a parameter is measured on about so many of its numbers, evenly spread."""


@dataclass
class Parameters:
    """The parameters of a model while one step is sampled. `before` holds some numbers of each, as the step begins."""

    layers: Sequence[Layer]
    before: dict[int, Tensor] = field(default_factory=dict)

    @torch.no_grad()
    def begin(self, sample: Sample) -> None:
        """Remember the weights that the step begins with."""
        self.before = {id(p): _some(p).clone() for p in _trainable(self.layers)}
        for about, parameter in _named(self.layers):
            sample.put(about, "weight_norm", _norm(parameter.detach()))

    @torch.no_grad()
    def scales(self, sample: Sample) -> None:
        """The deviation of every weight matrix times the root of a unit's inputs: He's is √2, Glorot's near 1."""
        for layer in self.layers:
            matrix = next((p.detach() for p in layer.parameters if p.ndim > 1), None)
            if matrix is not None and not isinstance(layer.module, _NO_MATRIX):
                low, high = matrix.float().aminmax()  # the deviation of one number is not quite zero
                scale = matrix.float().std() * math.sqrt(matrix[0].numel())
                sample.put(layer.name, "weight_scale", torch.where(low == high, 0, scale))

    @torch.no_grad()
    def gradients(self, sample: Sample, only: Iterable[nn.Parameter] | None = None) -> None:
        """The gradients as the optimizer is about to see them (`only` those of its parameters)."""
        wanted = None if only is None else {id(p) for p in only}
        for about, parameter in _named(self.layers):
            if parameter.grad is None or (wanted is not None and id(parameter) not in wanted):
                continue
            gradient = parameter.grad.detach()
            gradient = gradient.coalesce().values() if gradient.is_sparse else gradient
            sample.put(about, "grad_norm", _norm(gradient))
            sample.put(about, "grad_mean", gradient.mean(dtype=torch.float32))
            sample.put(about, "nonfinite_grads", gradient.numel() - torch.isfinite(gradient).sum())

    @torch.no_grad()
    def end(self, sample: Sample) -> None:
        """How far the step moved the weights."""
        for about, parameter in _named(self.layers):
            before = self.before.get(id(parameter))
            now = _some(parameter) if before is not None else None
            if before is None or now is None or now.shape != before.shape or now.device != before.device:
                continue
            moved = _norm(now - before)
            sample.put(about, "update_norm", moved * math.sqrt(parameter.numel() / max(1, len(now))))
        self.before = {}


@torch.no_grad()
def left_over(parameters: Iterable[nn.Parameter]) -> Tensor | None:
    """The norm of the gradients that stand there before a backward pass; None where there are none."""
    gradients = [p.grad for p in parameters if p.grad is not None and not p.grad.is_sparse]
    if not gradients:
        return None
    norm: Tensor = torch.stack([_norm(g) for g in gradients]).norm()
    return norm


def of_layers(
    layers: Sequence[Layer], found: Mapping[Key, float], optimized: AbstractSet[int]
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """The statistics of each layer and of the whole model, from those of the parameters; `optimized` are the ids of the
    parameters that the optimizers hold (none if they are not known).

    Norms are over all parameters together (root of the sum of squares), a mean is over all their numbers. The gradient
    of the whole is that of the optimizers' parameters, if the model has any of them: nobody zeroes that of the others.
    """
    named = [(about, p.numel(), id(p) in optimized) for about, p in _named(layers)]
    held = any(own for _, _, own in named)
    whole = _whole([(about, size) for about, size, _ in named], found)
    is_seen = "grad_norm" in whole
    gradients = _whole([(about, size) for about, size, own in named if own or not held], found)
    whole = {name: whole[name] for name in ("weight_norm", "update_ratio") if name in whole}
    whole |= {name: gradients[name] for name in ("grad_norm", "nonfinite_grads") if name in gradients}
    by_layer: dict[str, dict[str, float]] = {}
    for layer in layers:
        values = _whole([(f"{layer.name}\t{n}", p.numel()) for n, p in enumerate(layer.parameters)], found)
        trained = [p for p in layer.parameters if p.requires_grad]
        if trained and is_seen:
            values = {"grad_norm": 0.0, **values, "has_gradient": float("grad_norm" in values)}
        if trained and optimized:
            values["in_optimizer"] = sum(id(p) in optimized for p in trained) / len(trained)
        by_layer[layer.name] = values
    deep = [
        by_layer[layer.name]["grad_norm"]
        for layer in layers
        if by_layer[layer.name].get("has_gradient")
        and any(p.ndim > 1 and (id(p) in optimized or not held) for p in layer.parameters)
    ]
    if deep:
        whole |= {"grad_norm_first": deep[0], "grad_norm_last": deep[-1]}
    if "nonfinite_grads" in whole:
        whole["nonfinite_grad_steps"] = float(whole.pop("nonfinite_grads") > 0)
    return by_layer, whole


def _whole(parameters: Sequence[tuple[str, int]], found: Mapping[Key, float]) -> dict[str, float]:
    def of(name: str) -> list[tuple[float, int]]:
        return [(found[about, name], size) for about, size in parameters if (about, name) in found]

    values: dict[str, float] = {}
    for name in ("grad_norm", "weight_norm"):
        if of(name):
            values[name] = math.hypot(*(value for value, _ in of(name)))
    if of("grad_mean"):
        values["grad_mean"] = sum(v * n for v, n in of("grad_mean")) / sum(n for _, n in of("grad_mean"))
        values["nonfinite_grads"] = sum(v for v, _ in of("nonfinite_grads"))
    moved = [about for about, _ in parameters if (about, "update_norm") in found]
    size = math.hypot(*(found[about, "weight_norm"] for about in moved)) if moved else 0.0
    if size > 0:
        values["update_ratio"] = math.hypot(*(found[about, "update_norm"] for about in moved)) / size
    return values


def _named(layers: Iterable[Layer]) -> Iterable[tuple[str, nn.Parameter]]:
    for layer in layers:
        for n, parameter in enumerate(layer.parameters):
            yield f"{layer.name}\t{n}", parameter


def _trainable(layers: Iterable[Layer]) -> list[nn.Parameter]:
    return [p for layer in layers for p in layer.parameters if p.requires_grad]


def _norm(numbers: Tensor) -> Tensor:
    """The root of the sum of squares, in single precision at least."""
    norm: Tensor = torch.linalg.vector_norm(numbers, dtype=torch.promote_types(numbers.dtype, torch.float32))
    return norm


def _some(parameter: Tensor) -> Tensor:
    """Evenly spread numbers of a parameter; an odd stride does not stay in one column of a matrix."""
    return parameter.detach().reshape(-1)[:: max(1, parameter.numel() // _PROBED) | 1]
