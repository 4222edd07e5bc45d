"""The level of a guess, and how far the run is from it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from expert.run import RunLog, Series
from expert.signals._shape import FEWEST, end, smooth, start
from expert.signals.units import Loss, Metric, Ratio, Share

LossKind = Literal[
    "categorical cross-entropy", "binary cross-entropy", "squared error", "absolute error", "hinge", "other"
]


def loss_kind(loss: str) -> LossKind | None:
    """The family of the loss function, from its name."""
    name = loss.lower().replace("-", "_").replace(" ", "_")
    parts = set(name.replace("(", "_").split("_"))
    if parts & {"gaussian", "gaussiannll", "gaussiannllloss", "poisson", "poissonnllloss", "ctc", "ctcloss"}:
        return "other"
    if parts & {"bce", "bcewithlogits", "bcewithlogitsloss", "bceloss"} or "binary_cross" in name:
        return "binary cross-entropy"
    if "cross_entropy" in name or "crossentropy" in name or parts & {"cce", "scce", "ce", "nll", "nllloss"}:
        return "categorical cross-entropy"
    if parts & {"mse", "mseloss", "l2", "rmse"} or "squared_error" in name:
        return "squared error"
    if parts & {"mae", "l1", "l1loss", "huber", "smooth"} or "absolute_error" in name:
        return "absolute error"
    return "hinge" if "hinge" in name else "other"


def classifies(
    task: str | None, num_classes: float | None, train_acc: Series | None, val_acc: Series | None
) -> bool | None:
    """Whether the run learns one class of several for each sample: by its task, else because it counts classes."""
    if task not in (None, "fine-tuning"):
        return task in ("classification", "binary classification")
    return True if num_classes or train_acc is not None or val_acc is not None else None


def majority_share(class_counts: tuple[float, ...]) -> Share | None:
    """The share of the largest class in the training data."""
    return max(class_counts) / sum(class_counts) if sum(class_counts) > 0 else None


def class_ratio(class_counts: tuple[float, ...]) -> Ratio | None:
    """The size of the largest class over that of the smallest."""
    return max(class_counts) / max(min(class_counts), 1) if len(class_counts) > 1 else None


def chance_accuracy(classifies: bool, num_classes: float | None, majority_share: float | None) -> Share | None:
    """The accuracy of always naming the most frequent class; of equal classes where their sizes are not known."""
    if not classifies or not (majority_share or num_classes):
        return None
    return majority_share or 1 / max(num_classes or 2, 2)


def chance_loss(classifies: bool, num_classes: float, loss_kind: str | None) -> Loss | None:
    """The loss of a guess among equal classes: ln K, ln 2 for binary cross-entropy, in nats."""
    if (
        not classifies
        or loss_kind not in (None, "categorical cross-entropy", "binary cross-entropy")
        or num_classes < 2
    ):
        return None
    return float(np.log(2 if loss_kind == "binary cross-entropy" else num_classes))


def first_loss_over_chance(train_loss: Series, chance_loss: float) -> Ratio | None:
    """The first training loss over the loss of a guess."""
    return start(train_loss) / chance_loss if len(train_loss.finite) else None


def last_loss_over_chance(train_loss: Series, chance_loss: float) -> Ratio | None:
    """The last training loss over the loss of a guess."""
    return end(train_loss) / chance_loss if len(train_loss.finite) else None


def last_val_loss_over_chance(val_loss: Series, chance_loss: float) -> Ratio | None:
    """The last validation loss over the loss of a guess."""
    return end(val_loss) / chance_loss if len(val_loss.finite) else None


def best_val_loss_over_chance(best_val_loss: float, chance_loss: float) -> Ratio | None:
    """The lowest validation loss over the loss of a guess."""
    return best_val_loss / chance_loss


def constant_loss(loss_kind: str, target_min: float, target_max: float) -> Loss | None:
    """The most that naming the best constant for all samples could cost.

    A quarter of the squared range of the targets for the squared error (Popoviciu's inequality on variances), half the
    range for the absolute error.
    """
    reach = target_max - target_min
    if reach <= 0 or loss_kind not in ("squared error", "absolute error"):
        return None
    return reach**2 / 4 if loss_kind == "squared error" else reach / 2


def first_loss_over_constant(train_loss: Series, constant_loss: float, task: str) -> Ratio | None:
    """The first training loss of a regression over the most that the best constant could cost."""
    return start(train_loss) / constant_loss if task == "regression" and len(train_loss.finite) else None


def last_loss_over_constant(train_loss: Series, constant_loss: float, task: str) -> Ratio | None:
    """The last training loss of a regression over the most that the best constant could cost."""
    return end(train_loss) / constant_loss if task == "regression" and len(train_loss.finite) else None


def first_pass_skill(train_acc: Series, chance_accuracy: float, logged_per_epoch: bool) -> Share | None:
    """The training accuracy of the first epoch between a guess (0) and perfection (1).

    In the first pass every sample is new to the model, so what it gets right there it did not learn by heart
    (progressive validation: Blum, Kalai and Langford 1999, "Beating the hold-out").
    """
    return _skill(start(train_acc), chance_accuracy) if logged_per_epoch and len(train_acc.finite) else None


def train_accuracy_over_chance(train_acc: Series, chance_accuracy: float) -> Ratio | None:
    """The usual (median) training accuracy after the first point over that of a guess."""
    return _usual_over(train_acc, chance_accuracy)


def val_accuracy_over_chance(val_acc: Series, chance_accuracy: float) -> Ratio | None:
    """The usual (median) validation accuracy after the first point over that of a guess."""
    return _usual_over(val_acc, chance_accuracy)


def train_skill(train_acc: Series, chance_accuracy: float) -> Share | None:
    """The best smoothed training accuracy between a guess (0) and perfection (1)."""
    return _skill(float(smooth(train_acc).max()), chance_accuracy) if len(train_acc.finite) else None


def val_skill(val_acc: Series, chance_accuracy: float) -> Share | None:
    """The best smoothed validation accuracy between a guess (0) and perfection (1)."""
    return _skill(float(smooth(val_acc).max()), chance_accuracy) if len(val_acc.finite) else None


def last_val_skill(val_acc: Series, chance_accuracy: float) -> Share | None:
    """The last validation accuracy between a guess (0) and perfection (1)."""
    return _skill(end(val_acc), chance_accuracy) if len(val_acc.finite) else None


def useful_metric_level(run: RunLog) -> Share | None:
    """The best smoothed level, of 1, that a metric which is about 0 for a useless model reached in either split.

    BLEU, ROUGE, mean average precision, F1, IoU, Dice and Matthews correlation; AUC between a coin (0) and
    perfection (1). Of several the highest counts; one that ever passed 1 is in percent.
    """
    levels: dict[str, list[Series]] = {}
    for series in run.series:
        base = series.name.split("_", 1)[-1]
        if base in _USELESS_AT and len(series.finite) >= FEWEST:
            levels.setdefault(base, []).append(series)
    best = {base: max(float(smooth(s).max()) for s in found) for base, found in levels.items()}
    return max((_above(_USELESS_AT[base], value) for base, value in best.items()), default=None)


_USELESS_AT = {
    **dict.fromkeys(("bleu", "rouge", "map", "map50", "f1", "iou", "dice", "mcc"), 0.0),
    "auc": 0.5,
}


def accuracy_gain(train_acc: Series) -> Metric | None:
    """The best training accuracy less the first."""
    values = train_acc.finite.values
    return float(values.max() - values[0]) if len(values) >= 3 else None


def accuracy_constant(train_acc: Series) -> bool | None:
    """Whether the training accuracy is one and the same number throughout."""
    values = train_acc.finite.values
    return bool(np.ptp(values) < 1e-6) if len(values) >= 5 else None


def softmax_floor(num_classes: float) -> Loss | None:
    """The lowest cross-entropy that probabilities passed as logits can reach: ln(1 + (K − 1)/e)."""
    return float(np.log1p((num_classes - 1) / np.e)) if num_classes >= 2 else None


def floor_distance(train_loss: Series, softmax_floor: float) -> Ratio | None:
    """The lowest training loss over the floor of a double softmax."""
    return float(train_loss.finite.values.min() / softmax_floor) if len(train_loss.finite) else None


def double_softmax_ratio(train_loss: Series, train_acc: Series, softmax_floor: float) -> Ratio | None:
    """The last training loss over what a double softmax gives at the last accuracy.

    A one-hot output that is taken for logits costs the floor where it is right, and 1 more where it is wrong.
    """
    if not len(train_loss.finite) or not len(train_acc.finite):
        return None
    return end(train_loss) / (softmax_floor + 1 - end(train_acc))


def noise_entropy_ratio(train_loss: Series, train_acc: Series, num_classes: float) -> Ratio | None:
    """The last training loss over the entropy of labels that are wrong as often as it is, any class alike."""
    return _over_noise_entropy(train_loss, train_acc, num_classes)


def val_noise_entropy_ratio(val_loss: Series, val_acc: Series, num_classes: float) -> Ratio | None:
    """The last validation loss over the entropy of labels of which as many are wrong, any class alike."""
    return _over_noise_entropy(val_loss, val_acc, num_classes)


def _over_noise_entropy(loss: Series, acc: Series, num_classes: float) -> float | None:
    """With a share p of wrong labels among K classes: −(1 − p) ln(1 − p) − p ln(p/(K − 1)), in nats."""
    if not len(loss.finite) or not len(acc.finite) or num_classes < 3 or not 0 < (right := end(acc)) < 1:
        return None
    wrong = 1 - right
    return end(loss) / -float(right * np.log(right) + wrong * np.log(wrong / (num_classes - 1)))


def _usual_over(accuracy: Series, chance_accuracy: float) -> float | None:
    values = accuracy.finite.values[1:]
    return float(np.median(values) / chance_accuracy) if len(values) >= 3 and chance_accuracy else None


def _above(useless: float, best: float) -> float:
    return ((best / 100 if best > 1 else best) - useless) / (1 - useless)


def _skill(accuracy: float, chance_accuracy: float) -> float | None:
    return (accuracy - chance_accuracy) / (1 - chance_accuracy) if chance_accuracy < 1 and accuracy <= 1 else None
