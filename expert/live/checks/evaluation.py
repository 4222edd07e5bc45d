"""What evaluation mode makes of a batch that was just learned."""

from __future__ import annotations

import torch

from expert.live.checks import Facts
from expert.live.probe import Probe, reseeded


def loss_in_both_modes(probe: Probe) -> Facts:
    """The loss of the learned batch in evaluation mode over that in training mode; of the first loss at the least 2 %.

    Statistics of batch normalization follow the batch within some dozen steps if they follow at all.
    """
    attempt = probe.memorizing
    if attempt.fall is None or attempt.fall < 0.5 or len(attempt.losses) < 30:
        return {}
    model, losses = attempt.model, []
    for mode in (True, False):
        model.train(mode)
        reseeded()
        losses.append(float(probe.loss(probe.outputs(model)).detach()))
    model.train()
    floor = 0.02 * abs(float(attempt.losses[0]))
    ratio = abs(losses[1]) / max(abs(losses[0]), floor, 1e-12)
    return {"eval_loss_ratio": ratio if bool(torch.isfinite(torch.tensor(ratio))) else None}
