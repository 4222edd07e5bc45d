"""A recipe: all that one training run of the laboratory is made of, and how it is trained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.optim import Adam, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from tests.runs.loop import LossFunction, Row, Splits, Trainer, settings_of

Settings = dict[str, object]
Around = Callable[[Trainer], AbstractContextManager[object]]


@dataclass(frozen=True)
class Recipe:
    """Data, network, loss, optimizer, schedule and habits; `said` completes or corrects what the settings say, with
    values or functions of the data."""

    data: Callable[[], Splits]
    network: Callable[[], nn.Module]
    loss: LossFunction = functional.cross_entropy
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer] = Adam
    schedule: Callable[[Optimizer], LRScheduler] | None = None
    course: Callable[[Trainer], list[Row]] = Trainer.run
    habits: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, object] = field(default_factory=dict)

    def but(self, **changes: Any) -> Recipe:
        """The recipe with some things changed; what is no part of a recipe is a habit of its trainer."""
        own = {name: changes.pop(name) for name in [f.name for f in fields(self)] if name in changes}
        own["said"] = {**self.said, **own.get("said", {})}
        return replace(self, **own, habits={**self.habits, **changes})


def follow(recipe: Recipe, seed: int, around: Around = nullcontext) -> tuple[list[Row], Settings]:
    """Train as the recipe says; the rows of the log and the settings that lie beside it.

    `around` makes a context of the trainer (it has `model`, `optimizer`, `step` and `after_step`), which is open while
    it trains, and again if it resumes: there a monitor is attached.
    """
    torch.manual_seed(seed)
    np.random.seed(seed)
    data, model = recipe.data(), recipe.network()
    optimizer = recipe.optimizer(model.parameters())
    schedule = recipe.schedule(optimizer) if recipe.schedule else None
    trainer = Trainer(model, data, optimizer, recipe.loss, scheduler=schedule, around=around, **recipe.habits)
    said = {name: value(data) if callable(value) else value for name, value in recipe.said.items()}
    described = {**settings_of(trainer), "seed": seed, **said}
    rows = recipe.course(trainer)
    return rows, {name: value for name, value in described.items() if value is not None}
