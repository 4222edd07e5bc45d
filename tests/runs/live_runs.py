"""Runs that the Monitor watched: the fault is one that only a look inside the model tells, or the run is sound."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import SGD, Adam, AdamW, Optimizer

from expert.live import Monitor
from tests.runs.loop import LossFunction, Splits
from tests.runs.networks import Growing, Recurrent, convolutional, dense, fill
from tests.runs.planted import Left, healthy, plants
from tests.runs.samples import diabetes, digits, normalized_digits, recall_of_the_first

Habit = Callable[[nn.Module], None]


def watched(
    model: nn.Module,
    data: Splits,
    optimizer: Optimizer,
    loss: LossFunction = functional.cross_entropy,
    epochs: int = 12,
    before_validation: Habit = nn.Module.eval,
    after_validation: Habit = nn.Module.train,
    zeroed: bool = True,
    skips: bool = False,
    order: Callable[[int], Tensor] = torch.randperm,
    batch_size: int = 32,
    **settings: object,
) -> Left:
    """What the Monitor writes of a plain loop with its habits, good and bad."""
    (inputs, targets), (held_out, held_targets) = data["train"], data["val"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "run.jsonl"
        given = {"epochs": epochs, "train_size": len(inputs), "val_size": len(held_out), **settings}
        with Monitor(model, optimizer, log, every=20, settings=given) as m:
            model.train()
            for _ in range(epochs):
                for batch in order(len(inputs)).split(batch_size):
                    value = loss(model(inputs[batch]), targets[batch])
                    if zeroed:
                        optimizer.zero_grad()
                    value.backward()
                    norm = nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
                    if norm.isfinite() or not skips:
                        optimizer.step()
                    m.step(value, targets=targets[batch])
                before_validation(model)
                with torch.no_grad():
                    output = model(held_out)
                    m.log(val_loss=loss(output, held_targets), **_score(output, held_targets))
                after_validation(model)
        return Left([], {"seed": 7}, untimed(log.read_text()), "log.jsonl")


def untimed(log: str) -> str:
    """The Monitor's log without times: they tell of the machine that trained, and of what else it did."""
    records = [json.loads(line) for line in log.splitlines()]
    kept = [{name: value for name, value in r.items() if name not in ("step_time", "data_time")} for r in records]
    return "".join(json.dumps(record) + "\n" for record in kept)


def _score(output: Tensor, targets: Tensor) -> dict[str, Tensor]:
    return {"val_acc": (output.argmax(1) == targets).float().mean()} if targets.dtype == torch.long else {}


def leave(model: nn.Module) -> None:
    """Do nothing about the mode."""


def normal(model: nn.Module, deviation: float) -> nn.Module:
    return fill(model, lambda w: nn.init.normal_(w, std=deviation), 0.0)


class Digits(nn.Module):
    """Rows of a digit as tokens that attend to each other."""

    def __init__(self, blocks: int = 2) -> None:
        super().__init__()
        self.inside = nn.Linear(8, 32)
        self.place = nn.Parameter(0.02 * torch.randn(8, 32))
        layer = nn.TransformerEncoderLayer(32, 4, 64, 0.0, batch_first=True)
        self.blocks = nn.TransformerEncoder(layer, blocks, enable_nested_tensor=False)
        self.out = nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.blocks(self.inside(x.unflatten(1, (8, 8))) + self.place).mean(1))


class Detached(nn.Module):
    """What the encoder finds is cut off from its gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.head = dense(64, 64, 32), nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(functional.relu(self.encoder(x)).detach())


class Distance(nn.Module):
    """Classes by their distance to a center; the root has no slope where a sample meets itself."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.out = nn.Linear(64, 16), nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        found = torch.tanh(self.inside(x))
        apart = (found - found[:1]).square().sum(1, keepdim=True)
        return self.out(found) + 0 * torch.where(apart > 0, apart.sqrt(), 0.0)


@plants("dead-relu", "a rate of 3 kills the hidden units in the first steps", within="learning-rate-too-high")
def live_dead_relu() -> Left:
    model = dense(64, 64, 64, 10)
    return watched(model, normalized_digits(), SGD(model.parameters(), 3.0))


@plants("saturated-activations", "pixels of up to 256 push every tanh to its end", within="inputs-not-normalized")
def live_saturated_activations() -> Left:
    model = dense(64, 64, 64, 64, 10, activation=nn.Tanh)
    data = digits(1000, 400, 16.0)
    return watched(normal(model, 1.0), data, SGD(model.parameters(), 1e-3))


@plants("vanishing-gradients", "ten sigmoid layers", within="activation-misplaced")
def live_vanishing_gradients() -> Left:
    model = dense(64, *[64] * 10, 10, activation=nn.Sigmoid)
    return watched(model, normalized_digits(), SGD(model.parameters(), 0.1, momentum=0.9))


@plants("poor-initialization", "every weight begins as the same number")
def live_poor_initialization() -> Left:
    model = fill(dense(64, 64, 64, 10), lambda w: nn.init.constant_(w, 0.05), 0.0)
    return watched(model, normalized_digits(), Adam(model.parameters(), 1e-3))


@plants("poor-initialization", "weights of deviation 1, whatever the width")
def live_weights_too_wide() -> Left:
    model = normal(dense(64, 128, 128, 128, 10), 1.0)
    return watched(model, normalized_digits(), SGD(model.parameters(), 1e-4))


@plants(
    "exploding-gradients", "what goes past each of eight blocks is 2.5 times what came", within="poor-initialization"
)
def live_exploding_gradients() -> Left:
    model = Growing(8, 2.5)
    return watched(model, normalized_digits(), SGD(model.parameters(), 1e-6), epochs=4)


