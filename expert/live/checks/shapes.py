"""Do the shapes fit: through the model, and between prediction and target in the loss?"""

from __future__ import annotations

from expert.live.checks import Facts
from expert.live.probe import Probe
from expert.live.trace import flows


def silent_broadcasting(probe: Probe) -> Facts:
    """Whether the loss stretches prediction and target of different shapes over each other, as (N, 1) over (N,)."""
    targets = flows(probe.targets)
    stretched = probe.calls.stretched
    return {
        "loss_broadcasts": bool(stretched),
        "output_shape": str(stretched[0][0] if stretched else tuple(probe.look.prediction.shape)),
        "target_shape": str(stretched[0][1] if stretched else tuple(targets[0].shape)) if targets else None,
    }
