"""What reaches the loss: logits or probabilities, over the right axis, and targets that it and the output can take."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from expert.live.checks import Facts
from expert.live.probe import Probe
from expert.live.trace import Call, flows, head

_CLASSES = ("cross_entropy", "nll_loss")
_BINARY = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
_DISTANCES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_RANGES = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, math.inf)}


def loss_at_start(probe: Probe) -> Facts:
    """The loss of the untrained model, beside that of a guess and that of the mean of the targets."""
    loss, call = probe.calls.loss, probe.calls.main
    if not math.isfinite(loss):
        return {"loss_not_finite": True}
    facts: dict[str, float | bool | None] = {
        "loss_not_finite": False,
        "initial_loss": loss,
        "loss_can_reach_zero": _reaches_zero(call, loss),
    }
    if call is not None and len(probe.calls.calls) == 1:
        classes = _classes(call)
        if call.name == "cross_entropy" and classes and classes > 1 and call.options.get("reduction", "mean") == "mean":
            facts["initial_loss_over_chance"] = loss / math.log(classes)
        if call.name == "mse_loss" and call.options.get("reduction", "mean") == "mean":
            spread = float(call.target.float().var(correction=0)) if call.target.numel() > 1 else 0.0
            facts["initial_loss_over_constant"] = loss / spread if spread > 1e-12 else None
    return facts


def what_reaches_the_loss(probe: Probe) -> Facts:
    """What the loss is given to compare: told by the last operation before it, and by the values."""
    call = probe.calls.main
    if call is None:
        kind = head(probe.look.prediction.grad_fn)[0]
        return {"loss_input": kind if kind in ("sigmoid", "tanh", "relu") else None}
    values = call.prediction.detach()
    classes = _classes(call)
    kind, axis = head(call.prediction.grad_fn)
    word, over = _form(kind, values, call)
    wrong = None
    if kind in ("softmax", "log softmax") and axis is not None:
        wrong = _axis(probe, call, axis)
    elif over is not None:
        wrong = over
    zeros = float((values == 0).float().mean()) if values.is_floating_point() and not bool((values < 0).any()) else 0.0
    return {
        "loss_input": word,
        "softmax_axis": wrong,
        "loss_classes": float(classes) if classes is not None and call.name in _CLASSES else None,
        "relu_zeros": zeros,
    }


def targets(probe: Probe) -> Facts:
    """Form and range of the targets: class numbers, quantities, and those that output or loss cannot take."""
    call = probe.calls.main
    found = flows(probe.targets)
    target = call.target if call is not None else found[0] if found else None
    if target is None or not target.numel():
        return {}
    values = target.detach().float()
    samples = probe.samples or 0
    alone = target.shape[:1] == (samples,) and samples >= 8 and bool((values == values[:1]).all())
    facts: dict[str, float | bool | None] = {"target_alone": alone, "class_targets": _class_targets(target, call)}
    if not bool(torch.isfinite(values).all()):
        return facts
    facts["target_deviation"] = float(values.std(correction=0)) if _measured(target) else None
    facts["target_center"] = abs(float(values.mean())) if _measured(target) else None
    facts["target_beyond_output"] = _beyond(values, call)
    return facts


def _reaches_zero(call: Call | None, loss: float) -> bool:
    """Whether the loss is a known one, with no soft targets and no other terms, so that a perfect model has none."""
    if call is None or call.value.numel() != 1 or abs(float(call.value) - loss) > 1e-4 * abs(loss):
        return False
    if call.options.get("label_smoothing", 0.0):
        return False
    if call.name in _CLASSES:
        return not call.target.is_floating_point() or _hard(call.target)
    return call.name in _DISTANCES or (call.name in _BINARY and _hard(call.target))


def _hard(target: Tensor) -> bool:
    return bool(((target == 0) | (target == 1)).all())


def _form(kind: str, values: Tensor, call: Call) -> tuple[str | None, str | None]:
    """What the values are, and the axis that they sum to one over where no operation tells."""
    if kind == "softmax":
        return "probabilities", None
    if kind == "log softmax":
        return "log-probabilities", None
    if kind in ("sigmoid", "tanh", "relu"):
        return kind, None
    if not values.is_floating_point() or values.ndim < 2 or not bool(torch.isfinite(values).all()):
        return "logits", None
    axis = 1 if call.name in _CLASSES else -1
    if values.shape[axis] > 1 and bool((values >= 0).all()) and _ones(values.sum(axis)):
        return "probabilities", "classes"
    if values.shape[axis] > 1 and bool((values <= 0).all()) and _ones(values.exp().sum(axis)):
        return "log-probabilities", "classes"
    if bool((values >= 0).all()) and values.shape[0] > 1 and _ones(values.sum(0)):
        return "probabilities", "batch"
    return "logits", None


def _axis(probe: Probe, call: Call, axis: int) -> str | None:
    """What a softmax over this axis of the prediction runs over; None where shapes were changed after it."""
    values = call.prediction.detach()
    summed = values.exp() if bool((values <= 0).all()) else values
    wanted = (1 if call.name in _CLASSES else values.ndim - 1) if values.ndim > 1 else 0
    if values.shape[wanted] > 1 and _ones(summed.sum(wanted)):
        return "classes"
    if values.ndim > 1 and values.shape[0] > 1 and _ones(summed.sum(0)):
        return "batch"
    return "other" if values.ndim > 1 and values.shape[wanted] > 1 else None


def _ones(sums: Tensor) -> bool:
    return bool(((sums - 1).abs() < 1e-3).all())


def _classes(call: Call) -> int | None:
    if call.name not in _CLASSES or not call.prediction.ndim:
        return None
    return int(call.prediction.shape[1 if call.prediction.ndim > 1 else 0])


def _class_targets(target: Tensor, call: Call | None) -> bool | None:
    """Whole numbers from 0 with gaps nowhere, few of them and often repeated, or one-hot rows."""
    if target.is_complex() or target.dtype == torch.bool:
        return None
    values = target.detach().double()
    if not bool(torch.isfinite(values).all()) or not bool((values == values.round()).all()):
        return False
    distinct = torch.unique(values)
    if target.ndim == 2 and target.shape[1] > 2 and len(distinct) == 2 and bool((values.sum(1) == 1).all()):
        return True
    whole = distinct[0] >= 0 and distinct[-1] < 1000 and 2 <= len(distinct) <= max(2, target.numel() // 3)
    return bool(whole) and (not target.is_floating_point() or len(distinct) <= 20)


def _measured(target: Tensor) -> bool:
    """Whether targets are quantities rather than class numbers."""
    return target.is_floating_point() and target.numel() > 1


def _beyond(values: Tensor, call: Call | None) -> float | None:
    """The share of the targets beyond what the last operation can give or the loss can take."""
    if call is None:
        return None
    low, high = -math.inf, math.inf
    if call.name in _BINARY:
        low, high = 0.0, 1.0
    elif call.name in _DISTANCES:
        low, high = _RANGES.get(head(call.prediction.grad_fn)[0], (low, high))
    return float(((values < low - 1e-3) | (values > high + 1e-3)).float().mean())
