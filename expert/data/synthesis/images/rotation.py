"""Turned pictures: by one angle, or by any up to one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap

import numpy as np

from expert.data.synthesis.transform import Transform
from expert.run import FloatArray

_ANGLES = (-90, -30, -15, 15, 30, 90, 180)
_UP_TO = (15, 45)


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """A few angles: which one fits shows in the choice."""
    if min(train.shape[1:3]) >= 4:
        yield from (_turned(angle, angle) for angle in _ANGLES)
        yield from (_turned(-angle, angle) for angle in _UP_TO)


def _turned(least: float, most: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        from scipy import ndimage

        if least == most:
            turned: FloatArray = ndimage.rotate(images, least, (1, 2), reshape=False, mode="nearest")
            return turned.clip(0, 1)
        angles = random.uniform(least, most, len(images))
        each = (
            ndimage.rotate(image, angle, (0, 1), reshape=False, mode="nearest")
            for image, angle in zip(images, angles, strict=True)
        )
        return np.stack(list(each)).clip(0, 1)

    says = f"rotation by {least:g}°" if least == most else f"rotation by up to {most:g}° either way"
    angle = f"{least:g}" if least == most else f"random.uniform({least:g}, {most:g})"
    code = f'image = ndimage.rotate(image, {angle}, reshape=False, mode="nearest").clip(0, 1)'
    steps = (-5, -2, 2, 5)
    near = [
        (least + s, most + s) if least == most else (least - s, most + s)
        for s in steps
        if least == most or most + s > 0
    ]
    return Transform("rotation", says, code, change, near=lambda: starmap(_turned, near))
