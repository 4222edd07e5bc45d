"""Nearer or further: pictures zoomed about their middle, the border drawn out where they shrink."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expert.data.synthesis.transform import Transform
from expert.run import FloatArray

_FACTORS = (0.6, 0.8, 1.25, 1.6)


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """A few factors: which one fits shows in the choice."""
    if min(train.shape[1:3]) >= 4:
        yield from map(_zoomed, _FACTORS)


def _zoomed(factor: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        down, across = (_along(size, factor) for size in images.shape[1:3])
        zoomed: FloatArray = np.einsum("ij,njkc,lk->nilc", down, images, across, optimize=True).clip(0, 1)
        return zoomed

    code = (
        f"scale = np.array([{1 / factor:.4g}, {1 / factor:.4g}, 1])\n"
        "offset = (np.array(image.shape) - 1) / 2 * (1 - scale)\n"
        'image = ndimage.affine_transform(image, scale, offset, mode="nearest").clip(0, 1)'
    )
    near = (factor * 0.95, factor * 1.05)
    return Transform("scale", f"zoom by {factor:.3g}", code, change, near=lambda: map(_zoomed, near))


def _along(size: int, factor: float) -> FloatArray:
    """Cubic splines along one axis as a matrix, as they are linear in the pixels."""
    from scipy import ndimage

    scale = np.array([1 / factor, 1])
    offset = (np.array([size, size]) - 1) / 2 * (1 - scale)
    matrix: FloatArray = ndimage.affine_transform(np.eye(size), scale, offset, mode="nearest")
    return matrix
