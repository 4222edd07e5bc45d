"""Labelled runs, and the diagnoses that answer each label."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["healthy", "weak", "fault"]

ANSWERS = {
    "lr_too_high": "learning-rate-too-high",
    "lr_too_low": "learning-rate-too-low",
    "lr_wrong lr_invalid": "learning-rate-too-high learning-rate-too-low learning-rate-zero",
    "epochs_insufficient": "undertrained incomplete-run too-short",
    "epochs_wrong": "undertrained incomplete-run too-short trained-past-best overfitting",
    "output_activation_wrong output_units_wrong double_softmax loss_reduction_wrong": "loss-input-mismatch "
    "loss-task-mismatch targets-out-of-range",
    "loss_wrong": "loss-task-mismatch loss-input-mismatch",
    "loss_shape_wrong": "shape-broadcast",
    "hidden_activation_wrong activation_missing activation_wrong layer_redundant": "activation-misplaced "
    "vanishing-gradients saturated-activations dead-relu",
    "activation_missing": "model-too-small underfitting",
    "optimizer_wrong": "optimizer-ill-suited learning-rate-too-low learning-rate-too-high",
    "optimizer_not_linked layer_frozen": "frozen-parameters",
    "batch_size_wrong": "batch-size-ill-suited",
    "init_wrong": "poor-initialization",
    "preprocessing_missing": "inputs-not-normalized targets-out-of-range",
    "preprocessing_wrong": "inputs-not-normalized targets-out-of-range distribution-shift inputs-corrupted",
    "labels_corrupted": "labels-corrupted targets-out-of-range",
    "label_noise data_noise training_data_quality": "label-noise labels-corrupted distribution-shift",
    "class_imbalance": "class-imbalance",
    "training_data_too_small": "overfitting trained-past-best",
    "architecture_too_small layer_missing": "model-too-small underfitting",
    "architecture_too_deep": "vanishing-gradients activation-misplaced poor-initialization",
    "architecture_wrong": "model-too-small underfitting vanishing-gradients activation-misplaced poor-initialization",
    "regularisation_excess": "over-regularized underfitting",
    "regularisation_missing dropout_missing overfitting": "overfitting trained-past-best",
    "vanishing_gradient": "vanishing-gradients saturated-activations activation-misplaced poor-initialization",
    "exploding_gradient": "exploding-gradients learning-rate-too-high",
    "dying_relu": "dead-relu learning-rate-too-high poor-initialization",
    "oscillating_loss oscillating": "oscillation learning-rate-too-high",
    "eval_mode_missing": "eval-mode-missing",
    "grad_accumulation_bug": "gradients-not-zeroed",
    "update_sign_wrong": "loss-sign-flipped",
    "validation_leak": "data-leakage",
    "nan": "non-finite-loss",
    "diverged_or_degraded": "divergence learning-rate-too-high loss-spikes underfitting overfitting",
    "not_learning plateau_from_start": "not-learning learning-rate-too-low learning-rate-too-high learning-rate-zero "
    "dead-relu vanishing-gradients poor-initialization frozen-parameters labels-corrupted loss-input-mismatch",
    "exploding": "exploding-gradients divergence learning-rate-too-high non-finite-loss",
    "loss_spikes": "loss-spikes",
    "overfit": "overfitting trained-past-best",
    "underfit plateau_early": "underfitting model-too-small over-regularized",
    "undertrained_stopped_early": "undertrained incomplete-run",
}
"""Labels, and the diagnoses of which any is right; a label may stand in several rows."""


@dataclass(frozen=True)
class Labelled:
    """A log with what is known of its run: `kind` fault, weak (planted, not to be seen) or healthy."""

    log: Path
    source: str
    group: str
    kind: Kind
    answers: frozenset[str] = frozenset()
    label: str = ""
    repaired: bool = False


def benchmarks(folder: Path) -> Iterator[Labelled]:
    """The rows of LABELS.csv: case, source, label (several joined by |), role, confirmed, group, csv (the log)."""
    with (folder / "LABELS.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            kind = _kind(row["role"], row["confirmed"])
            if kind:
                log = folder / row["csv"]
                log = log.parent if log.name == "log.csv" else log  # its settings lie beside it
                asked = answers(row["label"].split("|")) if kind != "healthy" else frozenset[str]()
                repaired = row["role"] == "fixed"
                yield Labelled(log, row["source"], row["group"], kind, asked, row["label"], repaired)


def corpus(folder: Path) -> Iterator[Labelled]:
    """The rows of INDEX.csv that are sure: id, format, path, labels (several joined by ;), label_confidence."""
    with (folder / "INDEX.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            labels = row["labels"].split(";")
            asked = answers(labels)
            if row["label_confidence"] == "sure" and (asked or labels == ["healthy"]):
                kind: Kind = "fault" if asked else "healthy"
                yield Labelled(folder / row["path"], "corpus", row["format"], kind, asked, row["labels"])


def answers(labels: list[str]) -> frozenset[str]:
    """The diagnoses that answer any of the labels."""
    asked = [ids for spelled, ids in ANSWERS.items() if set(spelled.split()) & set(labels)]
    return frozenset(id_ for ids in asked for id_ in ids.split())


def _kind(role: str, confirmed: str) -> Kind | None:
    if role in ("healthy", "fixed") and confirmed != "no":
        return "healthy"
    if role not in ("fixed", "buggy", "unhealthy_outcome"):
        return None
    return "weak" if confirmed in ("no", "recreated:weak") else "fault"