@plants("learning-rate-too-low", "Adam at 1e-7: an update is a millionth of the weights")
def live_updates_too_small() -> Left:
    model = dense(64, 64, 64, 10)
    return watched(model, normalized_digits(), Adam(model.parameters(), 1e-7), epochs=6)


@plants("learning-rate-too-high", "Adam at 0.5: every update is as large as the weights")
def live_updates_too_large() -> Left:
    model = dense(64, 64, 64, 10)
    return watched(model, normalized_digits(), Adam(model.parameters(), 0.5))


@plants("eval-mode-missing", "validation without eval(): dropout acts on it")
def live_eval_mode_missing() -> Left:
    model = dense(64, 64, 64, 10, dropout=0.5)
    data = normalized_digits()
    return watched(model, data, Adam(model.parameters(), 1e-3), before_validation=leave)


@plants("eval-mode-missing", "no train() after validation: from the second epoch on dropout and norms stand still")
def live_train_mode_lost() -> Left:
    model = dense(64, 64, 64, 10, dropout=0.3, norm=True)
    data = normalized_digits()
    return watched(model, data, Adam(model.parameters(), 1e-3), after_validation=leave)


@plants("gradients-not-zeroed", "no zero_grad()")
def live_gradients_not_zeroed() -> Left:
    model = dense(64, 64, 10)
    return watched(model, normalized_digits(), SGD(model.parameters(), 1e-3), zeroed=False)


@plants("frozen-parameters", "the optimizer was made of the head alone, while the rest asks for gradients")
def live_not_in_the_optimizer() -> Left:
    model = dense(64, 64, 64, 10)
    return watched(model, normalized_digits(), Adam(model[-1].parameters(), 1e-3))


@plants("frozen-parameters", "a detach between encoder and head")
def live_detached() -> Left:
    model = Detached()
    return watched(model, normalized_digits(), Adam(model.parameters(), 1e-3))


@plants("distribution-shift", "training inputs are normalized, those of validation are not")
def live_inputs_differ() -> Left:
    data = normalized_digits()
    data["val"] = (data["val"][0] * 6 + 4.8, data["val"][1])
    model = dense(64, 64, 10)
    return watched(model, data, Adam(model.parameters(), 1e-3))


@plants("attention-collapse", "queries and keys grow at a rate of 0.05", within="learning-rate-too-high")
def live_attention_collapse() -> Left:
    model = Digits()
    return watched(model, normalized_digits(), Adam(model.parameters(), 0.05))


@plants("non-finite-gradients", "the slope of a root at zero, behind a where; the loop skips such steps without a word")
def live_non_finite_gradients() -> Left:
    model = Distance()
    return watched(model, normalized_digits(), Adam(model.parameters(), 1e-3), skips=True)


@plants("inputs-corrupted", "one batch in three holds NaN", within="non-finite-loss")
def live_torn_inputs() -> Left:
    data = normalized_digits()
    data["train"][0][::100, 3] = float("nan")
    model = dense(64, 64, 10)
    return watched(model, data, Adam(model.parameters(), 1e-3), epochs=4)


@plants("unshuffled-data", "a folder for each class, read one after the other")
def live_sorted_by_class() -> Left:
    data = normalized_digits()
    by_class = data["train"][1].argsort()
    data["train"] = data["train"][0][by_class], data["train"][1][by_class]
    model = dense(64, 64, 10)
    return watched(model, data, Adam(model.parameters(), 1e-3), order=torch.arange)


class Bounded(nn.Module):
    """A network whose output is a tanh."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = dense(10, 32, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.inside(x))


@plants("targets-out-of-range", "quantities of up to 350 from a tanh", within="loss-input-mismatch")
def live_targets_out_of_range() -> Left:
    model = Bounded()
    return watched(model, diabetes(1.0), Adam(model.parameters(), 1e-3), functional.mse_loss, task="regression")


@healthy("a fully-connected network, watched")
def healthy_live_dense() -> Left:
    model = dense(64, 64, 64, 10)
    return watched(model, normalized_digits(), Adam(model.parameters(), 1e-3))


@healthy("a convolutional network with dropout, watched")
def healthy_live_convolutional() -> Left:
    model = convolutional(0.2)
    return watched(model, digits(1000, 400, 1 / 6, -0.8), AdamW(model.parameters(), 2e-3))


@healthy("batch normalization and momentum, watched")
def healthy_live_normalized() -> Left:
    model = dense(64, 64, 64, 10, norm=True)
    return watched(model, normalized_digits(), SGD(model.parameters(), 0.02, momentum=0.9))


@healthy("a transformer, watched")
def healthy_live_attention() -> Left:
    model = Digits()
    return watched(model, normalized_digits(), AdamW(model.parameters(), 2e-3), epochs=15)


@healthy("an LSTM, watched")
def healthy_live_recurrent() -> Left:
    model = Recurrent(nn.LSTM, 2, 32, 2)
    return watched(model, recall_of_the_first(12, 1200), Adam(model.parameters(), 3e-3), epochs=15)


@healthy("a frozen encoder below a new head, watched")
def healthy_live_frozen_encoder() -> Left:
    model = dense(64, 128, 64, 10)
    model[0].requires_grad_(False)
    return watched(model, normalized_digits(), Adam([p for p in model.parameters() if p.requires_grad], 1e-3))


@healthy("tanh in a small network, watched")
def healthy_live_tanh() -> Left:
    model = dense(64, 48, 48, 10, activation=nn.Tanh)
    return watched(model, normalized_digits(), Adam(model.parameters(), 2e-3))
