"""Runs with nothing wrong: ordinary noise, ordinary gaps, ordinary schedules."""

from __future__ import annotations

import copy

import torch
from torch import Tensor
from torch.nn import functional
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

from tests.runs.loop import Trainer
from tests.runs.networks import Writer, convolutional, dense
from tests.runs.planted import Left, healthy, left
from tests.runs.samples import characters, diabetes, digits, made, normalized_digits


@healthy("a fully-connected network under Adam")
def healthy_dense() -> Left:
    model = dense(64, 64, 10)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 3e-4), epochs=40))


@healthy("the same with another seed, to be a baseline")
def healthy_dense_again() -> Left:
    torch.manual_seed(8)
    return healthy_dense()


@healthy("the same with a third seed")
def healthy_dense_once_more() -> Left:
    torch.manual_seed(9)
    return healthy_dense()


@healthy("the same with every statistic logged")
def healthy_with_probes() -> Left:
    model = dense(64, 64, 64, 10)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 5e-4), epochs=30, probes=True))


@healthy("a convolutional network with dropout: the training loss lies above the validation loss")
def healthy_dropout() -> Left:
    data = digits()
    data.pop("test")
    model = convolutional(0.4)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=30))


@healthy("one cycle: warm-up, peak and a long way down, each step logged")
def healthy_one_cycle() -> Left:
    model = dense(64, 64, 10)
    optimizer = AdamW(model.parameters(), 3e-3)
    schedule = OneCycleLR(optimizer, 3e-3, total_steps=640)
    return left(
        Trainer(
            model, normalized_digits(), optimizer, epochs=20, scheduler=schedule, scheduler_every_step=True, log_every=4
        )
    )


@healthy("cosine annealing to zero at the last epoch")
def healthy_cosine() -> Left:
    data = digits()
    data.pop("test")
    model = convolutional()
    optimizer = SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=5e-4)
    return left(Trainer(model, data, optimizer, epochs=30, scheduler=CosineAnnealingLR(optimizer, 30)))


@healthy("the rate falls to a tenth twice")
def healthy_step_decay() -> Left:
    model = dense(64, 128, 10)
    optimizer = SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=1e-4)
    return left(Trainer(model, normalized_digits(), optimizer, epochs=36, scheduler=StepLR(optimizer, 12, 0.1)))


@healthy("batches of 16, each step logged, so that the loss jumps about")
def healthy_small_batches() -> Left:
    model = dense(64, 64, 10)
    return left(
        Trainer(model, normalized_digits(), SGD(model.parameters(), 0.05), epochs=4, batch_size=16, log_every=1)
    )


@healthy("a validation set of 60: its accuracy moves in steps")
def healthy_small_validation() -> Left:
    model = dense(64, 64, 10)
    return left(Trainer(model, normalized_digits(1200, 60), Adam(model.parameters(), 5e-4), epochs=30))


@healthy("stopped early, five epochs after the best")
def healthy_early_stopping() -> Left:
    data = made(3000, 800, 0.02)
    data.pop("test")
    model = dense(20, 48, 2)
    return left(Trainer(model, data, Adam(model.parameters(), 2e-3), epochs=100, patience=5))


@healthy("resumed at epoch 14 with everything that belongs to it")
def healthy_resumed() -> Left:
    data = normalized_digits()
    model = dense(64, 64, 10)
    optimizer = Adam(model.parameters(), 5e-4)
    made_first = left(Trainer(model, data, optimizer, epochs=16), epochs=30)
    kept = copy.deepcopy(model.state_dict()), copy.deepcopy(optimizer.state_dict())
    again = Adam(model.parameters(), 5e-4)
    model.load_state_dict(kept[0])
    again.load_state_dict(kept[1])
    return Left(made_first.rows + Trainer(model, data, again, epochs=30, epoch=16).run(), made_first.settings)


@healthy("regression on normalized targets; losses alone are logged")
def healthy_regression() -> Left:
    def smooth(x: Tensor) -> Tensor:
        return torch.sin(x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:3]

    x = torch.randn(2400, 5)
    y = smooth(x) + torch.randn(2400, 1) * 0.2
    y = (y - y.mean()) / y.std()
    model = dense(5, 64, 64, 1)
    data = {"train": (x[:1800], y[:1800]), "val": (x[1800:], y[1800:])}
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), functional.mse_loss, 40))


@healthy("noisy targets that nobody can predict well: the loss levels off where it must")
def healthy_noisy_regression() -> Left:
    model = dense(10, 16, 1)
    optimizer = Adam(model.parameters(), 1e-3, weight_decay=1e-2)
    return left(Trainer(model, diabetes(), optimizer, functional.mse_loss, 40))


@healthy("fine-tuning of a network that was trained on six of the ten classes before")
def healthy_fine_tuning() -> Left:
    data = normalized_digits()
    few = {name: (x[y < 6], y[y < 6]) for name, (x, y) in data.items()}
    model = dense(64, 64, 10)
    Trainer(model, few, Adam(model.parameters(), 1e-3), epochs=15).run()
    return left(Trainer(model, data, AdamW(model.parameters(), 3e-4), epochs=25), pretrained="six classes")


@healthy("a small language model over characters, every fifth step logged")
def healthy_language_model() -> Left:
    def cross_entropy(output: Tensor, y: Tensor) -> Tensor:
        return functional.cross_entropy(output.flatten(0, 1), y.flatten())

    data = characters()
    letters = int(data["train"][1].max()) + 1
    model = Writer(letters)
    trainer = Trainer(model, data, AdamW(model.parameters(), 3e-3), cross_entropy, 10, log_every=5, clip=1.0)
    trainer.score = lambda output, y: {}
    return left(trainer, task="language modeling", vocabulary=letters, output_units=letters, architecture="lstm")


@healthy("a small, steady gap between training and validation")
def healthy_mild_gap() -> Left:
    data = digits(1000)
    data.pop("test")
    model = convolutional(0.1)
    return left(Trainer(model, data, AdamW(model.parameters(), 5e-4), epochs=25))
