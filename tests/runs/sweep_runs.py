"""Sweeps: many short runs with different settings, a row for each, as `expert tune` reads them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

from torch.nn import functional
from torch.optim import SGD, Adam, Optimizer, RMSprop

from tests.runs.loop import Row, Splits, Trainer, settings_of
from tests.runs.networks import dense
from tests.runs.planted import Left, healthy, plants
from tests.runs.samples import diabetes, normalized_digits

Knobs = dict[str, float | str]
SWEEP = "sweep.csv"


@plants("search-range-edge", "the best rate for stochastic gradient descent here is 0.05, and the search ends at 0.001")
def search_range_edge() -> Left:
    return _searched(24, lambda: {"lr": _log(1e-5, 1e-3), "weight_decay": _log(1e-5, 1e-2)}, _of_digits)


@plants("unsearched-sensitive-knob", "three optimizers and four batch sizes are compared, all at a rate of 0.1")
def unsearched_sensitive_knob() -> Left:
    def draw() -> Knobs:
        return {"optimizer": random.choice(["sgd", "adam", "rmsprop"]), "batch_size": random.choice([16, 32, 64, 128])}

    return _searched(24, draw, _of_digits, lr=0.1)


@plants("failing-region", "the search goes up to a rate of 10, and from about 0.3 on the squared error overflows")
def failing_region() -> Left:
    return _searched(30, lambda: {"lr": _log(1e-3, 10), "momentum": random.uniform(0, 0.9)}, _of_diabetes)


@healthy("a coarse search with Adam whose optimum lies well inside")
def healthy_sweep() -> Left:
    return _searched(24, lambda: {"lr": _log(1e-5, 0.3), "dropout": random.uniform(0, 0.6)}, _of_digits)


@healthy("the second search, around a rate that is known: width, dropout and decay with the rate in a small range")
def healthy_finer_sweep() -> Left:
    def draw() -> Knobs:
        return {"lr": _log(1e-3, 1e-2), "width": int(_log(16, 128)), "dropout": random.uniform(0, 0.5)}

    return _searched(24, draw, _of_digits)


def _searched(trials: int, draw: Callable[[], Knobs], made: Callable[..., Trainer], **fixed: float) -> Left:
    """Trials at random, each really trained with a seed of its own; the best validation values of each are its row."""
    random.seed(7)
    rows: list[Row] = []
    for _ in range(trials):
        knobs = draw()
        trainer = made(**{"optimizer": "adam" if "dropout" in knobs else "sgd"} | fixed | knobs)
        described = settings_of(trainer)
        epochs = list(trainer.run())
        rows.append(knobs | dict(_best(epochs)))  # type: ignore[arg-type]  # a knob may be a word
    kept = ("task", "num_classes", "train_size", "val_size", "epochs", "loss", "depth")
    return Left(rows, {name: described.get(name) for name in kept} | fixed, log=SWEEP)


def _best(rows: list[Row]) -> Iterator[tuple[str, float]]:
    """The best value of each validation metric; not a number if the run ended so."""
    for name, choose in (("val_loss", min), ("val_acc", max)):
        values = [row[name] for row in rows if name in row]
        if values:
            yield name, choose(values) if math.isfinite(values[-1]) else math.nan


def _of_digits(lr: float, optimizer: str, width: float = 64, dropout: float = 0.0, **others: float) -> Trainer:
    return _trainer(normalized_digits(), (64, int(width), 10), lr, optimizer, dropout, **others)


def _of_diabetes(lr: float, optimizer: str, **others: float) -> Trainer:
    return _trainer(diabetes(), (10, 32, 1), lr, optimizer, 0.0, **others)


def _trainer(
    data: Splits,
    sizes: tuple[int, ...],
    lr: float,
    optimizer: str,
    dropout: float,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    batch_size: float = 32,
) -> Trainer:
    model = dense(*sizes, dropout=dropout)
    made: Optimizer
    match optimizer:
        case "adam":
            made = Adam(model.parameters(), lr, weight_decay=weight_decay)
        case "rmsprop":
            made = RMSprop(model.parameters(), lr, weight_decay=weight_decay)
        case _:
            made = SGD(model.parameters(), lr, momentum=momentum, weight_decay=weight_decay)
    loss = functional.cross_entropy if sizes[-1] > 1 else functional.mse_loss
    return Trainer(model, data, made, loss, epochs=8, batch_size=int(batch_size))


def _log(low: float, high: float) -> float:
    return float(math.exp(random.uniform(math.log(low), math.log(high))))
