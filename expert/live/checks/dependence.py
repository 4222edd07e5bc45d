"""What depends on what: outputs on their own input and on nothing else, targets on their own output."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from expert.live.checks import Facts
from expert.live.probe import Probe, batch_axis, by_sample, mapped, reseeded
from expert.live.trace import flows, main_tensor


def input_to_output(probe: Probe) -> Facts:
    """How far the outputs move when the samples change places."""
    samples = probe.samples
    if not samples or samples < 2 or _alike(probe, samples):
        return {}
    base, moved = _output(probe, probe.inputs), _output(probe, _rolled(probe.inputs, samples))
    if base.shape != moved.shape or not _usable(base, moved):
        return {}
    return {"input_effect": float((moved - base).abs().max() / (base.abs().max() + 1e-30))}


def each_input(probe: Probe) -> Facts:
    """An input of fractions, among several, that makes no difference."""
    samples = probe.samples
    if not samples or samples < 2 or not isinstance(probe.inputs, tuple | list | dict) or len(probe.inputs) < 2:
        return {}
    base = _everything(probe, probe.inputs)
    items = probe.inputs.items() if isinstance(probe.inputs, dict) else enumerate(probe.inputs, 1)
    for name, value in items:
        if not isinstance(value, Tensor) or not value.is_floating_point() or batch_axis(value, samples) is None:
            continue
        rolled = _rolled(value, samples)
        if torch.equal(rolled, value):
            continue
        moved = _everything(probe, _with(probe.inputs, name, rolled))
        if _usable(*base, *moved) and all(map(torch.equal, base, moved)):
            return {"unused_input": str(name)}
    return {}


def sample_to_sample(probe: Probe) -> Facts:
    """How far the outputs of others move when one sample changes, in evaluation mode.

    Normalization over the batch is meant to mix samples and is left out.
    """
    samples = probe.samples
    mixes = [m for m in probe.model.modules() if _mixes(m)]
    if not samples or samples < 3 or mixes or _alike(probe, samples):
        return {}
    base = by_sample(_output(probe, probe.inputs), samples)
    if base is None:
        return {}
    leaks = []
    for changed in (0, samples - 1):
        given = _replaced(probe.inputs, samples, changed, (changed + 1) % samples)
        other = by_sample(_output(probe, given), samples)
        if other is None or other.shape != base.shape or not _usable(base, other):
            return {}
        moved = (other - base).abs().amax(1)
        rest = torch.cat([moved[:changed], moved[changed + 1 :]]).max()
        noise = 1e-5 * float(base.abs().max())
        leaks.append(float(rest / moved[changed].clamp_min(1e-30)) if float(rest) > noise else 0.0)
    return {"batch_leak": min(max(leaks), 1e6)}


def future_to_present(probe: Probe) -> Facts:
    """Whether outputs see what follows them, and whether the targets are the next tokens or the tokens themselves."""
    tokens = next(iter(flows(probe.inputs)), None)
    target = next(iter(flows(probe.targets)), None)
    if tokens is None or tokens.is_floating_point() or tokens.ndim != 2 or tokens.shape[1] < 3:
        return {}
    length = tokens.shape[1]
    changed = tokens.clone()
    changed[:, -1] = tokens.roll(1, 0)[:, 0]
    changed[:, -1] = torch.where(changed[:, -1] == tokens[:, -1], tokens[:, 0], changed[:, -1])
    if torch.equal(changed, tokens):
        return {}
    given = _first_replaced(probe.inputs, changed)
    base, moved = _output(probe, probe.inputs), _output(probe, given)
    positions = [_by_position(t, tokens.shape[0], length) for t in (base, moved)]
    if positions[0] is None or positions[1] is None or not _usable(base, moved):
        return {}
    effect = (positions[0] - positions[1]).abs().amax((0, 2))
    if not float(effect.max()):
        return {}
    causal = float(effect[:-1].max()) <= 1e-5 * float(base.abs().max())
    facts: dict[str, bool | None] = {"causal": causal}
    if target is not None and not target.is_floating_point() and target.numel() == tokens.numel():
        aligned = target.reshape(tokens.shape)
        facts["targets_are_inputs"] = _same(aligned, tokens)
        if _same(aligned[:, :-1], tokens[:, 1:]) and not facts["targets_are_inputs"]:
            facts["reads_the_future"] = not causal
    return facts


def target_to_output(probe: Probe) -> Facts:
    """The share of a target's pull on the outputs that falls on the output of its own sample."""
    samples, found = probe.samples, flows(probe.targets)
    if not samples or samples < 8 or not found or found[0].shape[:1] != (samples,):
        return {}
    if any(given is found[0] for given in flows(probe.inputs)):
        return {}
    target, chosen = found[0], samples // 2
    other = _other_target(target, chosen)
    if other is None:
        return {}
    changed = target.clone()
    changed[chosen] = other
    pulls = [_pull(probe, mapped(probe.targets, lambda t: t)), _pull(probe, _first_replaced(probe.targets, changed))]
    if pulls[0] is None or pulls[1] is None:
        return {}
    moved = by_sample(pulls[1] - pulls[0], samples)
    if moved is None or not bool(torch.isfinite(moved).all()):
        return {}
    by_each = moved.abs().sum(1)
    whole = float(by_each.sum())
    return {"target_meets_own_output": float(by_each[chosen]) / whole if whole > 0 else None}


