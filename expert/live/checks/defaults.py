"""What is in use beside the defaults to start from: Adam at 3e-4, ReLU or tanh, and no regularization at first."""

from __future__ import annotations

from torch import nn

from expert.live.checks import Facts
from expert.live.probe import Probe, Recipe
from expert.live.trace import NORMALIZING


def regularization(probe: Probe) -> Facts:
    """How many kinds of regularization and normalization are in use from the start."""
    modules = list(probe.model.modules())
    kinds = (any(map(drops, modules)), decays(probe.recipe), any(isinstance(m, NORMALIZING) for m in modules))
    return {"regularizers": float(sum(kinds))}


def drops(module: nn.Module) -> bool:
    """Whether a layer drops units."""
    if isinstance(module, nn.modules.dropout._DropoutNd):
        return module.p > 0
    return isinstance(module, nn.RNNBase | nn.MultiheadAttention) and float(module.dropout) > 0


def decays(recipe: Recipe) -> bool:
    """Whether the optimizer decays weights."""
    return any(float(options.get("weight_decay", 0) or 0) > 0 for options, _ in recipe.groups)
