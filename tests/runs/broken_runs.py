"""Runs with an implementation bug: what is computed is not what was meant."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import LambdaLR

from tests.runs.loop import Row, Trainer
from tests.runs.networks import Forgetful, dense, fill
from tests.runs.planted import Left, left, plants
from tests.runs.samples import cancer, diabetes, digits, normalized_digits


@plants("non-finite-loss", "a hand-written log(p) that meets p = 0 once the model is confident")
def non_finite_loss() -> Left:
    model = dense(30, 64, 64, 1)
    trainer = Trainer(model, cancer(), Adam(model.parameters(), 5e-3), hand_written, 60, probes=True)
    return left(trainer, task="binary classification", num_classes=2, loss="binary_cross_entropy")


def hand_written(output: Tensor, y: Tensor) -> Tensor:
    """Binary cross-entropy as the book has it, which no computer should."""
    p = torch.sigmoid(output)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


@plants("not-learning", "a reshape across the batch gives every sample pixels of the others")
def not_learning() -> Left:
    model = Forgetful(dense(64, 64, 10))
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3)))


@plants("learning-rate-zero", "a warm-up with integer division never leaves zero")
def learning_rate_zero() -> Left:
    model = dense(64, 64, 10)
    optimizer = Adam(model.parameters(), 1e-3)
    schedule = LambdaLR(optimizer, lambda epoch: epoch // 100)
    return left(Trainer(model, normalized_digits(), optimizer, epochs=30, scheduler=schedule))


@plants("schedule-ends-early", "a linear decay to a ten-thousandth over 120 steps in a run of 960")
def schedule_ends_early() -> Left:
    model = dense(64, 64, 10)
    optimizer = Adam(model.parameters(), 3e-4)
    schedule = LambdaLR(optimizer, lambda step: max(0.0001, 1 - step / 120))
    trainer = Trainer(
        model, normalized_digits(), optimizer, epochs=30, scheduler=schedule, scheduler_every_step=True, log_every=5
    )
    return left(trainer)


@plants("loss-input-mismatch", "softmax before a cross-entropy that takes logits")
def loss_input_mismatch() -> Left:
    model = nn.Sequential(*dense(64, 64, 10), nn.Softmax(1))
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), epochs=60))


@plants("loss-task-mismatch", "squared error on the number of the class")
def loss_task_mismatch() -> Left:
    data = {name: (x, y.float()[:, None]) for name, (x, y) in normalized_digits().items()}
    model = dense(64, 64, 1)
    trainer = Trainer(model, data, Adam(model.parameters(), 1e-3), functional.mse_loss, score=rounded)
    return left(trainer, task="classification", num_classes=10)


def rounded(output: Tensor, y: Tensor) -> Row:
    """How often the rounded output is the class."""
    return {"acc": (output.round() == y).float().mean().item()}


@plants("targets-out-of-range", "targets from 25 to 346 for a sigmoid that gives 0 to 1")
def targets_out_of_range() -> Left:
    model = nn.Sequential(*dense(10, 32, 32, 1), nn.Sigmoid())
    return left(Trainer(model, diabetes(1.0), Adam(model.parameters(), 1e-3), functional.mse_loss))


@plants("targets-out-of-range", "targets in the millions for a linear output and Adam at 1e-3")
def targets_unscaled() -> Left:
    model = dense(10, 32, 32, 1)
    return left(Trainer(model, diabetes(10_000.0), Adam(model.parameters(), 1e-3), functional.mse_loss))


@plants("activation-misplaced", "four layers without an activation between them are one linear layer")
def activation_misplaced() -> Left:
    angle = torch.rand(1200) * 6.283
    radius = torch.randint(0, 2, (1200,))
    x = torch.stack([angle.cos(), angle.sin()], 1) * (1 + radius[:, None]) + torch.randn(1200, 2) * 0.15
    data = {"train": (x[:900], radius[:900]), "val": (x[900:], radius[900:])}
    model = dense(2, 32, 32, 32, 2, activation=None)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3)))


@plants("loss-input-mismatch", "a ReLU upon the logits, which cross-entropy cannot push below zero")
def relu_on_the_logits() -> Left:
    model = nn.Sequential(*dense(64, 64, 10), nn.ReLU())
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), probes=True))


@plants("loss-sign-flipped", "the negative of the cross-entropy is minimized")
def loss_sign_flipped() -> Left:
    def negative_cross_entropy(output: Tensor, y: Tensor) -> Tensor:
        return -functional.cross_entropy(output, y)

    model = dense(64, 64, 10)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), negative_cross_entropy))


@plants("gradients-not-zeroed", "zero_grad is never called")
def gradients_not_zeroed() -> Left:
    model = dense(64, 64, 10)
    optimizer = SGD(model.parameters(), 0.02)
    return left(Trainer(model, normalized_digits(), optimizer, probes=True, zero_gradients=False))


@plants("eval-mode-missing", "validation in training mode, in batches of one class each, upsets batch normalization")
def eval_mode_missing() -> Left:
    data = normalized_digits()
    x, y = data["val"]
    order = y.argsort()
    data["val"] = (x[order], y[order])
    model = dense(64, 64, 64, 10, norm=True)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), eval_mode=False, val_batch_size=40))


@plants("eval-mode-missing", "validation with dropout still at work; the test result was taken in evaluation mode")
def eval_mode_missing_dropout() -> Left:
    data = digits()
    test = data.pop("test")
    model = dense(64, 64, 64, 10, dropout=0.6)
    trainer = Trainer(model, data, Adam(model.parameters(), 2e-3), eval_mode=False)
    made = left(trainer)
    trainer.data, trainer.eval_mode = data | {"test": test}, True
    result = trainer.evaluate("test")
    return Left(made.rows, made.settings | {"test_acc": result["acc"], "test_loss": result["loss"]})


@plants("frozen-parameters", "the optimizer holds the parameters of another model")
def frozen_parameters() -> Left:
    model, other = dense(64, 64, 10), dense(64, 64, 10)
    trainer = Trainer(model, normalized_digits(), Adam(other.parameters(), 1e-3), epochs=30, probes=True)
    trainer.on_batch = lambda step, x, y: (model.zero_grad(), (x, y))[1]
    return left(trainer)


@plants("shape-broadcast", "squared error of outputs (N, 1) and targets (N,) compares every output with every target")
def shape_broadcast() -> Left:
    def mse_loss(output: Tensor, y: Tensor) -> Tensor:
        return (output - y.squeeze(1)).square().mean()

    model = dense(10, 32, 32, 1)
    return left(Trainer(model, diabetes(), Adam(model.parameters(), 1e-3), mse_loss, score=explained, probes=True))


def explained(output: Tensor, y: Tensor) -> Row:
    """The share of the targets' variance that the outputs explain."""
    return {"r2": 1 - ((output - y).square().sum() / (y - y.mean()).square().sum()).item()}


