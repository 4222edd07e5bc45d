"""Runs that only try to memorize one batch: the four ways to fail, and the way to pass."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional
from torch.optim import SGD, Adam, Optimizer

from tests.runs.loop import LossFunction, Trainer
from tests.runs.networks import dense
from tests.runs.planted import Left, healthy, left, plants
from tests.runs.samples import normalized_digits


@plants("loss-sign-flipped", "one batch, and the gradient is climbed")
def single_batch_goes_up() -> Left:
    def flipped(output: Tensor, y: Tensor) -> Tensor:
        return -functional.cross_entropy(output, y)

    model = dense(64, 32, 10)
    return _probe(
        model, Adam(model.parameters(), 1e-3), flipped, shown=lambda row: row | {"train_loss": -row["train_loss"]}
    )


@plants(
    "numerical-overflow",
    "one batch, and a cross-entropy written by hand in bfloat16, whose logarithm meets a zero once the model is sure",
)
def single_batch_explodes() -> Left:
    def by_hand(output: Tensor, y: Tensor) -> Tensor:
        share, wanted = output.bfloat16().sigmoid(), functional.one_hot(y, 10)
        return -(wanted * share.log() + (1 - wanted) * (1 - share).log()).float().mean()

    model = dense(64, 32, 10)
    return _probe(model, Adam(model.parameters(), 3e-3), by_hand)


@plants("learning-rate-too-high", "one batch, plain gradient descent at a rate of 8: it explodes, and the units die")
def single_batch_explodes_at_a_high_rate() -> Left:
    model = dense(64, 32, 10)
    return _probe(model, SGD(model.parameters(), 8.0))


@plants("learning-rate-too-high", "one batch, plain gradient descent of a tanh network at a rate of 3: it oscillates")
def single_batch_oscillates() -> Left:
    model = dense(64, 32, 10, activation=nn.Tanh)
    return _probe(model, SGD(model.parameters(), 3.0))


@plants("learning-rate-too-low", "one batch, plain gradient descent at a rate of a millionth: it plateaus")
def single_batch_plateaus() -> Left:
    model = dense(64, 32, 10)
    return _probe(model, SGD(model.parameters(), 1e-6))


@plants(
    "vanishing-gradients", "one batch, twelve layers of sigmoids at a usual rate: it plateaus", "activation-misplaced"
)
def single_batch_plateaus_in_depth() -> Left:
    model = dense(64, *[32] * 12, 10, activation=nn.Sigmoid)
    return _probe(model, SGD(model.parameters(), 0.05, momentum=0.9))


@healthy("one batch that is memorized, as Adam does with ReLUs; nothing is held out")
def single_batch_memorized() -> Left:
    model = dense(64, 32, 10)
    return _probe(model, Adam(model.parameters(), 1e-3), steps=300)


def _probe(
    model: nn.Module,
    optimizer: Optimizer,
    loss: LossFunction = functional.cross_entropy,
    steps: int = 200,
    **habits: object,
) -> Left:
    """One step per epoch on the first 32 digits."""
    x, y = normalized_digits()["train"]
    trainer = Trainer(model, {"train": (x[:32], y[:32])}, optimizer, loss, steps, validate=False, **habits)
    return left(trainer, loss="cross_entropy")
