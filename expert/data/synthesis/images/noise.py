"""Gaussian noise on each pixel, as much as the test pictures have more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expert.data.synthesis.pictures import noise
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """The noise that is missing to the test's, and less and more, as clipping at black and white hides some of it."""
    missing = float(np.median(noise(test)) ** 2 - np.median(noise(train)) ** 2)
    if missing <= 1e-6:
        return
    for factor in (0.75, 1.0, 1.4):
        yield _noisy(factor * float(np.sqrt(missing)))


def _noisy(sigma: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        return (images + random.normal(0, sigma, images.shape)).clip(0, 1)

    near = (sigma * 0.85, sigma * 1.18)
    code = f"image = (image + random.normal(0, {sigma:.3g}, image.shape)).clip(0, 1)"
    return Transform(
        "noise", f"Gaussian noise of standard deviation {sigma:.2g}", code, change, near=lambda: map(_noisy, near)
    )