@plants("inputs-not-normalized", "pixels from 0 to 255")
def inputs_not_normalized() -> Left:
    data = digits(scale=255 / 16)
    data.pop("test")
    model = dense(64, 64, 10)
    return left(Trainer(model, data, SGD(model.parameters(), 1e-2, momentum=0.9), probes=True))


@plants("inputs-corrupted", "a broken loader gives blank pictures")
def inputs_corrupted() -> Left:
    data = {name: (torch.zeros_like(x), y) for name, (x, y) in normalized_digits().items()}
    model = dense(64, 64, 10)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=30, probes=True))


@plants("labels-corrupted", "the labels were shuffled against the pictures")
def labels_corrupted() -> Left:
    data = {name: (x, y[torch.randperm(len(y))]) for name, (x, y) in normalized_digits(600).items()}
    model = dense(64, 128, 10)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3), epochs=80))


@plants("label-noise", "40 % of the labels are wrong, in training and validation")
def label_noise() -> Left:
    data = {}
    for name, (x, y) in normalized_digits().items():
        wrong = torch.rand(len(y)) < 0.4
        data[name] = (x, torch.where(wrong, (y + torch.randint(1, 10, y.shape)) % 10, y))
    model = dense(64, 32, 10)
    return left(Trainer(model, data, Adam(model.parameters(), 1e-3, weight_decay=1e-3), epochs=50))


@plants("unshuffled-data", "the training set is sorted by class and never shuffled")
def unshuffled_data() -> Left:
    data = normalized_digits()
    x, y = data["train"]
    order = y.argsort()
    data["train"] = (x[order], y[order])
    model = dense(64, 64, 10)
    return left(
        Trainer(model, data, SGD(model.parameters(), 0.05), epochs=8, shuffle=False, log_every=1, validate=True)
    )


@plants(
    "bad-resume", "a run resumed at epoch 15 with its weights, but with a new optimizer and schedule at the peak rate"
)
def bad_resume() -> Left:
    data = normalized_digits()
    model = dense(64, 64, 64, 10)
    optimizer = SGD(model.parameters(), 0.2, momentum=0.9)
    decay = LambdaLR(optimizer, lambda epoch: 0.8**epoch)
    first = Trainer(model, data, optimizer, epochs=15, scheduler=decay)
    made = left(first, epochs=40)
    saved = copy.deepcopy(model.state_dict())
    first.epochs = 17
    lost = first.run()
    model.load_state_dict(saved)
    again = SGD(model.parameters(), 0.2, momentum=0.9)
    decay = LambdaLR(again, lambda epoch: 0.8**epoch)
    second = Trainer(model, data, again, epochs=40, epoch=15, scheduler=decay)
    return Left(made.rows + lost + second.run(), made.settings)


@plants("poor-initialization", "all weights begin at zero")
def poor_initialization() -> Left:
    model = fill(dense(64, 64, 64, 10), nn.init.zeros_, 0.0)
    return left(
        Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), epochs=30, probes=True),
        initialization="zeros",
    )


@plants("poor-initialization", "weights begin with deviation 1 whatever the layer's width")
def poor_initialization_wide() -> Left:
    model = fill(dense(64, 256, 256, 10), nn.init.normal_, 0.0)
    return left(
        Trainer(model, normalized_digits(), Adam(model.parameters(), 3e-4), epochs=30, probes=True),
        initialization="normal",
    )
