"""What can be seen of a model and its loss while they run: the layers, the activations, the calls and their shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

WEIGHTED = (
    nn.Linear,
    nn.Bilinear,
    nn.modules.conv._ConvNd,
    nn.RNNBase,
    nn.RNNCellBase,
    nn.MultiheadAttention,
)
"""Layers whose weights multiply what they read."""
PLAIN = (nn.Linear, nn.modules.conv._ConvNd)
"""Layers that are linear, with one weight and one output."""
NORMALIZING = (
    nn.modules.batchnorm._NormBase,
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
    nn.LocalResponseNorm,
)
_PASSIVE: tuple[str, ...] = (
    "View",
    "Unsafe",
    "Reshape",
    "Transpose",
    "Permute",
    "Squeeze",
    "Unsqueeze",
    "TBackward",
    "Clone",
    "Alias",
)
_PASSIVE += (
    "Expand",
    "Select",
    "Slice",
    "ToCopy",
    "Flatten",
    "NativeDropout",
    "NativeBatchNorm",
    "AsStrided",
    "Unbind",
)
_ACTIVATIONS = {
    "relu": "relu",
    "relu_": "relu",
    "leaky_relu": "leaky relu",
    "elu": "elu",
    "selu": "selu",
    "celu": "elu",
    "gelu": "gelu",
    "silu": "silu",
    "mish": "mish",
    "softplus": "softplus",
    "prelu": "prelu",
    "relu6": "relu",
    "hardtanh": "tanh",
    "hardswish": "silu",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "softmax": "softmax",
    "log_softmax": "log softmax",
    "max_pool1d": "maximum",
    "max_pool2d": "maximum",
    "sin": "sine",
    "exp": "exponential",
    "glu": "gate",
    "scaled_dot_product_attention": "attention",
    "multi_head_attention_forward": "attention",
    "layer_norm": "normalization",
    "group_norm": "normalization",
    "rms_norm": "normalization",
    "lstm": "recurrence",
    "gru": "recurrence",
    "rnn_tanh": "recurrence",
    "rnn_relu": "recurrence",
}
_LOSSES = (
    "cross_entropy",
    "nll_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "mse_loss",
    "l1_loss",
    "smooth_l1_loss",
    "huber_loss",
    "kl_div",
    "hinge_embedding_loss",
    "soft_margin_loss",
    "multilabel_soft_margin_loss",
    "multi_margin_loss",
    "poisson_nll_loss",
    "gaussian_nll_loss",
)
_ELEMENTWISE = ("sub", "add", "mul", "rsub", "div", "true_divide", "eq", "subtract", "multiply", *_LOSSES[3:8])


@dataclass(frozen=True)
class Layer:
    """One run of one layer with weights: what it read and gave, and the layer whose output reached it unbent."""

    name: str
    module: nn.Module
    inputs: Tensor
    outputs: Tensor
    after: str = ""


@dataclass(frozen=True)
class Activation:
    """One activation as it ran, with what it gave."""

    kind: str
    outputs: Tensor


@dataclass
class Layers:
    """What was seen while the model ran, in the order in which it ran."""

    layers: list[Layer] = field(default_factory=list)
    activations: list[Activation] = field(default_factory=list)
    outputs: list[tuple[str, nn.Module, Tensor]] = field(default_factory=list)
    ran: set[str] = field(default_factory=set)
    dropout_at_work: bool = False
    mode_flips: bool = False
    non_finite: str = ""


@dataclass(frozen=True, eq=False)
class Look:
    """One observed pass: its layers, all that the model gave, and the tensor of it that is the prediction."""

    seen: Layers
    outputs: Any
    prediction: Tensor


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a loss function of torch: its name, what it compared, with which options, and the result."""

    name: str
    prediction: Tensor
    target: Tensor
    options: Mapping[str, Any]
    value: Tensor


@dataclass(eq=False)
class Calls:
    """What the loss did: the loss functions of torch that it called, and where it stretched shapes over each other."""

    calls: list[Call] = field(default_factory=list)
    stretched: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    loss: float = float("nan")

    @property
    def main(self) -> Call | None:
        """The call that compares the most numbers."""
        return max(self.calls, key=lambda call: call.prediction.numel(), default=None)


