"""What the recipes are made of: data that comes with scikit-learn, networks, and the ways to spoil them."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable
from functools import cache, partial

import torch
from sklearn import datasets
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

from tests.runs.loop import LossFunction, Row, Splits, Trainer
from tests.runs.networks import dense, fill
from tests.runs.samples import split

Data = Callable[[], Splits]
Network = Callable[[], nn.Module]


def wine() -> Splits:
    """Three kinds of wine by 13 measures, normalized."""
    found = datasets.load_wine()
    x = torch.tensor(found.data).float()
    return split((x - x.mean(0)) / x.std(0), torch.tensor(found.target), 130, 48)


def raw_wine() -> Splits:
    """The same as measured: some columns reach 1700, others stay below 1."""
    found = datasets.load_wine()
    return split(torch.tensor(found.data).float(), torch.tensor(found.target), 130, 48)


def friedman(scale: float = 0.0, train: int = 1200) -> Splits:
    """Friedman's smooth function of ten inputs with noise; targets normalized, or scaled as asked."""
    x, y = datasets.make_friedman1(train + 700, noise=1.0, random_state=int(torch.randint(0, 10_000, ())))
    targets = torch.tensor(y).float()[:, None]
    targets = targets * scale if scale else (targets - targets.mean()) / targets.std()
    return split((torch.tensor(x).float() - 0.5) * 3.46, targets, train, 400)


def moons() -> Splits:
    """Two half-moons that lock into each other: no line parts them."""
    x, y = datasets.make_moons(1400, noise=0.1, random_state=int(torch.randint(0, 10_000, ())))
    inputs = torch.tensor(x).float()
    return split((inputs - inputs.mean(0)) / inputs.std(0), torch.tensor(y), 1000, 400)


def labels() -> Splits:
    """Documents of word counts with several labels each."""
    x, y = datasets.make_multilabel_classification(
        1800, 20, n_classes=6, random_state=int(torch.randint(0, 10_000, ()))
    )
    inputs = torch.tensor(x).float()
    return split((inputs - inputs.mean(0)) / inputs.std(0), torch.tensor(y).float(), 1300, 500)


def waves(length: int = 24, count: int = 1000) -> Splits:
    """Noisy sines of random pace and phase; what comes next is to be told."""
    pace, phase = 0.2 + 0.5 * torch.rand(count, 1), 6.283 * torch.rand(count, 1)
    curve = torch.sin(pace * torch.arange(length + 1) + phase) + 0.05 * torch.randn(count, length + 1)
    return split(curve[:, :-1, None], curve[:, -1:], int(count * 0.75), count - int(count * 0.75))


@cache
def _prose() -> str:
    """Thousands of letters of English: how scikit-learn describes its data sets."""
    described = (
        datasets.load_digits,
        datasets.load_breast_cancer,
        datasets.load_wine,
        datasets.load_diabetes,
        datasets.load_iris,
        datasets.load_linnerud,
    )
    return " ".join(" ".join(load().DESCR.lower().split()) for load in described)


def prose(length: int = 24) -> Splits:
    """Pieces of English prose that do not overlap, and the letter that follows each of their letters."""
    text = _prose()
    letters = sorted(set(text))
    pieces = torch.tensor([letters.index(c) for c in text]).unfold(0, length + 1, length + 1)
    return split(pieces[:, :-1], pieces[:, 1:], int(len(pieces) * 0.85), len(pieces) - int(len(pieces) * 0.85))


LETTERS = len(set(_prose()))


def counts(data: Splits) -> list[int]:
    """How many training samples each class has."""
    return torch.bincount(data["train"][1]).tolist()


def reproduced(data: Data) -> Splits:
    """The inputs as their own targets."""
    return {name: (x, x) for name, (x, _) in data().items()}


def without_test(data: Data) -> Splits:
    """The splits that are looked at while training."""
    return {name: pair for name, pair in data().items() if name != "test"}


def spoiled(data: Data, how: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]], *names: str) -> Splits:
    """The data with some splits (all, if none is named) changed."""
    found = data()
    return {name: how(*pair) if name in names or not names else pair for name, pair in found.items()}


