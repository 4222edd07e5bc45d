"""What the cases under the Monitor are made of: networks with a fault inside."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Adam

from tests.lab.material import Attentive, Data, spoiled, without_test
from tests.runs.loop import Splits
from tests.runs.networks import dense
from tests.runs.samples import digits


@torch.no_grad()
def begun(
    model: nn.Module,
    kind: type[nn.Module] | tuple[type[nn.Module], ...],
    weight: Callable[[Tensor], object] | None = None,
    bias: float | None = None,
) -> nn.Module:
    """A network in which the layers of a kind, with all that is in them, begin otherwise."""
    for layer in [module for module in model.modules() if isinstance(module, kind)]:
        for parameter in layer.parameters():
            if parameter.ndim > 1 and weight:
                weight(parameter)
            elif parameter.ndim == 1 and bias is not None:
                parameter.fill_(bias)
    return model


def dead_blocks() -> Attentive:
    """A transformer whose feed-forward layers never give anything."""
    model = Attentive()
    for block in model.layers.layers:
        nn.init.constant_(block.linear1.bias, -20.0)
    return model


def loud_output() -> nn.Sequential:
    """A network that is very sure of its first guesses."""
    model = dense(64, 64, 10)
    nn.init.normal_(model[-1].weight, std=12.0)
    return model


def pictures(activation: Callable[[], nn.Module], depth: int, norm: bool = False) -> nn.Sequential:
    """So many convolutions over 8 × 8 digits, the mean of each channel, and a linear layer."""
    layers: list[nn.Module] = []
    for n in range(depth):
        layers += [nn.Conv2d(16 if n else 1, 16, 3, padding=1), *([nn.BatchNorm2d(16)] if norm else []), activation()]
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), *layers, nn.AvgPool2d(4), nn.Flatten(), nn.Linear(64, 10))


class Squeezed(nn.Module):
    """Blocks over the rows of a picture, each ended by a sigmoid, and nothing goes past them."""

    def __init__(self, depth: int, width: int = 32) -> None:
        super().__init__()
        self.inside = nn.Linear(8, width)
        self.attention = nn.ModuleList(nn.MultiheadAttention(width, 4, batch_first=True) for _ in range(depth))
        self.forth = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.output = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.inside(x)
        for attention, forth in zip(self.attention, self.forth, strict=True):
            x = torch.sigmoid(forth(attention(x, x, x, need_weights=False)[0]))
        return self.output(x.mean(1))


class LastState(nn.Module):
    """The last state of an LSTM."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.layer = nn.LSTM(inputs, hidden, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)[0][:, -1]


class Detached(nn.Module):
    """What the encoder finds is cut off from its gradient."""

    def __init__(self, encoder: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head

    def forward(self, x: Tensor) -> Tensor:
        return self.head(functional.relu(self.encoder(x)).detach())


class Distance(nn.Module):
    """Classes, and the distance to the first sample: a root without a slope where that meets itself."""

    def __init__(self, inside: nn.Module, width: int, classes: int) -> None:
        super().__init__()
        self.inside, self.output = inside, nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        found = torch.tanh(self.inside(x))
        apart = (found - found[:1]).square().sum(1, keepdim=True)
        return self.output(found) + 0 * torch.where(apart > 0, apart.sqrt(), 0.0)


class Skipping(Adam):
    """Adam that leaves a step out without a word where a gradient is no number, as some trainers do."""

    def step(self, closure: Any = None) -> Any:
        gradients = [p.grad for group in self.param_groups for p in group["params"] if p.grad is not None]
        return super().step(closure) if math.isfinite(nn.utils.get_total_norm(gradients)) else None


def with_the_root_of_nothing(output: Tensor, y: Tensor) -> Tensor:
    """Squared error, and the distance of the outputs from themselves, whose slope at zero is no number."""
    return functional.mse_loss(output, y) + 0.01 * (output - output.detach()).square().sum().sqrt()


with_the_root_of_nothing.__name__ = "mse_loss"


def frozen(model: nn.Sequential, layers: int) -> nn.Sequential:
    """A network whose first layers were trained elsewhere, and stay."""
    model[:layers].requires_grad_(False)
    return model


def prepared_otherwise(data: Data, how: Callable[[Tensor], Tensor]) -> Splits:
    """The inputs of validation go another way to the model than those of training."""
    return spoiled(lambda: without_test(data), lambda x, y: (how(x), y), "val")


def torn_pictures() -> Splits:
    """One picture in a hundred holds a pixel that is no number."""
    data = without_test(digits)
    data["train"][0][::100, 3] = torch.nan
    return data