def flows(value: Any) -> list[Tensor]:
    """The tensors in tuples, lists, mappings and outputs of models, in their order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, Mapping):
        return [tensor for inner in value.values() for tensor in flows(inner)]
    if isinstance(value, tuple | list):
        return [tensor for inner in value for tensor in flows(inner)]
    return []


def main_tensor(outputs: Any) -> Tensor:
    """The prediction among what a model gives: `logits` if there are some, else the first tensor of fractions.

    Raises TypeError if there is no tensor.
    """
    logits = outputs.get("logits") if isinstance(outputs, Mapping) else getattr(outputs, "logits", None)
    if isinstance(logits, Tensor):
        return logits
    found = flows(outputs)
    if not found:
        raise TypeError(f"the model gives no tensor but {type(outputs).__name__}")
    return next((tensor for tensor in found if tensor.is_floating_point()), found[0])


@contextmanager
def watch_layers(model: nn.Module, seen: Layers) -> Iterator[None]:
    """Note every layer and activation that runs; no hook stays behind."""
    kept: list[tuple[Any, str]] = []  # nodes live as long as they are held, and only then can be told apart
    modes = {module: module.training for module in model.modules()}
    hooks = []

    def watched(name: str, module: nn.Module) -> Callable[..., None]:
        def after(_: nn.Module, given: tuple[Any, ...], named: Mapping[str, Any], result: Any) -> None:
            seen.ran.add(name)
            gave = flows(result)
            read = flows(given) or flows(named)
            if not gave:
                return
            if not seen.non_finite and not _finite(gave) and _finite(read):
                seen.non_finite = f"{name} ({type(module).__name__})"
            if not any(True for _ in module.children()):
                seen.outputs.append((name, module, gave[0].detach()))
            if isinstance(module, WEIGHTED) and read:
                source = _source(read[0].grad_fn, kept) if isinstance(module, PLAIN) else ""
                seen.layers.append(Layer(name, module, read[0].detach(), gave[0].detach(), source))
                if isinstance(module, PLAIN) and gave[0].grad_fn is not None:
                    kept.append((gave[0].grad_fn, name))

        return after

    for name, module in model.named_modules():
        if not isinstance(module, torch.jit.ScriptModule):
            hooks.append(module.register_forward_hook(watched(name, module), with_kwargs=True))
    try:
        with _Activations(seen):
            yield
    finally:
        seen.mode_flips = any(module.training != mode for module, mode in modes.items())
        for hook in hooks:
            hook.remove()


@contextmanager
def watch_loss(calls: Calls) -> Iterator[None]:
    """Note the loss functions that are called, and the operations that stretch targets over predictions."""
    with _LossCalls(calls):
        yield


def head(node: Any) -> tuple[str, int | None]:
    """The last operation before a tensor that is more than a change of shape, and the axis of a softmax."""
    node = _active(node)
    if node is None:
        return "", None
    name = type(node).__name__
    for start, kind in _HEADS.items():
        if name.startswith(start):
            axis = getattr(node, "_saved_dim", None)
            return kind, axis if axis is None or axis < 2**62 else axis - 2**64
    return "linear", None


_HEADS = {
    "LogSoftmax": "log softmax",
    "Softmax": "softmax",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Relu": "relu",
    "Softplus": "softplus",
}


def _active(node: Any) -> Any:
    for _ in range(50):
        if node is None or not type(node).__name__.startswith(_PASSIVE):
            return node
        node = node.next_functions[0][0] if node.next_functions else None
    return node


def _source(node: Any, kept: Iterable[tuple[Any, str]]) -> str:
    """The layer that an input comes from with nothing but changes of shape, dropout or batch normalization between."""
    known = {id(other): name for other, name in kept}
    for _ in range(50):
        if node is None:
            return ""
        if id(node) in known:
            return known[id(node)]
        if not type(node).__name__.startswith(_PASSIVE):
            return ""
        node = node.next_functions[0][0] if node.next_functions else None
    return ""


def _finite(tensors: Iterable[Tensor]) -> bool:
    return all(bool(torch.isfinite(t).all()) for t in tensors if t.is_floating_point())


class _Activations(TorchFunctionMode):
    """Notes activations, whether a module or a function runs them."""

    def __init__(self, seen: Layers) -> None:
        super().__init__()
        self.seen = seen

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        kind = _ACTIVATIONS.get(name)
        gave = flows(result) if kind else []
        if kind and gave:
            self.seen.activations.append(Activation(kind, gave[0].detach()))
        if name in ("dropout", "dropout2d", "dropout1d", "dropout3d", "alpha_dropout", "feature_dropout"):
            rate = kwargs.get("p", args[1] if len(args) > 1 else 0.5)
            at_work = kwargs.get("training", args[2] if len(args) > 2 else True)
            self.seen.dropout_at_work |= bool(at_work) and bool(rate)
        return result


class _LossCalls(TorchFunctionMode):
    """Notes loss functions and operations between tensors that give more numbers than either holds."""

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self.calls = calls

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "").strip("_")
        pair = [t for t in (*args, kwargs.get("input"), kwargs.get("target")) if isinstance(t, Tensor)][:2]
        if len(pair) == 2 and name in _ELEMENTWISE and _stretches(pair[0], pair[1], name in _LOSSES):
            self.calls.stretched.append((tuple(pair[0].shape), tuple(pair[1].shape)))
        result = func(*args, **kwargs)
        if len(pair) == 2 and name in _LOSSES:
            self.calls.calls.append(Call(name, pair[0], pair[1], kwargs, result.detach()))
        return result


def _stretches(one: Tensor, other: Tensor, is_loss: bool) -> bool:
    """Whether two shapes of different rank make more numbers than either holds; in a loss, whether they differ at all.

    (N, 1) with (N,) gives N × N. Axes that a person has added on both sides, as for all pairs, leave the ranks alike.
    """
    if one.shape == other.shape or not one.numel() or not other.numel() or (is_loss and other.ndim == 0):
        return False
    try:
        size = math.prod(np.broadcast_shapes(one.shape, other.shape))
    except ValueError:
        return False
    grows = size > max(one.numel(), other.numel())
    return (grows and one.ndim != other.ndim) or (is_loss and size > other.numel() > 1)
