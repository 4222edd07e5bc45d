"""What the targets of the sampled steps were: their range, or how often each class was one."""

from __future__ import annotations

import torch
from torch import Tensor

from expert.live.sample import Sample, fetch

_ENOUGH = 4096
"""Classes are counted in so many samples of a batch."""
_MOST_CLASSES = 1000


class Targets:
    """Keeps, on their device, the range of targets that are quantities and the counts of targets that are classes."""

    def __init__(self) -> None:
        self._range: tuple[Tensor, Tensor] | None = None
        self._counts: Tensor | None = None

    @torch.no_grad()
    def see(self, sample: Sample, targets: Tensor, output: Tensor | None) -> None:
        """The targets of one step, and what the model gave for them: (samples, classes) where it names classes."""
        found = targets.detach()
        if not found.numel():
            return
        if found.is_floating_point():
            low, high = found.float().aminmax()
            if self._range is not None:
                low, high = torch.minimum(low, self._range[0]), torch.maximum(high, self._range[1])
            self._range = low, high
        elif output is not None and output.ndim == 2 and found.numel() == len(output) and found.dtype != torch.bool:
            classes = output.shape[1]
            if 2 <= classes <= _MOST_CLASSES:
                self._count(sample, found.reshape(-1)[:_ENOUGH], classes)

    def _count(self, sample: Sample, labels: Tensor, classes: int) -> None:
        counts = (labels[:, None] == torch.arange(classes, device=labels.device)).sum(0)
        same = self._counts is not None and self._counts.shape == counts.shape
        self._counts = self._counts + counts if same and self._counts is not None else counts
        sample.put("", "batch_classes", (counts > 0).sum())

    def settings(self) -> dict[str, object]:
        """The range of the targets, or the counts of the classes, as settings of the run."""
        if self._counts is not None:
            return {"class_counts": [int(count) for count in fetch(self._counts)]}
        if self._range is not None:
            low, high = fetch(self._range)
            return {"target_min": low, "target_max": high}
        return {}
