"""Sharper edges: what a blur takes away, added (an unsharp mask)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expert.data.synthesis.pictures import noise
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray

_AMOUNTS = (0.3, 0.7, 1.5)


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """A few amounts, where the test pictures have more fine detail."""
    if float(np.median(noise(test))) > 1.03 * float(np.median(noise(train))):
        yield from map(_sharpened, _AMOUNTS)


def _sharpened(amount: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        from scipy import ndimage

        blurred: FloatArray = ndimage.gaussian_filter(images, (0, 1, 1, 0))
        return (images + amount * (images - blurred)).clip(0, 1)

    code = f"image = (image + {amount:.3g} * (image - ndimage.gaussian_filter(image, (1, 1, 0)))).clip(0, 1)"
    near = (amount * 0.8, amount * 1.25)
    says = f"sharpening by an unsharp mask of {amount:.2g}"
    return Transform("sharpening", says, code, change, near=lambda: map(_sharpened, near))
