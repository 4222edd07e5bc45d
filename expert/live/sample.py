"""What one step of the training shows: statistics that stay on the device until they are fetched, all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor

Key = tuple[str, str]
"""The layer (empty for the run) and the name of a statistic."""


@dataclass
class Sample:
    """Statistics by layer and name. Tensors are scalars, on whatever device the model lives."""

    tensors: dict[Key, Tensor] = field(default_factory=dict)
    numbers: dict[Key, float] = field(default_factory=dict)

    def put(self, about: str, name: str, value: Tensor | float) -> None:
        """Keep a statistic; what a later pass of the same step gives does not replace it."""
        if isinstance(value, Tensor):
            self.tensors.setdefault((about, name), value)
        else:
            self.numbers.setdefault((about, name), float(value))

    def fetched(self) -> dict[Key, float]:
        """All statistics as numbers."""
        return {**self.numbers, **dict(zip(self.tensors, fetch(self.tensors.values()), strict=True))}


@torch.no_grad()
def fetch(scalars: Iterable[Tensor]) -> list[float]:
    """Scalars on any device as numbers, with one transfer from each device."""
    found = [scalar.detach() for scalar in scalars]
    numbers = [0.0] * len(found)
    by_device: dict[torch.device, list[int]] = {}
    for place, scalar in enumerate(found):
        by_device.setdefault(scalar.device, []).append(place)
    for places in by_device.values():
        row = torch.stack([found[n].reshape(()).to(torch.float32) for n in places]).tolist()
        for place, number in zip(places, row, strict=True):
            numbers[place] = number
    return numbers
