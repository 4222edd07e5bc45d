"""Runs whose trouble is the gap: too little capacity, too much, or data that does not tell the truth."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional
from torch.optim import SGD, Adam

from tests.runs.broken_runs import hand_written
from tests.runs.loop import Row, Splits, Trainer
from tests.runs.networks import convolutional, dense
from tests.runs.planted import Left, left, plants
from tests.runs.samples import cancer, diabetes, digits, made, normalized_digits


@plants("underfitting", "a linear model of clusters that no line parts; people get 3 % wrong", "model-too-small")
def underfitting() -> Left:
    data = without_test(made(1500, 400, n_clusters_per_class=6, class_sep=1.5))
    model = dense(20, 2)
    return left(Trainer(model, data, Adam(model.parameters(), 3e-3), epochs=50), human_error=0.03)


@plants("model-too-small", "two hidden units for ten classes")
def model_too_small() -> Left:
    model = dense(64, 2, 10)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 3e-3), epochs=80), human_error=0.02)


@plants("over-regularized", "dropout 0.9 and a weight decay of 0.05")
def over_regularized() -> Left:
    model = dense(64, 64, 64, 10, dropout=0.9)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3, weight_decay=0.05), epochs=50))


@plants("over-regularized", "an L2 penalty of 0.3 in plain gradient descent")
def over_regularized_decay() -> Left:
    model = dense(64, 64, 10)
    optimizer = SGD(model.parameters(), 0.02, momentum=0.9, weight_decay=0.3)
    return left(Trainer(model, normalized_digits(), optimizer, epochs=40))


@plants("undertrained", "stopped after three epochs, at step 94, while every curve still falls")
def undertrained() -> Left:
    model = dense(64, 64, 10)
    optimizer = SGD(model.parameters(), 0.004, momentum=0.9)
    return left(Trainer(model, normalized_digits(), optimizer, epochs=3, log_every=1))


@plants("overfitting", "150 samples for a network of 70,000 weights")
def overfitting() -> Left:
    data = without_test(made(150, 400, class_sep=0.7))
    model = dense(20, 256, 256, 2)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=60))


@plants("overfitting", "300 patients for a network of 35,000 weights; losses alone are logged")
def overfitting_regression() -> Left:
    model = dense(10, 256, 128, 1)
    return left(Trainer(model, diabetes(), Adam(model.parameters(), 1e-3), functional.mse_loss, 80))


@plants(
    "trained-past-best", "150 epochs where one of the first twenty was the best, without early stopping", "overfitting"
)
def trained_past_best() -> Left:
    data = without_test(made(400, 400, classes=4, class_sep=0.6))
    model = dense(20, 128, 4)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=150))


@plants("distribution-shift", "the test pictures come from a noisy scanner with a brighter ground")
def distribution_shift() -> Left:
    data = digits()
    x, y = data["test"]
    data["test"] = ((x * 0.5 + 0.4 + torch.randn_like(x) * 0.35).clamp(0, 1), y)
    model = convolutional()
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=25))


@plants(
    "distribution-shift", "validation from other clusters than training, measured once more on the test set at the end"
)
def distribution_shift_at_the_end() -> Left:
    data = normalized_digits(1000, 400)
    x, y = digits(1000, 400, 1 / 6, -0.8)["test"]
    model = dense(64, 64, 10)
    trainer = Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=30)
    done = left(trainer)
    trainer.data = data | {"test": (-x, y)}
    result = trainer.evaluate("test")
    return Left(
        done.rows, done.settings | {"test_acc": result["acc"], "test_loss": result["loss"], "test_size": len(y)}
    )


@plants("distribution-shift", "of two validation sets the one like the test set comes from a noisy scanner")
def distribution_shift_between_validation_sets() -> Left:
    data = digits(1000, 400)
    x, y = data.pop("test")
    data["val_test_like"] = ((x * 0.5 + 0.4 + torch.randn_like(x) * 0.35).clamp(0, 1), y)
    model = convolutional()
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=25))


@plants(
    "validation-overfitting", "the best epoch of 60 random searches over features and rate, on 24 validation samples"
)
def validation_overfitting() -> Left:
    torch.manual_seed(2)
    data = made(120, 24, 0.6)

    def attempt(trial: int, epochs: int) -> Trainer:
        torch.manual_seed(trial)
        features = torch.randperm(20)[:6]
        rate = 10 ** -(1 + 2 * torch.rand(()).item())
        chosen = {name: (x[:, features], y) for name, (x, y) in data.items()}
        model = dense(6, 16, 2)
        return Trainer(model, chosen, Adam(model.parameters(), rate), epochs=epochs)

    found: list[tuple[float, int, int]] = []
    for trial in range(60):
        reached = [row["val_acc"] for row in attempt(trial, 30).run()]
        found.append((max(reached[19:]), trial, 20 + reached[19:].index(max(reached[19:]))))
    _, trial, epochs = max(found)
    best = attempt(trial, epochs)
    best.data.pop("test")
    done = left(best, trials=60, seed=trial)
    best = attempt(trial, epochs)
    best.run()
    result = best.evaluate("test")
    tested = {"test_acc": result["acc"], "test_loss": result["loss"], "test_size": len(data["test"][1])}
    return Left(done.rows, done.settings | tested)


@plants("data-leakage", "the validation samples are among the training samples; the test samples are not")
def data_leakage() -> Left:
    data = made(300, 100, 0.25, classes=3)
    data["val"] = tuple(part[:150] for part in data["train"])
    model = dense(20, 256, 128, 3)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=60))


@plants("class-imbalance", "19 of 20 samples are of one class, and the network says only that one")
def class_imbalance() -> Left:
    data = without_test(made(1200, 600, 0.0, weights=[0.95], class_sep=0.15, n_informative=4))

    def found(output: torch.Tensor, y: torch.Tensor) -> Row:
        said = output.argmax(1)
        hits = ((said == 1) & (y == 1)).sum().item()
        recall = hits / max((y == 1).sum().item(), 1)
        precision = hits / max((said == 1).sum().item(), 1)
        f1 = 2 * recall * precision / (recall + precision) if hits else 0.0
        return {"acc": (said == y).float().mean().item(), "recall": recall, "f1": f1}

    model = dense(20, 16, 2)
    trainer = Trainer(model, data, SGD(model.parameters(), 0.02), epochs=40, score=found)
    return left(trainer, class_counts=torch.bincount(data["train"][1]).tolist())


@plants("noisy-validation", "twelve validation samples")
def noisy_validation() -> Left:
    data = without_test(made(600, 12, 0.15))
    model = dense(20, 32, 2)
    return left(Trainer(model, data, SGD(model.parameters(), 0.02, momentum=0.9), epochs=40, batch_size=16))


@plants("below-known-result", "six hidden units with weight decay where others reach 0.98")
def below_known_result() -> Left:
    model = dense(64, 6, 10)
    trainer = Trainer(model, normalized_digits(), Adam(model.parameters(), 2e-3, weight_decay=0.01), epochs=60)
    return left(trainer, known_result=0.98)


@plants(
    "below-known-result",
    "nine tenths of the training data went missing; three runs with all of them tell how far such runs scatter",
    baselines=("healthy-dense", "healthy-dense-again", "healthy-dense-once-more"),
)
def below_three_baselines() -> Left:
    data = normalized_digits()
    x, y = data["train"]
    data["train"] = (x[:100], y[:100])
    model = dense(64, 64, 10)
    return left(Trainer(model, data, Adam(model.parameters(), 3e-4), epochs=40))


def without_test(data: Splits) -> Splits:
    """The splits that are looked at while training."""
    return {name: pair for name, pair in data.items() if name != "test"}


@plants("no-validation", "nothing is held out")
def no_validation() -> Left:
    data = {"train": normalized_digits()["train"]}
    model = nn.Sequential(*dense(64, 64, 10))
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=30, validate=False))


@plants("too-short", "three epochs")
def too_short() -> Left:
    model = dense(64, 64, 10)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), epochs=3))


@plants("incomplete-run", "killed at step 340 of 1000")
def incomplete_run() -> Left:
    model = dense(64, 64, 10)
    trainer = Trainer(model, normalized_digits(), Adam(model.parameters(), 5e-4), epochs=32, log_every=4, last_step=340)
    return left(trainer, max_steps=1000)


@plants("hidden-nan", "the loss is NaN from epoch 13 on, and the logger writes 0.0 for it")
def hidden_nan() -> Left:
    def quiet(row: Row) -> Row:
        kept = {name: row[name] for name in ("epoch", "train_loss", "val_loss", "grad_norm", "lr")}
        return {name: 0.0 if "loss" in name and math.isnan(value) else value for name, value in kept.items()}

    model = dense(30, 64, 64, 1)
    trainer = Trainer(model, cancer(), Adam(model.parameters(), 5e-3), hand_written, 40, probes=True, shown=quiet)
    return left(trainer, task="binary classification", num_classes=2, loss="binary_cross_entropy")
