"""Training under the Monitor: the log is its own, with what a person would tell it beside the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch

from expert.live import Monitor
from tests.lab.live_cases import LIVE
from tests.lab.recipe import follow
from tests.runs.live_runs import untimed
from tests.runs.loop import Row, Trainer

TOLD = ("task", "num_classes", "epochs", "batch_size", "train_size", "val_size", "scheduler", "grad_clip", "patience")
"""The settings that a person tells: what the Monitor sees by itself, it must see by itself."""


def leave(out: Path, name: str, seed: int) -> Path:
    """Train a case; the folder that holds the Monitor's log."""
    torch.set_num_threads(1)
    folder = out / f"{name}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    recipe = LIVE[name].recipe
    log = folder / "run.jsonl"
    rows, settings = follow(recipe, seed, partial(watched, log))
    log.write_text(untimed(log.read_text()))
    tested = {metric: value for metric, value in rows[-1].items() if metric.startswith("test_")}
    told = {setting: settings[setting] for setting in settings if setting in {*TOLD, *recipe.said}}
    (folder / "config.json").write_text(json.dumps(told | tested))
    return folder


@contextmanager
def watched(log: Path, trainer: Trainer) -> Iterator[None]:
    """A Monitor is told of every step, and of what is measured after an epoch."""

    def shown(row: Row) -> Row:
        own = ("step", "epoch", "train_loss", "lr")
        monitor.log(**{name: value for name, value in row.items() if name not in own})
        return row

    with Monitor(trainer.model, trainer.optimizer, log, every=20, resume_at=trainer.step) as monitor:
        trainer.after_step, trainer.shown = monitor.step, shown
        yield
