"""Lighter or darker: an offset for each picture, spread as widely as the test pictures are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap

import numpy as np

from expert.data.synthesis.pictures import brightness
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """An offset alone, one that varies from picture to picture, and a factor, which leaves black black."""
    before, after = brightness(train), brightness(test)
    offset = float(after.mean() - before.mean())
    spread = float(np.sqrt(max(0.0, after.var() - before.var())))
    yield _shifted(offset, 0.0)
    if spread > 0.01:
        yield _shifted(offset, spread)
    if before.mean() > 0.01:
        yield _scaled(float(after.mean() / before.mean()))


def _shifted(offset: float, spread: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        return (images + random.normal(offset, spread, (len(images), 1, 1, 1))).clip(0, 1)

    varied = f", varied by {spread:.2g} from picture to picture" if spread else ""
    code = f"image + random.normal({offset:.3g}, {spread:.3g})" if spread else f"image + {offset:.3g}"
    says, code = f"brightness {offset:+.2g}{varied}", f"image = ({code}).clip(0, 1)"
    near = [(offset + step, spread * factor) for step in (-0.02, 0, 0.02) for factor in (0.85, 1, 1.18)]
    return Transform("brightness", says, code, change, near=lambda: starmap(_shifted, near))


def _scaled(factor: float) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        return (images * factor).clip(0, 1)

    code = f"image = (image * {factor:.3g}).clip(0, 1)"
    near = (factor * 0.95, factor * 1.05)
    return Transform("brightness", f"light times {factor:.2g}", code, change, near=lambda: map(_scaled, near))
