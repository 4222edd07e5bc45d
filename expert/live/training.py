"""A few steps on one batch: how the loss went, and what to call it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from expert.run import FloatArray

MEMORIZED = 0.95
"""A batch is memorized once so much of its first loss is gone, or every class is right."""


@dataclass(frozen=True, eq=False)
class Attempt:
    """Steps on one batch: `losses`, `norms` (of the gradient) and `rates` share the shape (steps,).

    `model` is as the steps left it; `all_right` says whether every class was named right in the end, `is_lost` whether
    the loss blew up.
    """

    losses: FloatArray
    norms: FloatArray
    rates: FloatArray
    model: nn.Module
    all_right: bool = False
    is_lost: bool = False

    @property
    def fall(self) -> float | None:
        """The share of the first loss that is gone in the end; None if the loss is not finite."""
        first, end = float(self.losses[0]), _end(self.losses)
        if not np.isfinite([first, end]).all() or first == 0:
            return None
        return (first - end) / abs(first)

    @property
    def course(self) -> str | None:
        """How it went, as FSDL 2021 (lecture 7) tells the failures apart: up, explodes, oscillates, plateaus."""
        return course(self.losses, self.all_right)


def course(losses: FloatArray, all_right: bool = False) -> str | None:
    """What a loss on one and the same batch did; None where it is too short or was never finite.

    `memorized`: `MEMORIZED` of it is gone. `explodes`: not finite any more, or ten times its start. `goes up`: it ends
    above 1.3 times its start. `oscillates`: over its last half it swings by more than half of its middle value while it
    does not fall. `plateaus`: over its last half it fell by less than 2 % of what it was. Else it `falls`.
    """
    if not len(losses) or not np.isfinite(losses[0]):
        return None
    first, scale, end = float(losses[0]), abs(float(losses[0])) + 1e-12, _end(losses)
    if not np.isfinite(losses).all() or end > first + 9 * scale:
        return "explodes"
    if all_right or first - end >= MEMORIZED * scale:
        return "memorized"
    if len(losses) < 20:
        return None
    if end > first + 0.3 * scale:
        return "goes up"
    half = losses[len(losses) // 2 :]
    early, late = np.array_split(half, 2)
    turns = float(np.mean(np.diff(np.sign(np.diff(half))) != 0)) if len(half) > 3 else 0.0
    swing = float(np.quantile(half, 0.9) - np.quantile(half, 0.1)) / (abs(float(np.median(half))) + 1e-12)
    falls = float(np.median(early) - np.median(late)) / (abs(float(np.median(early))) + 1e-12)
    if swing > 0.5 and turns > 0.25 and falls < 0.2:
        return "oscillates"
    return "plateaus" if falls < 0.02 else "falls"


def learn(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_of: Callable[[nn.Module], tuple[Tensor, bool]],
    rates: Sequence[float] | int,
    seconds: float,
    hopeless: float = float("inf"),
) -> Attempt:
    """Take steps on one batch until it is memorized, lost, or the time is over.

    `loss_of` gives the loss and whether every class is right. `rates` are the learning rates of the steps (the first
    group's; others in proportion), or the number of steps at the optimizer's own. A loss that is above the lowest by
    more than `hopeless` times its size ends it.
    """
    until = time.monotonic() + seconds
    own = [float(group["lr"]) for group in optimizer.param_groups]
    schedule = [own[0]] * rates if isinstance(rates, int) else list(rates)
    losses, norms, taken = [], [], []
    right, lost, confirmed = False, False, 0
    for rate in schedule:
        for group, base in zip(optimizer.param_groups, own, strict=True):
            group["lr"] = rate * (base / own[0] if own[0] else 1.0)
        said: list[tuple[float, float, bool]] = []

        def closure(said: list[tuple[float, float, bool]] = said) -> float:
            optimizer.zero_grad()
            loss, all_right = loss_of(model)
            loss.backward()  # type: ignore[no-untyped-call] # torch leaves it without types
            said.append((float(loss.detach()), _norm(model), all_right))
            return said[-1][0]

        optimizer.step(closure)
        loss, norm, right = said[0]
        losses.append(loss)
        norms.append(norm)
        taken.append(rate)
        lowest = min(losses)
        lost = not np.isfinite(loss) or loss > lowest + hopeless * abs(lowest) + 1e-9
        confirmed = confirmed + 1 if right or losses[0] - loss >= MEMORIZED * abs(losses[0]) else 0
        if lost or confirmed >= 5 or time.monotonic() > until:
            break
    arrays = [np.array(values, dtype=np.float64) for values in (losses, norms, taken)]
    return Attempt(arrays[0], arrays[1], arrays[2], model, right, lost)


def _end(losses: FloatArray) -> float:
    tail = losses[-max(1, len(losses) // 10) :]
    return float(np.median(tail))


def _norm(model: nn.Module) -> float:
    gradients = [p.grad for p in model.parameters() if p.grad is not None and not p.grad.is_sparse]
    return float(torch.stack([g.detach().float().norm() for g in gradients]).norm()) if gradients else 0.0
