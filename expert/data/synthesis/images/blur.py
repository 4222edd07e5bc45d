"""A Gaussian blur, as wide as takes the sharpness of the training pictures to that of the test pictures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expert.data.synthesis.pictures import noise
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray

_WIDTHS = (0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0)


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """The widths whose fine detail comes nearest to that of the test pictures; nothing where those are no blurrier."""
    wanted = float(np.median(noise(test)))
    if wanted >= 0.97 * float(np.median(noise(train))):
        return
    left = [float(np.median(noise(_blurred(train, width)))) for width in _WIDTHS]
    nearest = np.argsort(np.abs(np.log(np.array(left) + 1e-6) - np.log(wanted + 1e-6)))[:3]
    for n in sorted(nearest):
        yield _blurring(_WIDTHS[n])


def _blurring(width: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        return _blurred(images, width)

    code = f"image = ndimage.gaussian_filter(image, ({width:g}, {width:g}, 0))"
    near = (round(width * 0.85, 3), round(width * 1.18, 3))
    return Transform("blur", f"Gaussian blur of {width:.2g} pixels", code, change, near=lambda: map(_blurring, near))


def _blurred(images: FloatArray, width: float) -> FloatArray:
    from scipy import ndimage

    blurred: FloatArray = ndimage.gaussian_filter(images, (0, width, width, 0))
    return blurred
