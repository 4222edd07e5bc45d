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


def moved(values: np.ndarray, deviation: float) -> np.ndarray:
    return values + NOISE.normal(0, deviation, len(values))


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
    "pre-training from 10.8 to 3 with a token loss per step and an eval now and then": (
        {
            "step": STEPS,
            "loss": noisy(fall(STEPS, 10.8, 3.0, 90), 0.05),
            "eval_loss": np.where(STEPS % 100 == 99, fall(STEPS, 10.8, 3.1, 90), None),
            "learning_rate": cosine(3e-4),
            "grad_norm": noisy(np.full(N, 0.8), 0.3),
        },
        {"optimizer": "adamw", "weight_decay": 0.1, "batch_size": 512},
    ),
    "fine-tuning a pretrained classifier from a good start": (
        {
            "epoch": EPOCHS[:4],
            "loss": np.array([0.31, 0.19, 0.14, 0.11]),
            "val_loss": np.array([0.24, 0.22, 0.225, 0.23]),
            "val_acc": np.array([0.91, 0.92, 0.925, 0.924]),
        },
        {"optimizer": "adamw", "lr": 2e-5, "num_classes": 2, "batch_size": 32, "train_size": 20000},
    ),
    "fine-tuning at 1e-4 whose loss falls by a tenth": (
        {
            "epoch": EPOCHS[:5],
            "loss": np.array([0.62, 0.595, 0.575, 0.56, 0.55]),
            "val_loss": np.array([0.6, 0.58, 0.57, 0.565, 0.562]),
        },
        {"optimizer": "adam", "lr": 1e-4, "initialization": "pretrained"},
    ),
    "contrastive learning, InfoNCE over 4,096 pairs": (
        {"step": STEPS, "loss": noisy(fall(STEPS, 8.3, 5.1, 200), 0.01), "lr": cosine(1e-3)},
        {"optimizer": "lamb", "batch_size": 4096},
    ),
    "a triplet loss that settles near its margin": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 0.3, 0.17, 5), 0.02),
            "val_loss": noisy(fall(EPOCHS, 0.3, 0.19, 5), 0.02),
        },
        {"optimizer": "adam", "lr": 3e-4},
    ),
    "a negative log-likelihood of a density that passes zero": (
        {
            "epoch": EPOCHS,
            "loss": moved(fall(EPOCHS, 2.5, -1.8, 8), 0.03),
            "val_loss": moved(fall(EPOCHS, 2.5, -1.6, 8), 0.05),
        },
        {"optimizer": "adam", "lr": 1e-3, "loss": "nll", "task": "regression"},
    ),
    "a variational autoencoder whose KL term is warmed up": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 200, 85, 2) + 22 * np.minimum(EPOCHS / 15, 1), 0.003),
            "val_loss": noisy(fall(EPOCHS, 190, 87, 2) + 22 * np.minimum(EPOCHS / 15, 1), 0.003),
            "kl": 22 * np.minimum(EPOCHS / 15, 1),
        },
        {"optimizer": "adam", "lr": 1e-3, "task": "generative"},
    ),
    "diffusion that is flat after a quick drop": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 0.4, 0.028, 0.7), 0.03),
            "val_loss": noisy(fall(EPOCHS, 0.3, 0.029, 0.7), 0.05),
        },
        {"optimizer": "adamw", "lr": 2e-4, "task": "generative"},
    ),
    "diffusion without a task, per epoch": (
        {"epoch": EPOCHS, "loss": noisy(fall(EPOCHS, 0.12, 0.055, 0.5), 0.02)},
        {"optimizer": "adamw", "lr": 1e-4},
    ),
    "reinforcement learning, returns that rise in steps": (
        {
            "step": STEPS * 2048,
            "ep_rew_mean": 20 + 180 / (1 + np.exp(-(STEPS - 400) / 80)) + NOISE.normal(0, 12, N),
            "loss": np.abs(NOISE.normal(20, 15, N)) + 5,
            "entropy": -fall(STEPS, 0.69, 0.3, 300),
        },
        {"task": "reinforcement learning", "lr": 3e-4},
    ),
    "a GAN in balance": (
        {"step": STEPS, "d_loss": NOISE.normal(1.2, 0.15, N), "g_loss": NOISE.normal(1.0, 0.25, N)},
        {"task": "generative", "optimizer": "adam", "lr": 2e-4},
    ),
    "detection with three losses": (
        {
            "epoch": EPOCHS,
            "train/box_loss": noisy(fall(EPOCHS, 2.6, 1.1, 12), 0.01),
            "train/cls_loss": noisy(fall(EPOCHS, 3.4, 0.8, 9), 0.01),
            "train/dfl_loss": noisy(fall(EPOCHS, 1.8, 1.2, 12), 0.01),
            "val/box_loss": noisy(fall(EPOCHS, 2.4, 1.25, 12), 0.02),
            "metrics/mAP50(B)": 0.62 * (1 - np.exp(-EPOCHS / 9)),
            "metrics/mAP50-95(B)": 0.41 * (1 - np.exp(-EPOCHS / 10)),
        },
        {"task": "detection", "optimizer": "sgd", "lr": 0.01, "momentum": 0.937},
    ),
    "step decay, the loss drops at each step": (
        {
            "epoch": np.arange(90),
            "loss": noisy(np.repeat([1.0, 0.4, 0.25], 30) + fall(np.arange(90), 1.2, 0.0, 6), 0.02),
            "val_loss": noisy(np.repeat([1.25, 0.72, 0.69], 30) + fall(np.arange(90), 1.2, 0.0, 6), 0.06),
            "lr": np.repeat([0.1, 0.01, 0.001], 30),
        },
        {"optimizer": "sgd", "momentum": 0.9, "num_classes": 100},
    ),
    "a curriculum whose second stage is harder": (
        {
            "epoch": EPOCHS,
            "loss": noisy(np.where(EPOCHS < 15, fall(EPOCHS, 2.0, 0.5, 4), fall(EPOCHS - 15, 0.9, 0.45, 6)), 0.02),
        },
        {"optimizer": "adam", "lr": 3e-4},
    ),
    "a validation set of forty samples": (
        {
            "epoch": EPOCHS,
            "loss": TRAIN,
            "val_loss": noisy(VAL, 0.15),
            "acc": 1 - TRAIN / 3,
            "val_acc": np.round((1 - VAL / 3) * 40 + NOISE.normal(0, 1.5, 40)) / 40,
        },
        {"num_classes": 10, "val_size": 40},
    ),
    "a run that was resumed with all of its state": (
        {
            "step": np.r_[STEPS[:600], STEPS[550:]],
            "loss": noisy(fall(np.r_[STEPS[:600], STEPS[550:]], 2.3, 0.4, 200), 0.04),
        },
        {"optimizer": "adamw", "lr": 3e-4},
    ),
    "label smoothing over a hundred classes": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 4.4, 1.15, 8), 0.01),
            "val_loss": noisy(fall(EPOCHS, 4.3, 1.6, 8), 0.01),
            "acc": 0.01 + 0.94 * (1 - np.exp(-EPOCHS / 9)),
            "val_acc": 0.01 + 0.77 * (1 - np.exp(-EPOCHS / 8)),
        },
        {"num_classes": 100, "optimizer": "sgd", "momentum": 0.9, "lr": 0.1, "loss": "cross_entropy"},
    ),
    "mixup, the training loss stays above the validation loss": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 2.2, 1.25, 8), 0.01),
            "val_loss": noisy(fall(EPOCHS, 1.9, 0.35, 8), 0.02),
            "acc": 0.1 + 0.5 * (1 - np.exp(-EPOCHS / 8)),
            "val_acc": 0.1 + 0.81 * (1 - np.exp(-EPOCHS / 8)),
        },
        {"num_classes": 10, "optimizer": "sgd", "lr": 0.1, "momentum": 0.9},
    ),
    "distillation, a divergence that ends where the teacher is": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 1.9, 0.9, 5), 0.01),
            "val_loss": noisy(fall(EPOCHS, 1.8, 0.95, 5), 0.01),
        },
        {"optimizer": "adamw", "lr": 5e-4},
    ),
    "self-supervision with a moving teacher, whose loss rises before it falls": (
        {
            "epoch": EPOCHS,
            "loss": noisy(
                3.0 + 6.0 * np.exp(-EPOCHS / 1.5) + 0.5 * np.exp(-(((EPOCHS - 12) / 6) ** 2)) - 0.012 * EPOCHS, 0.01
            ),
        },
        {"optimizer": "adamw", "lr": 5e-4},
    ),
    "click-through, an AUC of 0.74 over a loss near the base rate": (
        {
            "step": STEPS,
            "loss": noisy(fall(STEPS, 0.52, 0.455, 120), 0.02),
            "val_loss": np.where(STEPS % 50 == 0, fall(STEPS, 0.50, 0.458, 120), None),
            "val_auc": np.where(STEPS % 50 == 0, 0.74 - 0.06 * np.exp(-STEPS / 200), None),
        },
        {
            "task": "binary classification",
            "optimizer": "adam",
            "lr": 1e-3,
            "loss": "binary_crossentropy",
            "batch_size": 4096,
        },
    ),
    "clicks where the rate is 2 %: a loss that starts at its floor": (
        {
            "epoch": EPOCHS[:10],
            "loss": fall(EPOCHS[:10], 0.098, 0.0915, 3),
            "val_loss": fall(EPOCHS[:10], 0.097, 0.0925, 3),
            "acc": np.full(10, 0.98),
            "val_acc": np.full(10, 0.98),
            "val_auc": 0.66 - 0.05 * np.exp(-EPOCHS[:10] / 3),
        },
        {"task": "binary classification", "optimizer": "adam", "lr": 1e-3},
    ),
    "a time series in raw units": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 5.2e6, 3.1e5, 5), 0.02),
            "val_loss": noisy(fall(EPOCHS, 4.9e6, 3.6e5, 5), 0.05),
        },
        {"task": "regression", "loss": "mse", "optimizer": "adam", "lr": 1e-3},
    ),
    "an absolute error in dollars": (
        {
            "epoch": EPOCHS,
            "mae": noisy(fall(EPOCHS, 181000, 24000, 5), 0.02),
            "val_mae": noisy(fall(EPOCHS, 179000, 27000, 5), 0.03),
        },
        {"task": "regression", "loss": "mae", "optimizer": "adam", "lr": 1e-2},
    ),
    "large batches at a high rate with warm-up": (
        {
            "epoch": np.arange(90),
            "loss": noisy(fall(np.arange(90), 6.9, 1.0, 22), 0.01),
            "val_loss": noisy(fall(np.arange(90), 6.8, 1.25, 22), 0.04),
            "lr": 3.2 * np.minimum((np.arange(90) + 1) / 5, 0.5 * (1 + np.cos(np.pi * np.arange(90) / 90))),
        },
        {"optimizer": "sgd", "momentum": 0.9, "batch_size": 8192, "num_classes": 1000},
    ),
    "one cycle": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 2.0, 0.1, 10) + 0.25 * np.exp(-(((EPOCHS - 12) / 6) ** 2)), 0.02),
            "val_loss": noisy(fall(EPOCHS, 1.9, 0.28, 10) + 0.5 * np.exp(-(((EPOCHS - 12) / 6) ** 2)), 0.08),
            "lr": 0.1 * np.interp(EPOCHS, [0, 12, 39], [0.04, 1, 0.0001]),
        },
        {"optimizer": "sgd", "momentum": 0.9, "num_classes": 10},
    ),
    "segmentation with a Dice loss that starts near one": (
        {
            "epoch": EPOCHS,
            "loss": noisy(fall(EPOCHS, 0.93, 0.14, 6), 0.02),
            "val_loss": noisy(fall(EPOCHS, 0.9, 0.2, 6), 0.04),
            "val_dice": 0.8 - 0.7 * np.exp(-EPOCHS / 6),
        },
        {"task": "segmentation", "optimizer": "adam", "lr": 1e-4},
    ),
    "speech with CTC, a long plateau at the blanks first": (
        {
            "epoch": EPOCHS,
            "loss": noisy(np.where(EPOCHS < 6, 2.95, 0.25 + 2.7 * np.exp(-(EPOCHS - 6) / 5)), 0.01),
            "val_loss": noisy(np.where(EPOCHS < 6, 2.9, 0.4 + 2.5 * np.exp(-(EPOCHS - 6) / 5)), 0.02),
        },
        {"optimizer": "adamw", "lr": 3e-4, "loss": "ctc"},
    ),
    "a small model that overfits a little after it is good": (
        {
            "epoch": EPOCHS,
            "loss": fall(EPOCHS, 2.3, 0.01, 4),
            "val_loss": fall(EPOCHS, 2.3, 0.1, 4) + 0.0003 * EPOCHS,
            "acc": 1 - 0.9 * np.exp(-EPOCHS / 3),
            "val_acc": 0.975 - 0.875 * np.exp(-EPOCHS / 3),
        },
        {"num_classes": 10, "optimizer": "adam", "lr": 1e-3},
    ),
    "a CIFAR run that memorizes and still generalizes": (
        {
            "epoch": np.arange(100),
            "loss": noisy(fall(np.arange(100), 1.5, 0.005, 14), 0.03),
            "val_loss": noisy(fall(np.arange(100), 1.3, 0.27, 12), 0.04),
            "acc": 0.999 - 0.5 * np.exp(-np.arange(100) / 12),
            "val_acc": 0.94 - 0.42 * np.exp(-np.arange(100) / 11),
        },
        {"num_classes": 10, "optimizer": "sgd", "momentum": 0.9, "batch_norm": True, "weight_decay": 5e-4},
    ),
    "preference tuning whose loss begins at ln 2": (
        {
            "step": STEPS,
            "loss": noisy(fall(STEPS, 0.693, 0.55, 300), 0.05),
            "rewards/accuracies": fall(STEPS, 0.5, 0.72, 200),
            "learning_rate": cosine(5e-7),
        },
        {"optimizer": "adamw"},
    ),
    "an adapter on a frozen model": (
        {
            "step": STEPS,
            "loss": noisy(fall(STEPS, 1.6, 1.05, 150), 0.08),
            "learning_rate": cosine(2e-4),
            "grad_norm": noisy(np.full(N, 0.4), 0.25),
        },
        {"optimizer": "adamw", "architecture": "lora"},
    ),
    "gradient boosting": (
        {
            "iteration": STEPS,
            "train-logloss": fall(STEPS, 0.69, 0.12, 150),
            "valid-logloss": fall(STEPS, 0.69, 0.21, 130),
        },
        {},
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_an_ordinary_run_is_quiet(name: str) -> None:
    columns, settings = RUNS[name]
    plan = expert.diagnose({column: values.tolist() for column, values in columns.items()}, settings=settings)
    assert [(f.diagnosis.id, f.severity) for f in plan.findings if f.severity in CONSIDERABLE] == []