def shuffled_labels(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The labels in another order than the inputs."""
    return x, y[torch.randperm(len(y))]


def wrong_labels(share: float, classes: int, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """A share of the labels drawn anew."""
    return x, torch.where(torch.rand(len(y)) < share, torch.randint(0, classes, (len(y),)), y)


def by_class(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The samples sorted by class, as a folder for each class would give them."""
    order = y.argsort()
    return x[order], y[order]


def from_another_scanner(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Paler, noisier pictures."""
    return x * 0.4 + 0.5 + torch.randn_like(x) * 0.6, y


def leaked(data: Data) -> Splits:
    """A validation split whose samples stand among those of training."""
    found = data()
    return found | {"val": tuple(part[: len(found["val"][1])] for part in found["train"])}


def rows_of(inside: nn.Module) -> nn.Sequential:
    """A network that reads a picture row by row."""
    return nn.Sequential(nn.Unflatten(1, (8, 8)), inside)


class Attentive(nn.Module):
    """A small transformer over the rows of a picture."""

    def __init__(self, depth: int = 2, width: int = 32, dropout: float = 0.1) -> None:
        super().__init__()
        self.embedding = nn.Linear(8, width)
        self.position = nn.Parameter(torch.randn(8, width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.output = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.layers(self.embedding(x) + self.position).mean(1))


class Summing(nn.Module):
    """A recurrent layer with ReLU, written by hand, whose weights begin with a gain."""

    def __init__(self, gain: float) -> None:
        super().__init__()
        self.state, self.input, self.output = nn.Linear(32, 32), nn.Linear(2, 32), nn.Linear(32, 1)
        nn.init.orthogonal_(self.state.weight, gain)

    def forward(self, x: Tensor) -> Tensor:
        state = torch.zeros(len(x), 32)
        for step in range(x.shape[1]):
            state = functional.relu(self.state(state) + self.input(x[:, step]))
        return self.output(state)


def ended(network: Network, *layers: nn.Module) -> nn.Sequential:
    """A network with more behind its last layer."""
    return nn.Sequential(*network().children(), *layers)


def started(network: Network, weight: Callable[[Tensor], object], bias: float | None = None) -> nn.Module:
    """A network whose weights begin otherwise."""
    return fill(network(), weight, bias)


def saturated() -> nn.Module:
    """Tanh layers whose weights are far too wide, below a last layer that begins as it should."""
    model = dense(64, 128, 128, 10, activation=nn.Tanh)
    fill(model[:-1], partial(nn.init.normal_, std=2.0))
    return model


def text_loss(output: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy over all letters of all windows."""
    return functional.cross_entropy(output.flatten(0, 1), y.flatten())


text_loss.__name__ = "cross_entropy"


def smoothed(output: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy with a tenth of each label spread over all classes."""
    return functional.cross_entropy(output, y, label_smoothing=0.1)


smoothed.__name__ = "cross_entropy"


def negative(loss: LossFunction) -> LossFunction:
    """What is minimized is the negative of a loss."""

    def flipped(output: Tensor, y: Tensor) -> Tensor:
        return -loss(output, y)

    flipped.__name__ = loss.__name__
    return flipped


def squared_error_of_the_class(output: Tensor, y: Tensor) -> Tensor:
    """A class is taken for a quantity."""
    return functional.mse_loss(output.squeeze(-1), y.float())


squared_error_of_the_class.__name__ = "mse_loss"


def broadcast(output: Tensor, y: Tensor) -> Tensor:
    """Outputs (N, 1) against targets (N,): every output is compared with every target."""
    return ((output - y.squeeze(-1)) ** 2).mean()


broadcast.__name__ = "mse_loss"


def hand_written(output: Tensor, y: Tensor) -> Tensor:
    """Binary cross-entropy as the book has it."""
    p = torch.sigmoid(output)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


hand_written.__name__ = "binary_cross_entropy"


def scaled(factor: Callable[[int], float]) -> Callable[[Optimizer], LRScheduler]:
    """A schedule that multiplies the rate by a function of the count."""
    return partial(LambdaLR, lr_lambda=factor)


def rounded(output: Tensor, y: Tensor) -> Row:
    """How often the rounded output is the class."""
    return {"acc": (output.squeeze(-1).round() == y).float().mean().item()}


def unscored(output: Tensor, y: Tensor) -> Row:
    """Nothing but the loss is logged."""
    return {}


def hits(output: Tensor, y: Tensor) -> Row:
    """How often a logit is on the right side of zero."""
    return {"acc": ((output > 0) == (y > 0.5)).float().mean().item()}


def found_of_the_rare(output: Tensor, y: Tensor) -> Row:
    """Accuracy, and the F1 of the rare class."""
    said = output.argmax(1)
    both = ((said == 1) & (y == 1)).sum().item()
    return {
        "acc": (said == y).float().mean().item(),
        "f1": 2 * both / max(1.0, float((said == 1).sum() + (y == 1).sum())),
    }


def tested(trainer: Trainer) -> list[Row]:
    """Train without looking at the test split, and measure it once at the end, in evaluation mode."""
    test = trainer.data.pop("test")
    rows = trainer.run()
    trainer.data["test"], trainer.eval_mode = test, True
    result = trainer.evaluate("test")
    return [*rows[:-1], rows[-1] | {f"test_{name}": value for name, value in result.items()}]


def resumed(change: Callable[[Trainer], None], trainer: Trainer) -> list[Row]:
    """Train to the middle and a little further, lose that, and go on from what `change` left of the checkpoint."""
    last, middle = trainer.epochs, trainer.epochs // 2
    trainer.epochs = middle
    rows = trainer.run()
    kept = copy.deepcopy((trainer.model.state_dict(), trainer.optimizer.state_dict(), trainer.step))
    trainer.epochs = middle + 2
    rows += trainer.run()
    trainer.model.load_state_dict(kept[0])
    trainer.optimizer.load_state_dict(kept[1])
    trainer.step, trainer.epoch, trainer.epochs = kept[2], middle, last
    change(trainer)
    return rows + trainer.run()


def everything_restored(trainer: Trainer) -> None:
    """Nothing of the checkpoint is lost."""


def moments_lost(factor: float, trainer: Trainer) -> None:
    """A new optimizer, at another rate, without the moments of the old one."""
    fresh = type(trainer.optimizer)(trainer.model.parameters(), trainer.optimizer.param_groups[0]["lr"] * factor)
    trainer.optimizer = fresh


def output_layer_lost(trainer: Trainer) -> None:
    """The checkpoint lacks the output layer, which begins anew."""
    last = [m for m in trainer.model.modules() if isinstance(m, nn.Linear)][-1]
    last.reset_parameters()
    moments_lost(1.0, trainer)


def fine_tuned(classes: int, trainer: Trainer) -> list[Row]:
    """Trained on some of the classes before; only the second training is logged."""
    few = {name: (x[y < classes], y[y < classes]) for name, (x, y) in trainer.data.items()}
    before = torch.optim.Adam(trainer.model.parameters(), 1e-3)
    Trainer(trainer.model, few, before, epochs=12).run()
    return trainer.run()


def other_weights(trainer: Trainer) -> list[Row]:
    """The optimizer was made for another network of the same form."""
    other = copy.deepcopy(trainer.model)
    trainer.optimizer = type(trainer.optimizer)(other.parameters(), trainer.optimizer.defaults["lr"])
    trainer.on_batch = lambda step, x, y: (trainer.model.zero_grad(), (x, y))[1]
    return trainer.run()


def weighed(row: Row) -> Row:
    """The row with the memory of this process, in megabytes."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return row | {"host_memory": pages * os.sysconf("SC_PAGE_SIZE") / 1e6}


def hoarding(trainer: Trainer) -> list[Row]:
    """Every loss is kept, with the graph behind it."""
    kept: list[Tensor] = []
    inner = trainer.loss

    def leaking(output: Tensor, y: Tensor) -> Tensor:
        loss = inner(output, y)
        kept.append(torch.cat([output.detach(), torch.zeros(len(y), 20_000)], 1) + loss)
        return loss

    trainer.loss = leaking
    return trainer.run()


def slow_disk(step: int, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Each batch takes 8 milliseconds to load."""
    time.sleep(0.008)
    return x, y


def drowned(every: int, step: int, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Now and then a batch is drowned in noise."""
    return (x + torch.randn_like(x) * 12 if step % every == every - 15 else x), y


def torn(step: int, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """From step 200 on some samples hold a value that is no number."""
    return (x.index_fill(0, torch.tensor([0]), torch.nan) if step >= 200 else x), y
