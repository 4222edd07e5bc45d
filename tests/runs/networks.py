"""The small networks of the golden runs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn


def dense(
    *sizes: int, activation: Callable[[], nn.Module] | None = nn.ReLU, dropout: float = 0, norm: bool = False
) -> nn.Sequential:
    """A fully-connected network: its sizes from the input to the output."""
    layers: list[nn.Module] = []
    for size_in, size_out in pairwise(sizes[:-1]):
        layers.append(nn.Linear(size_in, size_out))
        layers += [nn.BatchNorm1d(size_out)] if norm else []
        layers += [activation()] if activation else []
        layers += [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


def convolutional(dropout: float = 0.0) -> nn.Sequential:
    """A LeNet-like network for 8 × 8 digits."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(128, 64),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(64, 10),
    )


class Recurrent(nn.Module):
    """A recurrent layer and a linear one upon its last state."""

    def __init__(self, kind: type[nn.RNN] | type[nn.LSTM], inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.layer = kind(inputs, hidden, batch_first=True)
        self.output = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        states: Tensor = self.layer(x)[0]
        return self.output(states[:, -1])


class Growing(nn.Module):
    """Residual blocks without a norm: what goes past each is a multiple of what came."""

    def __init__(self, depth: int, factor: float) -> None:
        super().__init__()
        self.factor = factor
        self.blocks = nn.ModuleList(dense(64, 64, 64) for _ in range(depth))
        self.output = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = self.factor * x + block(x)
        return self.output(x)


class Writer(nn.Module):
    """A small language model over characters: an embedding, an LSTM, and a score for every character."""

    def __init__(self, letters: int, hidden: int = 64) -> None:
        super().__init__()
        self.embedding = nn.Embedding(letters, 16)
        self.layer = nn.LSTM(16, hidden, batch_first=True)
        self.output = nn.Linear(hidden, letters)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.layer(self.embedding(x))[0])


class Forgetful(nn.Module):
    """A network whose pictures and targets no longer belong together: the reshape runs across the batch."""

    def __init__(self, inside: nn.Module) -> None:
        super().__init__()
        self.inside = inside

    def forward(self, x: Tensor) -> Tensor:
        return self.inside(x.T.reshape(len(x), -1))


@torch.no_grad()
def fill(model: nn.Module, weight: Callable[[Tensor], object], bias: float | None = None) -> nn.Module:
    """Set every weight matrix with `weight`, and every bias to a number."""
    for parameter in model.parameters():
        if parameter.ndim > 1:
            weight(parameter)
        elif bias is not None:
            parameter.fill_(bias)
    return model
