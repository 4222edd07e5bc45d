"""A tone curve: gray values taken to those of the test pictures, from quantile to quantile."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expert.data.synthesis.transform import Transform
from expert.run import FloatArray

_SHARES = (0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1)


def propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    """The curve of all pixels together."""
    before, after = np.quantile(train, _SHARES), np.quantile(test, _SHARES)
    kept = np.flatnonzero(np.diff(before, prepend=-1) > 1e-3)  # np.interp wants values that ascend
    if len(kept) > 1:
        yield _curve(before[kept], after[kept])


def _curve(before: FloatArray, after: FloatArray) -> Transform[FloatArray]:
    def change(images: FloatArray, random: np.random.Generator) -> FloatArray:
        return np.interp(images, before, after)

    x, y = (", ".join(f"{value:.3g}" for value in values) for values in (before, after))
    middle = f"{np.interp(0.5, before, after):.2g}"
    return Transform(
        "tone", f"a tone curve that takes 0.5 to {middle}", f"image = np.interp(image, [{x}], [{y}])", change
    )
