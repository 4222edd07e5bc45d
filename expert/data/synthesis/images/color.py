"""A cast: each channel with a factor and an offset of its own; and colors nearer to gray, or further from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expert.data.synthesis.transform import Transform
from expert.run import FloatArray


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """What gives the channels the means and deviations of the test pictures; nothing for gray pictures."""
    if train.shape[3] != 3:
        return
    factor = test.std(axis=(0, 1, 2)) / np.maximum(train.std(axis=(0, 1, 2)), 1e-3)
    yield _cast(test.mean(axis=(0, 1, 2)) / np.maximum(train.mean(axis=(0, 1, 2)), 1e-3), np.zeros(3))
    yield _cast(np.ones(3), test.mean(axis=(0, 1, 2)) - train.mean(axis=(0, 1, 2)))
    yield _cast(factor, test.mean(axis=(0, 1, 2)) - factor * train.mean(axis=(0, 1, 2)))
    before, after = _chroma(train), _chroma(test)
    if before > 1e-3:
        yield _saturated(after / before)


def _chroma(images: FloatArray) -> float:
    return float(np.abs(images - images.mean(axis=3, keepdims=True)).mean())


def _cast(factor: FloatArray, offset: FloatArray) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        return (images * factor + offset).clip(0, 1)

    factors, offsets = (", ".join(f"{value:.3g}" for value in values) for values in (factor, offset))
    code = f"image = (image * [{factors}] + [{offsets}]).clip(0, 1)"
    return Transform("color", f"red, green, blue times {factors} plus {offsets}", code, change)


def _saturated(factor: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        gray = images.mean(axis=3, keepdims=True)
        changed: FloatArray = (gray + factor * (images - gray)).clip(0, 1)
        return changed

    near = (factor * 0.93, factor * 1.07)
    code = f"gray = image.mean(axis=2, keepdims=True)\nimage = (gray + {factor:.3g} * (image - gray)).clip(0, 1)"
    return Transform("color", f"saturation times {factor:.2g}", code, change, near=lambda: map(_saturated, near))
