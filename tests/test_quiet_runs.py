"""Ordinary runs of many kinds, written as curves: whatever is usual in its field earns nothing above low."""

from __future__ import annotations

import numpy as np
import pytest

import expert
from expert.plan import CONSIDERABLE

N = 1000
STEPS = np.arange(N)
EPOCHS = np.arange(40)
NOISE = np.random.default_rng(3)


def fall(steps: np.ndarray, first: float, last: float, pace: float) -> np.ndarray:
    return last + (first - last) * np.exp(-steps / pace)


def noisy(values: np.ndarray, deviation: float) -> np.ndarray:
    return values * np.exp(NOISE.normal(0, deviation, len(values)))


def cosine(peak: float, warm_up: int = 50) -> np.ndarray:
    return peak * np.minimum(STEPS / warm_up, 0.5 * (1 + np.cos(np.pi * STEPS / N)))


TRAIN, VAL = fall(EPOCHS, 2.3, 0.25, 6), fall(EPOCHS, 2.3, 0.4, 6)
RUNS = {
    "pre-training with warm-up and cosine": (
        {
            "step": STEPS,
            "loss": noisy(fall(STEPS, 10.8, 3.2, 120), 0.03),
            "lr": cosine(6e-4),
            "grad_norm": noisy(np.ones(N), 0.2),
        },
        {"optimizer": "adamw", "task": "language modeling"},
    ),
    "fine-tuning at 2e-5": (
        {"step": STEPS, "loss": noisy(fall(STEPS, 1.9, 1.2, 300), 0.1), "lr": cosine(2e-5)},
        {"optimizer": "adamw", "task": "language modeling"},
    ),
    "instruction tuning of a strong model": (
        {"step": STEPS, "loss": noisy(fall(STEPS, 1.2, 1.1, 300), 0.12), "lr": cosine(1e-5)},
        {"optimizer": "adamw", "task": "language modeling"},
    ),
    "diffusion, one noisy batch per step": (
        {"step": STEPS, "loss": 0.1 * NOISE.gamma(2.0, 0.5, N), "lr": np.full(N, 1e-4)},
        {"optimizer": "adamw", "task": "generative"},
    ),
    "an epoch table of a classifier": (
        {"epoch": EPOCHS, "loss": TRAIN, "val_loss": VAL, "acc": 1 - TRAIN / 3, "val_acc": 1 - VAL / 3},
        {"optimizer": "adam", "lr": 1e-3, "num_classes": 10},
    ),
    "percent in the accuracies": (
        {"epoch": EPOCHS, "loss": TRAIN, "val_loss": VAL, "acc": 100 - 33 * TRAIN, "val_acc": 100 - 33 * VAL},
        {"num_classes": 10},
    ),
    "warm restarts": (
        {
            "epoch": EPOCHS,
            "loss": TRAIN * (1 + 0.15 * (EPOCHS % 10 == 0)),
            "val_loss": VAL,
            "lr": 0.1 * 0.5 * (1 + np.cos(np.pi * (EPOCHS % 10) / 10)),
        },
        {"optimizer": "sgd", "momentum": 0.9},
    ),
    "a rate that is printed with four decimals": (
        {"step": STEPS, "loss": noisy(fall(STEPS, 2.0, 0.1, 150), 0.05), "lr": np.zeros(N)},
        {},
    ),
    "one overflow that mixed precision skips": (
        {"step": STEPS, "loss": np.where(STEPS == 400, np.inf, noisy(fall(STEPS, 2.3, 0.3, 200), 0.05))},
        {"precision": "fp16"},
    ),
    "regression with an R² below zero at first": (
        {"epoch": EPOCHS, "loss": TRAIN, "val_loss": VAL, "r2": 1 - TRAIN, "val_r2": 1 - VAL},
        {"task": "regression", "optimizer": "adam", "lr": 1e-3},
    ),
    "a contrastive loss below zero": (
        {"epoch": EPOCHS, "loss": fall(EPOCHS, -0.1, -0.93, 8)},
        {},
    ),
    "early stopping after ten epochs without progress": (
        {"epoch": EPOCHS[:25], "loss": TRAIN[:25], "val_loss": VAL[:25] + 0.004 * np.maximum(0, EPOCHS[:25] - 15)},
        {"epochs": 100, "patience": 10},
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_an_ordinary_run_is_quiet(name: str) -> None:
    columns, settings = RUNS[name]
    plan = expert.diagnose({column: values.tolist() for column, values in columns.items()}, settings=settings)
    assert [(f.diagnosis.id, f.severity) for f in plan.findings if f.severity in CONSIDERABLE] == []
