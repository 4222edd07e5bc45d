"""Memorize one batch; where that fails, the experiments that tell the causes apart."""

from __future__ import annotations

import torch
from torch import nn

from expert.live.checks import Facts
from expert.live.checks.defaults import decays, drops
from expert.live.checks.rate_range import range_test
from expert.live.probe import Probe
from expert.live.training import Attempt


def memorize_one_batch(probe: Probe) -> Facts:
    """How the loss on one batch went, and how much of it is gone; which weights stood still meanwhile."""
    attempt = probe.memorizing
    return {
        "batch_course": attempt.course,
        "batch_fall": attempt.fall,
        "cut_short": attempt.course in ("falls", None),
        "unmoved_share": _unmoved(probe, attempt),
    }


def other_rates(probe: Probe) -> Facts:
    """The same at a tenth and at ten times the rate, where the batch was not memorized."""
    attempt = probe.memorizing
    if not _failed(attempt):
        return {}
    tenth, tenfold = (probe.attempt(probe.recipe.rate * factor, 0.1) for factor in (0.1, 10))
    return {
        "batch_course_at_a_tenth": tenth.course,
        "gain_at_a_tenth": _gain(attempt, tenth),
        "batch_course_at_tenfold": tenfold.course,
        "gain_at_tenfold": _gain(attempt, tenfold),
    }


def suggested_rate(probe: Probe) -> Facts:
    """The same at the rate that the range test suggests, where the batch was not memorized."""
    attempt, suggested = probe.memorizing, range_test(probe).get("suggested_rate")
    if not _failed(attempt) or not isinstance(suggested, float):
        return {}
    other = probe.attempt(suggested, 0.1)
    return {"batch_course_at_suggested_rate": other.course, "gain_at_suggested_rate": _gain(attempt, other)}


def without_regularization(probe: Probe) -> Facts:
    """The same without dropout and weight decay, where there are some."""
    attempt = probe.memorizing
    if not _failed(attempt) or not (decays(probe.recipe) or any(map(drops, probe.model.modules()))):
        return {}
    model = probe.fresh()
    for module in model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.p = 0.0
        elif isinstance(module, nn.RNNBase | nn.MultiheadAttention):
            module.dropout = 0.0
    free = probe.attempt(probe.recipe.rate, 0.1, model, weight_decay=0.0)
    return {"batch_course_unregularized": free.course, "gain_unregularized": _gain(attempt, free)}


def _failed(attempt: Attempt) -> bool:
    """Whether the batch is far from being memorized, so that experiments are worth their time."""
    return attempt.course not in (None, "memorized") and (attempt.fall is None or attempt.fall < 0.5)


def _gain(attempt: Attempt, other: Attempt) -> float | None:
    """The share of the first loss that the other took off beyond what the first did; a rise counts as nothing."""
    if other.course is None:
        return None
    return max(other.fall or 0.0, 0.0) - max(attempt.fall or 0.0, 0.0)


def _unmoved(probe: Probe, attempt: Attempt) -> float | None:
    """The share of the optimizer's weights, among those that want a gradient, that are what they were."""
    if len(attempt.losses) < 5:
        return None
    before = dict(probe.model.named_parameters())
    held = {n: p for n, p in attempt.model.named_parameters() if n in probe.recipe.held and p.requires_grad}
    still = sum(p.numel() for n, p in held.items() if torch.equal(p.detach(), before[n].detach()))
    return still / max(1, sum(p.numel() for p in held.values())) if held else None
