"""More or less contrast about the mean of each picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expert.data.synthesis.pictures import contrast
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """The factor between the mean contrasts."""
    before, after = float(contrast(train).mean()), float(contrast(test).mean())
    if before > 1e-3:
        yield _contrasted(after / before)


def _contrasted(factor: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        mean = images.mean(axis=(1, 2, 3), keepdims=True)
        changed: FloatArray = (mean + factor * (images - mean)).clip(0, 1)
        return changed

    code = f"image = (image.mean() + {factor:.3g} * (image - image.mean())).clip(0, 1)"
    near = (factor * 0.93, factor * 1.07)
    return Transform("contrast", f"contrast times {factor:.2g}", code, change, near=lambda: map(_contrasted, near))
