"""How right the rules are on labelled runs: python tests/bench/accuracy.py FOLDER [GROUP], with FOLDER/LABELS.csv.

LABELS.csv has one row per run: case, source, label (several joined by |), role, confirmed, group and csv, the path of
its log; a config.json may lie beside it. Prints, for each source, the share of healthy runs that are quiet (nothing
above low), of weak faults without anything above medium, and of faults flagged, named among the first three, and first.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from expert.diagnose import judge
from expert.plan import CONSIDERABLE
from expert.readers import Refused, read
from expert.run import FloatArray, RunLog

# the diagnoses that answer a label; any of them is right
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
    "oscillating_loss": "oscillation learning-rate-too-high",
    "eval_mode_missing": "eval-mode-missing",
    "grad_accumulation_bug": "gradients-not-zeroed",
    "update_sign_wrong": "loss-sign-flipped",
    "validation_leak": "data-leakage",
    "nan": "non-finite-loss",
    "diverged_or_degraded": "divergence learning-rate-too-high loss-spikes underfitting overfitting",
    "not_learning": "not-learning learning-rate-too-low learning-rate-too-high learning-rate-zero dead-relu "
    "vanishing-gradients poor-initialization frozen-parameters labels-corrupted loss-input-mismatch",
}
Row = dict[str, str]
Found = list[tuple[str, str]]


def main(folder: Path, group: str) -> None:
    """Prints the table, then every miss of the faults once per group."""
    with (folder / "LABELS.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if group in row["case"]]
    began = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        judged = list(zip(rows, pool.map(partial(findings, folder), rows, chunksize=20), strict=True))
    print(f"{len(rows)} runs in {time.monotonic() - began:.0f} s\n")
    kinds: dict[tuple[str, str], list[tuple[Row, Found]]] = defaultdict(list)
    for row, found in judged:
        if kind := _kind(row):
            kinds[kind, row["source"]].append((row, found))
    for (kind, source), runs in sorted(kinds.items()):
        print(f"{kind:8} {source:26} {len(runs):4}  {_score(kind, runs)}")
    misses = {
        f"{row['group']} {row['label']}: {', '.join(id_ for _, id_ in found) or 'quiet'}"
        for row, found in judged
        if _kind(row) == "fault" and not _right(row, found[:1])
    }
    print("\nnot first:", *sorted(misses), sep="\n  ")


def findings(folder: Path, row: Row) -> Found:
    """Severity and diagnosis of every finding above low that counts, in the order of the plan."""
    log = folder / row["csv"]
    run = next(iter(read(log.parent if log.name == "log.csv" else log)))
    if isinstance(run, Refused):
        return [("critical", f"refused: {run.reason}")]
    excused = _excused(run) if row["role"] in ("healthy", "fixed") else set()
    found = [(f.severity, f.diagnosis.id) for f in judge(run).findings if f.severity in CONSIDERABLE]
    return [finding for finding in found if finding[1] not in excused]


def _kind(row: Row) -> str:
    if row["role"] in ("healthy", "fixed") and row["confirmed"] != "no":
        return "healthy"
    if row["confirmed"] in ("no", "recreated:weak"):
        return "weak"
    return "fault" if row["role"] in ("buggy", "unhealthy_outcome") else ""


def _score(kind: str, runs: list[tuple[Row, Found]]) -> str:
    def share(hits: list[bool]) -> str:
        return f"{sum(hits) / len(hits):6.1%}"

    if kind == "healthy":
        return f"quiet {share([not found for _, found in runs])}"
    if kind == "weak":
        return f"at most medium {share([all(s == 'medium' for s, _ in found) for _, found in runs])}"
    named = share([_right(row, found[:3]) for row, found in runs])
    first = share([_right(row, found[:1]) for row, found in runs])
    mean = sum(len(found) for _, found in runs) / len(runs)
    return f"flagged {share([bool(f) for _, f in runs])}  named {named}  first {first}  {mean:.2f} above low each"


def _right(row: Row, found: Found) -> bool:
    labels = row["label"].split("|")
    wanted = {id_ for spelled, ids in ANSWERS.items() for id_ in ids.split() if set(spelled.split()) & set(labels)}
    return any(id_ in wanted for _, id_ in found)


def _excused(run: RunLog) -> set[str]:
    """What a repaired run's own curve supports: a little overfitting, a cut end, a noisy validation."""
    train, val = _values(run, "train_loss"), _values(run, "val_loss")
    excused: set[str] = set()
    if len(val) >= 4 and val.min() > 0:
        if val[-len(val) // 4 :].mean() > 1.1 * val.min() or (len(train) and val[-1] > 2 * train[-1]):
            excused |= {"overfitting", "trained-past-best"}
        late = val[len(val) // 3 :]
        if late.max() > 2 * np.median(late):
            excused.add("noisy-validation")
    if len(train) and (len(train) < 5 or train[-max(1, len(train) // 4)] - train[-1] > 0.25 * np.ptp(train)):
        excused |= {"undertrained", "learning-rate-too-low"}
    return excused


def _values(run: RunLog, name: str) -> FloatArray:
    return next((s.finite.values for s in run.series if s.name == name), np.array([]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
