"""What the settings of a run are, as far as its model and its optimizer tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn
from torch.optim import Optimizer

from expert.live.layers import layers, unwrapped, with_mode
from expert.live.watch import Watch

_DEEP = nn.Linear | nn.modules.conv._ConvNd | nn.RNNBase
_LOSSES = {
    "NllLossBackward0": "cross_entropy",
    "NllLoss2DBackward0": "cross_entropy",
    "MseLossBackward0": "mse",
    "BinaryCrossEntropyWithLogitsBackward0": "bce_with_logits",
    "BinaryCrossEntropyBackward0": "binary_cross_entropy",
    "HuberLossBackward0": "huber",
    "SmoothL1LossBackward0": "smooth_l1",
    "KlDivBackward0": "kl_div",
}
_TASKS = {
    "cross_entropy": "classification",
    "bce_with_logits": "binary classification",
    "binary_cross_entropy": "binary classification",
}


def of_program(model: nn.Module, optimizers: Sequence[Optimizer]) -> dict[str, object]:
    """What model and optimizer say before the first step."""
    inner = unwrapped(model)
    parameters = [p for layer in layers(inner) for p in layer.parameters]
    modes = with_mode(inner)
    deep = [m for m in inner.modules() if isinstance(m, _DEEP)]
    dropout = [m.p for m in modes if isinstance(m, nn.modules.dropout._DropoutNd)]
    found: dict[str, object] = {
        "architecture": type(inner).__name__,
        "n_params": sum(p.numel() for p in parameters),
        "trainable_params": sum(p.numel() for p in parameters if p.requires_grad),
        "depth": len(deep),
        "dropout": max(dropout, default=0.0),
        "batch_norm": any(isinstance(m, nn.modules.batchnorm._NormBase) for m in inner.modules()),
    }
    dense = [m.out_features for m in deep if isinstance(m, nn.Linear)]
    if 1 < len(dense) == len(deep):
        found["hidden_sizes"] = dense[:-1]
    if optimizers:
        group = optimizers[0].param_groups[main_group(optimizers[0])]
        found["optimizer"] = type(optimizers[0]).__name__.lower()
        for name in ("lr", "momentum", "weight_decay"):
            if isinstance(group.get(name), int | float):
                found[name] = group[name]
    return found


def of_first_pass(watch: Watch, loss: Tensor | None, values: Mapping[str, float]) -> dict[str, object]:
    """What the first step tells: batch, inputs, outputs, activations and loss."""
    found: dict[str, object] = {}
    if "batch" in values:
        found["batch_size"] = int(values["batch"])
    for name in ("mean", "std", "min", "max"):
        if f"input_{name}" in values:
            found[f"input_{name}"] = values[f"input_{name}"]
    if watch.precision:
        found["precision"] = watch.precision
    kind = _loss(loss)
    if kind:
        found["loss"] = kind
    if kind in _TASKS and watch.output is not None and watch.output.ndim == 2:
        found["task"] = _TASKS[kind]
        if kind == "cross_entropy":
            found["num_classes"] = watch.output.shape[1]
    if watch.output is not None and watch.output.ndim == 2:
        found["output_units"] = watch.output.shape[1]
    if watch.output is not None:
        found["output_activation"] = watch.ends_in or "none"
    hidden = [kind for name, kind in watch.activations.items() if name != watch.last_name or not watch.ends_in]
    if hidden:
        found["hidden_activations"] = ", ".join(hidden[:64])
    return found


def main_group(optimizer: Optimizer) -> int:
    """The group of parameters whose rate is the rate: the one that holds most of the numbers."""
    sizes = [sum(p.numel() for p in group["params"]) for group in optimizer.param_groups]
    return sizes.index(max(sizes))


def _loss(loss: Tensor | None) -> str:
    """The loss by the node of autograd that made it, where that is one of torch's own and averages."""
    node = None if loss is None else loss.grad_fn
    if node is None:
        return ""
    kind = _LOSSES.get(node.name(), "")
    mean = getattr(node, "_saved_reduction", 1) == 1
    return kind if kind and mean else ""
