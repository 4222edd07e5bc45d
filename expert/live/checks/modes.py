"""Training and evaluation mode: who came in which, and what the mode changes."""

from __future__ import annotations

import torch
from torch import nn

from expert.live.checks import Facts
from expert.live.probe import Probe
from expert.live.trace import main_tensor

_SENSITIVE = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd, nn.AlphaDropout)


def mode_at_the_door(probe: Probe) -> Facts:
    """Whether a model with layers that care came in evaluation mode, and whether modes change on the way."""
    layers = [module for module in probe.model.modules() if isinstance(module, _SENSITIVE)]
    pretrained = any(kind.__module__.startswith("transformers.") for kind in type(probe.model).__mro__)
    return {
        "mode_layers": float(len(layers)),
        "arrived_in_eval_mode": bool(layers) and not probe.arrived_training and not pretrained,
        "mode_flips": _flips(probe),
    }


def evaluation_is_quiet(probe: Probe) -> Facts:
    """Whether dropout is at work in evaluation mode, and how far two passes differ there."""
    model = probe.fresh().eval()
    one, two = (main_tensor(probe.outputs(model)).detach().float() for _ in range(2))
    if one.shape != two.shape or not bool(torch.isfinite(one).all() and torch.isfinite(two).all()):
        return {"dropout_in_eval_mode": probe.look.seen.dropout_at_work}
    return {
        "dropout_in_eval_mode": probe.look.seen.dropout_at_work,
        "eval_randomness": float((one - two).abs().max() / (one.abs().max() + 1e-30)),
    }


def _flips(probe: Probe) -> bool:
    """Whether a pass in training mode, or one in evaluation mode, leaves a layer in another mode."""
    model = probe.fresh()
    before = {module: module.training for module in model.modules()}
    probe.outputs(model)
    return probe.look.seen.mode_flips or any(module.training != mode for module, mode in before.items())
