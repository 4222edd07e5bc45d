"""A small real training, with and without the Monitor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from expert.live import Monitor
from expert.readers import Refused, read
from expert.run import RunLog


def network(*more: nn.Module) -> nn.Sequential:
    """Ten inputs, three classes."""
    return nn.Sequential(nn.Linear(10, 16), nn.ReLU(), *more, nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))


def batches(steps: int, size: int = 32) -> Iterator[tuple[Tensor, Tensor]]:
    """Points in the plane of two features, by the larger of three sums; the same ones on every call."""
    source = torch.Generator().manual_seed(1)
    for _ in range(steps):
        x = torch.randn(size, 10, generator=source)
        yield x, x[:, :9].unflatten(1, (3, 3)).sum(2).argmax(1)


def train(
    model: nn.Module,
    monitor: Monitor | None,
    optimizer: torch.optim.Optimizer,
    steps: int = 60,
    backward: Callable[[Tensor], None] = Tensor.backward,
) -> nn.Module:
    """The plain loop; `monitor` may be there or not."""
    for x, y in batches(steps):
        loss = functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        backward(loss)
        optimizer.step()
        if monitor is not None:
            monitor.step(loss)
    return model


def monitored(model: nn.Module, path: Path, steps: int = 60, every: int = 10, **given: object) -> RunLog:
    """The log of a short training of the model."""
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 1e-3)
    with Monitor(model, optimizer, path, every, **given) as m:  # type: ignore[arg-type]
        train(model, m, optimizer, steps)
    return log(path)


def log(path: Path) -> RunLog:
    """The one run of a log."""
    (run,) = read(path)
    assert not isinstance(run, Refused), run.reason
    return run


def of_layer(run: RunLog, about: str) -> dict[str, list[float]]:
    """The series of a layer, by name."""
    return {series.name: series.values.tolist() for series in run.series if series.about == about}
