"""The cases of the laboratory: faults, each a named change to a sound recipe, and healthy variants with ordinary noise.

A fault names the diagnoses that answer it: any of them is right. Where the losses alone cannot tell one fault from
another, the run logs the statistics of gradients and activations too (`probes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn
from torch.nn import functional
from torch.optim import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    OneCycleLR,
    StepLR,
)

from tests.lab import material as m
from tests.lab.recipe import Recipe
from tests.runs.networks import Forgetful, Recurrent, Writer, convolutional, dense
from tests.runs.samples import cancer, diabetes, digits, made, normalized_digits, recall_of_the_first

ADAM = partial(Adam, lr=1e-3)
MOMENTUM = partial(SGD, lr=0.05, momentum=0.9)
TWO_CLASSES = {"task": "binary classification", "num_classes": 2}

MLP = Recipe(normalized_digits, partial(dense, 64, 64, 10), optimizer=ADAM, habits={"epochs": 20})
CNN = Recipe(partial(m.without_test, digits), convolutional, optimizer=ADAM, habits={"epochs": 15})
BINARY = Recipe(
    cancer,
    partial(dense, 30, 16, 1),
    functional.binary_cross_entropy_with_logits,
    partial(AdamW, lr=1e-3, weight_decay=0.1),
    habits={"epochs": 30, "score": m.hits},
    said=TWO_CLASSES,
)
WINE = Recipe(m.wine, partial(dense, 13, 16, 3), optimizer=partial(Adam, lr=3e-3), habits={"epochs": 30})
QUANTITY = Recipe(
    partial(m.without_test, m.friedman), partial(dense, 10, 32, 1), functional.mse_loss, ADAM, habits={"epochs": 40}
)
PATIENTS = Recipe(diabetes, partial(dense, 10, 16, 1), functional.mse_loss, ADAM, habits={"epochs": 40})
ROWS = Recipe(
    normalized_digits,
    lambda: m.rows_of(Recurrent(nn.LSTM, 8, 48, 10)),
    optimizer=partial(Adam, lr=3e-3),
    habits={"epochs": 15, "clip": 1.0},
    said={"architecture": "lstm"},
)
ATTENTION = Recipe(
    normalized_digits,
    lambda: m.rows_of(m.Attentive()),
    optimizer=partial(AdamW, lr=2e-3),
    habits={"epochs": 15},
    said={"architecture": "transformer", "hidden_activations": None},
)
TEXT = Recipe(
    m.prose,
    partial(Writer, m.LETTERS, 96),
    m.text_loss,
    partial(AdamW, lr=5e-3),
    habits={"epochs": 15, "clip": 1.0, "score": m.unscored},
    said={"task": "language modeling", "architecture": "lstm", "vocabulary": m.LETTERS, "output_units": m.LETTERS},
)
COPY = Recipe(
    partial(m.reproduced, partial(m.without_test, normalized_digits)),
    partial(dense, 64, 32, 12, 32, 64),
    functional.mse_loss,
    partial(Adam, lr=2e-3),
    habits={"epochs": 25},
    said={"architecture": "autoencoder"},
)
LABELS = Recipe(
    partial(m.without_test, m.labels),
    partial(dense, 20, 32, 6),
    functional.binary_cross_entropy_with_logits,
    ADAM,
    habits={"epochs": 25, "score": m.hits},
    said={"task": "multilabel classification", "num_classes": 6},
)
MOONS = Recipe(
    m.moons, partial(dense, 2, 32, 32, 2), optimizer=partial(Adam, lr=3e-3), habits={"epochs": 25, "batch_size": 50}
)


@dataclass(frozen=True)
class Case:
    """One recipe with its name, what was changed, and the ids that answer it; a healthy case has none."""

    name: str
    recipe: Recipe
    answers: tuple[str, ...] = ()


CASES: dict[str, Case] = {}


def fault(name: str, sound: Recipe, answers: str, **changes: Any) -> None:
    """Put a sound recipe with a fault in it on the list."""
    CASES[name] = Case(name, sound.but(**changes), tuple(answers.split()))


def healthy(name: str, sound: Recipe, **changes: Any) -> None:
    """Put an ordinary variant on the list."""
    CASES[f"healthy-{name}"] = Case(f"healthy-{name}", sound.but(**changes))


# the rate
fault("adam-at-0.3", MLP, "learning-rate-too-high", optimizer=partial(Adam, lr=0.3))
fault("momentum-at-1", CNN, "learning-rate-too-high", optimizer=partial(SGD, lr=1.0, momentum=0.9))
fault("lstm-at-1", TEXT, "learning-rate-too-high", optimizer=partial(AdamW, lr=1.0))
fault("attention-at-1", ATTENTION, "learning-rate-too-high", optimizer=partial(AdamW, lr=1.0))
fault(
    "rate-grows",
    QUANTITY,
    "learning-rate-too-high",
    optimizer=partial(SGD, lr=0.02, momentum=0.9),
    schedule=partial(ExponentialLR, gamma=1.2),
)
fault("adam-at-2e-6", MLP, "learning-rate-too-low", optimizer=partial(Adam, lr=2e-6))
fault("sgd-at-1e-5", CNN, "learning-rate-too-low", optimizer=partial(SGD, lr=1e-5, momentum=0.9))
fault("attention-at-1e-6", ATTENTION, "learning-rate-too-low", optimizer=partial(AdamW, lr=1e-6))
fault("warm-up-divides-integers", CNN, "learning-rate-zero", schedule=m.scaled(lambda epoch: epoch // 100))
fault(
    "schedule-for-an-eighth",
    MLP,
    "schedule-ends-early",
    optimizer=partial(Adam, lr=3e-4),
    schedule=m.scaled(lambda step: max(1e-4, 1 - step / 80)),
    scheduler_every_step=True,
    log_every=5,
)
fault("stopped-after-three-epochs", ROWS, "undertrained", optimizer=ADAM, epochs=3, log_every=1)
# the optimizer and the batch
fault("adadelta-at-1e-3", MLP, "optimizer-ill-suited learning-rate-too-low", optimizer=partial(Adadelta, lr=1e-3))
fault("adagrad-at-1e-4", CNN, "optimizer-ill-suited learning-rate-too-low", optimizer=partial(Adagrad, lr=1e-4))
fault(
    "momentum-swings",
    PATIENTS,
    "oscillation learning-rate-too-high",
    network=partial(dense, 10, 1),
    optimizer=partial(SGD, lr=0.06, momentum=0.98),
    epochs=100,
    batch_size=64,
)
fault("one-batch-for-all", MLP, "batch-size-ill-suited", batch_size=1000, optimizer=partial(Adam, lr=3e-4))
# what reaches the loss
fault("softmax-before-cross-entropy", CNN, "loss-input-mismatch", network=lambda: m.ended(convolutional, nn.Softmax(1)))
fault(
    "softmax-over-one-unit",
    BINARY,
    "loss-input-mismatch",
    network=lambda: m.ended(BINARY.network, nn.Softmax(1)),
    loss=functional.binary_cross_entropy,
    score=lambda output, y: m.hits(output - 0.5, y),
)
fault("relu-on-logits", MLP, "loss-input-mismatch", network=lambda: m.ended(MLP.network, nn.ReLU()))
fault(
    "class-as-quantity",
    MLP,
    "loss-task-mismatch loss-input-mismatch",
    network=partial(dense, 64, 64, 1),
    loss=m.squared_error_of_the_class,
    score=m.rounded,
)
fault(
    "broadcast-in-the-loss",
    QUANTITY,
    "shape-broadcast",
    loss=m.broadcast,
    probes=True,
    said={"output_units": 1},
)
fault("sign-flipped", MLP, "loss-sign-flipped", loss=m.negative(functional.cross_entropy))
fault("sign-flipped-regression", QUANTITY, "loss-sign-flipped", loss=m.negative(functional.mse_loss), epochs=15)
fault("targets-in-thousands", QUANTITY, "targets-out-of-range", data=lambda: m.friedman(1000.0))
fault(
    "sigmoid-for-quantities",
    QUANTITY,
    "targets-out-of-range loss-input-mismatch",
    data=lambda: m.friedman(1.0),
    network=lambda: m.ended(QUANTITY.network, nn.Sigmoid()),
)
# activations and weights
fault(
    "no-activation",
    MOONS,
    "activation-misplaced model-too-small underfitting",
    network=partial(dense, 2, 32, 32, 2, activation=None),
)
fault(
    "ten-sigmoid-layers",
    MLP,
    "vanishing-gradients activation-misplaced saturated-activations poor-initialization",
    network=partial(dense, 64, *[64] * 10, 10, activation=nn.Sigmoid),
    optimizer=partial(SGD, lr=0.1, momentum=0.9),
    probes=True,
)
fault(
    "weights-of-zero",
    MLP,
    "poor-initialization",
    network=lambda: m.started(MLP.network, nn.init.zeros_, 0.0),
    probes=True,
    said={"initialization": "zeros"},
)
fault(
    "weights-too-wide",
    MLP,
    "poor-initialization saturated-activations",
    network=lambda: m.started(partial(dense, 64, 64, 64, 10), partial(nn.init.normal_, std=2.0)),
    optimizer=partial(SGD, lr=3e-3),
    probes=True,
)
fault(
    "biases-of-minus-ten",
    MLP,
    "dead-relu poor-initialization",
    network=lambda: m.started(MLP.network, partial(nn.init.normal_, std=0.05), -10.0),
    probes=True,
)
fault(
    "tanh-units-saturated",
    MLP,
    "saturated-activations poor-initialization",
    network=m.saturated,
    optimizer=partial(SGD, lr=3e-3),
    epochs=30,
    probes=True,
)
fault(
    "recurrence-without-clipping",
    ROWS,
    "exploding-gradients learning-rate-too-high poor-initialization",
    data=lambda: {k: (x, x[:, :, 0].sum(1, keepdim=True)) for k, (x, _) in recall_of_the_first(40).items()},
    network=lambda: m.Summing(1.3),
    loss=functional.mse_loss,
    optimizer=partial(SGD, lr=2e-3, momentum=0.9),
    clip=float("inf"),
    epochs=5,
    log_every=1,
    probes=True,
    said={"architecture": "rnn", "hidden_activations": ["relu"]},
)
# the loop
fault(
    "gradients-add-up",
    MLP,
    "gradients-not-zeroed",
    optimizer=partial(SGD, lr=0.02),
    zero_gradients=False,
    probes=True,
)
fault("weights-of-another-network", MLP, "frozen-parameters", course=m.other_weights, probes=True)
fault(
    "reshape-mixes-samples",
    MLP,
    "not-learning labels-corrupted inputs-corrupted",
    network=lambda: Forgetful(MLP.network()),
)
fault(
    "batch-statistics-in-validation",
    MLP,
    "eval-mode-missing",
    data=lambda: m.spoiled(normalized_digits, m.by_class, "val"),
    network=partial(dense, 64, 64, 64, 10, norm=True),
    eval_mode=False,
    val_batch_size=40,
)
fault(
    "dropout-in-validation",
    MLP,
    "eval-mode-missing",
    data=partial(digits, 1000, 400, 1 / 6, -0.8),
    network=partial(dense, 64, 64, 64, 10, dropout=0.6),
    optimizer=partial(Adam, lr=2e-3),
    course=m.tested,
    eval_mode=False,
    epochs=30,
)
fault(
    "sorted-by-class",
    MLP,
    "unshuffled-data",
    data=lambda: m.spoiled(normalized_digits, m.by_class, "train"),
    shuffle=False,
    optimizer=partial(SGD, lr=0.02, momentum=0.9),
    log_every=1,
    epochs=10,
    said={"shuffle": False},
)
fault("resumed-at-twentyfold-rate", MLP, "bad-resume", course=partial(m.resumed, partial(m.moments_lost, 20.0)))
fault("resumed-without-last-layer", CNN, "bad-resume", course=partial(m.resumed, m.output_layer_lost), epochs=24)
# numbers
fault(
    "log-of-zero",
    BINARY,
    "non-finite-loss numerical-overflow",
    loss=m.hand_written,
    network=partial(dense, 30, 64, 64, 1),
    optimizer=partial(Adam, lr=5e-3),
    probes=True,
    epochs=60,
)
fault("torn-records", MLP, "non-finite-loss inputs-corrupted numerical-overflow", on_batch=m.torn, probes=True)
fault(
    "bad-shard",
    MLP,
    "loss-spikes inputs-corrupted",
    on_batch=partial(m.drowned, 60),
    optimizer=partial(SGD, lr=0.02, momentum=0.9),
    clip=1.0,
    probes=True,
    log_every=1,
    epochs=9,
)
# data
fault("labels-shuffled", CNN, "labels-corrupted", data=lambda: m.spoiled(CNN.data, m.shuffled_labels))
fault(
    "labels-shuffled-of-patients",
    BINARY,
    "labels-corrupted",
    data=lambda: m.spoiled(partial(made, 1500, 400), m.shuffled_labels, "train", "val"),
    network=partial(dense, 20, 16, 2),
    loss=functional.cross_entropy,
    score=None,
)
fault(
    "two-of-five-labels-wrong",
    MLP,
    "label-noise labels-corrupted",
    data=lambda: m.spoiled(normalized_digits, partial(m.wrong_labels, 0.45, 10)),
    network=partial(dense, 64, 32, 10),
)
fault("inputs-as-measured", WINE, "inputs-not-normalized", data=m.raw_wine, optimizer=partial(SGD, lr=0.01))
fault(
    "pixels-to-4000",
    MLP,
    "inputs-not-normalized",
    data=lambda: m.without_test(partial(digits, 1000, 400, 255.0)),
    optimizer=partial(SGD, lr=0.01, momentum=0.9),
)
fault(
    "one-in-twenty",
    MLP,
    "class-imbalance",
    data=lambda: m.without_test(partial(made, 1200, 600, weights=[0.95], class_sep=0.15, n_informative=4)),
    network=partial(dense, 20, 16, 2),
    optimizer=partial(SGD, lr=0.02),
    score=m.found_of_the_rare,
    said={"class_counts": m.counts, "num_classes": 2},
)
fault(
    "another-scanner",
    MLP,
    "distribution-shift",
    data=lambda: m.spoiled(partial(digits, 1000, 400, 1 / 6, -0.8), m.from_another_scanner, "test"),
    course=m.tested,
)
fault(
    "validation-leaked",
    MLP,
    "data-leakage",
    data=lambda: m.leaked(partial(made, 300, 100, 0.25, classes=3)),
    network=partial(dense, 20, 256, 128, 3),
    course=m.tested,
    epochs=60,
)
# capacity
fault(
    "two-hidden-units",
    MLP,
    "model-too-small underfitting",
    network=partial(dense, 64, 2, 10),
    epochs=60,
    said={"human_error": 0.02},
)
fault(
    "a-line-for-clusters",
    MLP,
    "model-too-small underfitting",
    data=lambda: m.without_test(partial(made, 1500, 400, n_clusters_per_class=6, class_sep=1.5)),
    network=partial(dense, 20, 2),
    optimizer=partial(Adam, lr=3e-3),
    epochs=50,
    said={"human_error": 0.03},
)
fault(
    "dropout-0.9",
    MLP,
    "over-regularized",
    network=partial(dense, 64, 64, 64, 10, dropout=0.9),
    epochs=40,
)
fault("decay-0.3", MLP, "over-regularized", optimizer=partial(SGD, lr=0.02, momentum=0.9, weight_decay=0.3))
fault(
    "hundred-and-fifty-samples",
    MLP,
    "overfitting trained-past-best",
    data=lambda: m.without_test(partial(made, 150, 400, class_sep=0.7)),
    network=partial(dense, 20, 256, 256, 2),
    epochs=50,
)
fault(
    "a-large-net-for-patients",
    PATIENTS,
    "overfitting trained-past-best",
    network=partial(dense, 10, 256, 128, 1),
    epochs=80,
)
fault(
    "text-learned-by-heart", TEXT, "overfitting trained-past-best", network=partial(Writer, m.LETTERS, 128), epochs=50
)
fault(
    "far-past-the-best",
    MLP,
    "trained-past-best overfitting",
    data=lambda: m.without_test(partial(made, 400, 400, classes=4, class_sep=0.6)),
    network=partial(dense, 20, 128, 4),
    epochs=120,
)
fault(
    "twelve-validation-samples",
    MLP,
    "noisy-validation",
    data=lambda: m.without_test(partial(made, 600, 12, 0.15)),
    network=partial(dense, 20, 32, 2),
    optimizer=partial(SGD, lr=0.02, momentum=0.9),
    epochs=40,
    batch_size=16,
)
# the machine
fault("losses-kept", MLP, "memory-growth", course=m.hoarding, shown=m.weighed, epochs=8, log_every=4, validate=False)
fault("slow-disk", MLP, "slow-input-pipeline", on_batch=m.slow_disk, timings=True, log_every=4, epochs=8)

healthy("mlp", MLP)
healthy("mlp-at-3e-4", MLP, optimizer=partial(Adam, lr=3e-4), epochs=40)
healthy("mlp-with-probes", MLP, probes=True)
healthy("cnn", CNN)
healthy("cnn-dropout", CNN, network=partial(convolutional, 0.4), epochs=25)
healthy(
    "cnn-cosine",
    CNN,
    optimizer=partial(SGD, lr=0.05, momentum=0.9, weight_decay=5e-4),
    schedule=partial(CosineAnnealingLR, T_max=15),
)
healthy("binary", BINARY)
healthy("wine", WINE)
healthy("regression", QUANTITY)
healthy("regression-with-probes", QUANTITY, probes=True)
healthy("noisy-regression", PATIENTS, optimizer=partial(Adam, lr=1e-3, weight_decay=1e-2))
healthy("lstm", ROWS)
healthy("waves", ROWS, data=m.waves, network=partial(Recurrent, nn.LSTM, 1, 32, 1), loss=functional.mse_loss)
healthy("transformer", ATTENTION)
healthy("transformer-with-probes", ATTENTION, probes=True)
healthy("language-model", TEXT)
healthy("language-model-steps", TEXT, log_every=10, epochs=8)
healthy("autoencoder", COPY)
healthy("multilabel", LABELS)
healthy("moons", MOONS)
healthy("moons-tanh", MOONS, network=partial(dense, 2, 32, 32, 2, activation=nn.Tanh), epochs=40)
healthy("batches-of-eight", MLP, optimizer=partial(SGD, lr=0.02), batch_size=8, epochs=4, log_every=1)
healthy("batches-of-four-epochs", MLP, optimizer=partial(SGD, lr=0.01), batch_size=4, epochs=12)
healthy("large-batches", MLP, optimizer=partial(Adam, lr=4e-3), batch_size=200, epochs=40)
healthy("dropout", MLP, network=partial(dense, 64, 128, 128, 10, dropout=0.3), epochs=30)
healthy("batch-norm", MLP, network=partial(dense, 64, 64, 64, 10, norm=True))
healthy("weight-decay", MLP, optimizer=partial(AdamW, lr=1e-3, weight_decay=0.05), epochs=30)
healthy(
    "one-cycle", MLP, schedule=partial(OneCycleLR, max_lr=5e-3, total_steps=640), scheduler_every_step=True, log_every=4
)
healthy("step-decay", MLP, optimizer=MOMENTUM, schedule=partial(StepLR, step_size=8, gamma=0.1), epochs=24)
healthy("warm-restarts", CNN, optimizer=MOMENTUM, schedule=partial(CosineAnnealingWarmRestarts, T_0=5), epochs=20)
healthy(
    "warm-up-then-down",
    ATTENTION,
    schedule=m.scaled(lambda step: min(step / 48, max(0.0, 1 - step / 480))),
    scheduler_every_step=True,
    log_every=4,
)
healthy(
    "fine-tuning",
    MLP,
    optimizer=partial(AdamW, lr=3e-4),
    course=partial(m.fine_tuned, 6),
    said={"pretrained": "six classes"},
)
healthy(
    "fine-tuning-all",
    CNN,
    optimizer=partial(AdamW, lr=5e-4),
    course=partial(m.fine_tuned, 8),
    said={"pretrained": "eight classes"},
)
healthy("sixty-validation-samples", MLP, data=partial(normalized_digits, 1200, 60))
healthy("wine-thirty-validation-samples", WINE, optimizer=partial(AdamW, lr=1e-3, weight_decay=0.1), epochs=40)
healthy(
    "stopped-early",
    MLP,
    data=lambda: m.without_test(partial(made, 3000, 800, 0.02)),
    network=partial(dense, 20, 48, 2),
    optimizer=partial(Adam, lr=2e-3),
    epochs=80,
    patience=5,
)
healthy("text-stopped-early", TEXT, patience=2, epochs=40)
healthy("resumed", MLP, course=partial(m.resumed, m.everything_restored))
healthy("resumed-steps", CNN, course=partial(m.resumed, m.everything_restored), log_every=4, epochs=10)
healthy("rmsprop", MLP, optimizer=partial(RMSprop, lr=1e-3))
healthy("label-smoothing", MLP, loss=m.smoothed, said={"label_smoothing": 0.1})
healthy(
    "five-percent-of-labels-wrong",
    MLP,
    data=lambda: m.spoiled(partial(normalized_digits), partial(m.wrong_labels, 0.05, 10)),
    optimizer=partial(AdamW, lr=5e-4, weight_decay=0.1),
    epochs=15,
)
healthy("linear-classifier", MLP, network=partial(dense, 64, 10), optimizer=partial(Adam, lr=3e-3))
healthy("tested-at-the-end", MLP, data=partial(digits, 1000, 400, 1 / 6, -0.8), course=m.tested)
healthy(
    "slightly-imbalanced",
    MLP,
    data=lambda: m.without_test(partial(made, 1500, 500, weights=[0.7])),
    network=partial(dense, 20, 32, 2),
    said={"class_counts": m.counts},
)
healthy("timings", CNN, timings=True, log_every=4, epochs=8)
