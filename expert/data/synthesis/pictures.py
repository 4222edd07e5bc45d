"""Pictures as arrays (n, height, width, channels) of 0 to 1: what tells them apart, and what may change them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert import rooms
from expert.data._images import described, small_gray
from expert.data.split import Pixels, Split, chosen
from expert.data.synthesis import images
from expert.data.synthesis.search import Subject
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray

_BANDS, _BLOCKS = 8, 6
_FAINT = 1e-5
"""Power below this is that of rounding to 256 levels, and tells nothing."""
_SIDE = 64
"""Of larger pictures the middle is taken, at its own resolution, so that noise and sharpness stay what they are."""
_MOST, _CELLS = 1200, 8_000_000
"""So many pictures of each split take part, and so many values at most."""


def subject(train: Pixels, test: Pixels) -> Subject[FloatArray]:
    """The pictures of two splits; gray ones have one channel."""
    chosen_ = [[pixels[int(n)] for n in chosen(len(pixels), _MOST)] for pixels in (train, test)]
    side = min(_SIDE, *(min(one.shape[:2]) for some in chosen_ for one in some))
    most = max(100, _CELLS // (3 * side * side))
    ours, theirs = (np.stack([_middle(one, side) for one in some[:most]]) / 255 for some in chosen_)
    if all(np.ptp(some, axis=3).max() == 0 for some in (ours, theirs)):
        ours, theirs = ours[..., :1], theirs[..., :1]
    return Subject(ours, theirs, _propose, features, lambda some, places: some[places], as_split, snippet)


def snippet(transforms: Sequence[Transform[FloatArray]]) -> str:
    """The transforms as a function of one picture."""
    lines = [line for one in transforms for line in one.code.splitlines()]
    scipy = ["from scipy import ndimage"] if any("ndimage" in line for line in lines) else []
    return "\n".join(
        [
            "import numpy as np",
            *scipy,
            "",
            "def synthesize(image, random=np.random.default_rng()):  # (height, width, channels), 0 to 1",
            *(f"    {line}" for line in lines),
            "    return image",
        ]
    )


def as_split(pictures: FloatArray, like: Split) -> Split:
    """The pictures as a split."""
    pixels = [as_bytes(one) for one in pictures]
    frame = pl.DataFrame([described(one) for one in pixels]).cast(pl.Float64)
    return replace(like, frame=frame, rows=np.arange(len(pixels)), pixels=np.stack([small_gray(one) for one in pixels]))


def as_bytes(picture: FloatArray) -> NDArray[np.uint8]:
    """One picture as (height, width, 3) of 0 to 255."""
    found = np.rint(255 * picture.clip(0, 1)).astype(np.uint8)
    return np.repeat(found, 3, axis=2) if found.shape[2] == 1 else found


def _middle(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    top, left = ((size - side) // 2 for size in image.shape[:2])
    return image[top : top + side, left : left + side]


def _propose(train: FloatArray, test: FloatArray) -> Iterator[Transform[FloatArray]]:
    for kind in rooms.modules(images.__name__).values():
        yield from kind.propose(train, test)


def gray(images: FloatArray) -> FloatArray:
    """The mean over the channels, (n, height, width)."""
    found: FloatArray = images.mean(axis=3)
    return found


def brightness(images: FloatArray) -> FloatArray:
    """The mean of each picture, (n,)."""
    found: FloatArray = images.mean(axis=(1, 2, 3))
    return found


def contrast(images: FloatArray) -> FloatArray:
    """The standard deviation of the gray values of each picture, (n,)."""
    found: FloatArray = gray(images).std(axis=(1, 2))
    return found


def noise(images: FloatArray) -> FloatArray:
    """The standard deviation of the noise in each picture, (n,). See Immerkær 1996, Fast noise variance estimation."""
    g = gray(images)
    if min(g.shape[1:]) < 3:
        return np.zeros(len(g))
    along = g[:, :, :-2] - 2 * g[:, :, 1:-1] + g[:, :, 2:]
    both = along[:, :-2] - 2 * along[:, 1:-1] + along[:, 2:]
    scale: FloatArray = np.sqrt(np.pi / 2) / 6 * np.abs(both).mean(axis=(1, 2)) * np.sqrt(images.shape[3])
    return scale


def features(images: FloatArray) -> FloatArray:
    """(n, k) numbers of each picture in which transforms show."""
    g = gray(images)
    down, across = np.gradient(g, axis=(1, 2))
    energy = (down**2 + across**2).mean(axis=(1, 2)) + _FAINT
    direction = np.stack([(across**2 - down**2).mean(axis=(1, 2)), 2 * (across * down).mean(axis=(1, 2))], axis=1)
    columns = [
        brightness(images),
        contrast(images),
        noise(images),
        np.log(energy),
        *(direction / energy[:, None]).T,
        *images.mean(axis=(1, 2)).T,
        *_casts(images).T,
        *images.std(axis=(1, 2)).T,
        images.min(axis=(1, 2, 3)),
        images.max(axis=(1, 2, 3)),
    ]
    return np.concatenate([np.stack(columns, axis=1), _spectrum(g), _blocks(g)], axis=1)


def _casts(images: FloatArray) -> FloatArray:
    """How much brighter each channel is than all together, as logarithms, (n, channels)."""
    found: FloatArray = np.log(images.mean(axis=(1, 2)) + 1e-3) - np.log(brightness(images) + 1e-3)[:, None]
    return found


def _spectrum(g: FloatArray) -> FloatArray:
    """The logarithm of the mean power in rings of spatial frequency, (n, bands)."""
    power = np.abs(np.fft.fft2(g - g.mean(axis=(1, 2), keepdims=True))) ** 2
    radius = np.hypot(np.fft.fftfreq(g.shape[1])[:, None], np.fft.fftfreq(g.shape[2])[None])
    ring = np.minimum((radius / 0.5 * _BANDS).astype(int), _BANDS - 1)
    rings = [power[:, ring == n].mean(axis=1) for n in range(_BANDS) if (ring == n).any()]
    found: FloatArray = np.log(np.stack(rings, axis=1) / g[0].size + _FAINT)
    return found


def _blocks(g: FloatArray) -> FloatArray:
    """Block means on a coarse grid, (n, cells)."""
    down, across = (np.linspace(0, size, min(size, _BLOCKS) + 1).astype(int)[:-1] for size in g.shape[1:])
    sums = np.add.reduceat(np.add.reduceat(g, down, axis=1), across, axis=2)
    sizes = np.outer(np.diff([*down, g.shape[1]]), np.diff([*across, g.shape[2]]))
    found: FloatArray = (sums / sizes).reshape(len(g), -1)
    return found