def _pull(probe: Probe, targets: Any) -> Tensor | None:
    """The gradient of the loss with respect to the outputs."""
    outputs = mapped(probe.look.outputs, lambda t: t.detach().clone())
    if type(outputs) is not type(probe.look.outputs) and not isinstance(outputs, Tensor):
        return None
    prediction = main_tensor(outputs) if outputs is not probe.look.outputs else None
    if prediction is None or not prediction.is_floating_point():
        return None
    prediction.requires_grad_(True)
    loss = probe.loss(outputs, targets)
    if loss.grad_fn is None:
        return None
    (gradient,) = torch.autograd.grad(loss, prediction, allow_unused=True)
    return gradient


def _other_target(target: Tensor, chosen: int) -> Tensor | None:
    """Another target for the chosen sample: that of a sample unlike it."""
    rows = target.reshape(target.shape[0], -1)
    unlike = (rows != rows[chosen]).any(1).nonzero()
    return target[int(unlike[0])].clone() if len(unlike) else None


def _output(probe: Probe, inputs: Any) -> Tensor:
    """The prediction in evaluation mode, always with the same random numbers."""
    reseeded()
    return main_tensor(probe.outputs(probe.fresh().eval(), inputs)).detach().float()


def _everything(probe: Probe, inputs: Any) -> list[Tensor]:
    """All that the model gives in evaluation mode, always with the same random numbers."""
    reseeded()
    return [tensor.detach() for tensor in flows(probe.outputs(probe.fresh().eval(), inputs))]


def _rolled(inputs: Any, samples: int) -> Any:
    """Every sample in the place of its neighbor."""

    def roll(tensor: Tensor) -> Tensor:
        axis = batch_axis(tensor, samples)
        return tensor if axis is None else tensor.roll(1, axis)

    return mapped(inputs, roll)


def _replaced(inputs: Any, samples: int, changed: int, source: int) -> Any:
    """One sample in the place of another too."""

    def replace(tensor: Tensor) -> Tensor:
        axis = batch_axis(tensor, samples)
        if axis is None:
            return tensor
        order = torch.arange(samples, device=tensor.device)
        order[changed] = source
        return tensor.index_select(axis, order)

    return mapped(inputs, replace)


def _with(inputs: Any, name: object, value: Tensor) -> Any:
    if isinstance(inputs, dict):
        return {**inputs, name: value}
    return tuple(value if n == name else given for n, given in enumerate(inputs, 1))


def _first_replaced(inputs: Any, first: Tensor) -> Any:
    """The inputs with another first tensor."""
    left = [first]
    return mapped(inputs, lambda tensor: left.pop() if left else tensor)


def _by_position(tensor: Tensor, samples: int, length: int) -> Tensor | None:
    """The output as (samples, positions, rest)."""
    if tensor.ndim == 3 and tensor.shape[:2] == (samples, length):
        return tensor
    if tensor.ndim == 3 and (tensor.shape[0], tensor.shape[2]) == (samples, length):
        return tensor.transpose(1, 2)
    return tensor.reshape(samples, length, -1) if tensor.ndim == 2 and tensor.shape[0] == samples * length else None


def _same(one: Tensor, other: Tensor) -> bool:
    counted = one >= 0
    return bool(counted.any()) and float((one == other)[counted].float().mean()) > 0.95


def _alike(probe: Probe, samples: int) -> bool:
    """Whether all samples are the same, so that nothing can be told from changing them."""
    return all(
        torch.equal(r, t) for t, r in zip(flows(probe.inputs), flows(_rolled(probe.inputs, samples)), strict=True)
    )


def _mixes(module: torch.nn.Module) -> bool:
    normalizes = isinstance(module, torch.nn.modules.batchnorm._BatchNorm)
    return normalizes and getattr(module, "running_mean", None) is None


def _usable(*tensors: Tensor) -> bool:
    return all(bool(torch.isfinite(t).all()) for t in tensors)
