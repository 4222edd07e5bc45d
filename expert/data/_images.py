"""Images → a Split: what can be told of each (light, color, sharpness, noise, size, orientation), and a small copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert.data.inputs import Asked
from expert.data.split import PICTURES, DataError, Split, Whole, are_classes, as_class, chosen

SMALL = 16
"""The small copies have so many rows and columns."""
LARGE = 512
"""Of a larger image a middle part of that size is measured."""
READ = 100_000
"""Exact duplicates are looked for among at most so many images of a split."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


class Source(Protocol):
    """Images by their number, and for each the bytes that tell it from others."""

    def __len__(self) -> int: ...

    def __getitem__(self, n: int, /) -> NDArray[np.uint8]: ...

    def key(self, n: int, /) -> bytes:
        """What tells the image from others."""
        ...


def of_images(source: Source, labels: NDArray[Any] | Sequence[str] | None, asked: Asked, name: str) -> Split:
    """The split of images, with labels (n,) if there are any. An image that cannot be opened is named as damaged."""
    total = len(source)
    if labels is not None and len(labels) != total:
        raise DataError(f"{name}: it has {total:,} images and {len(labels):,} labels")
    told: list[dict[str, float]] = []
    small, kept, damaged = [], [], []
    for n in chosen(total, PICTURES):
        try:
            image = source[int(n)]
        except (OSError, ValueError, SyntaxError) as error:
            if isinstance(error, DataError):
                raise
            damaged.append(str(error))
            continue
        told.append(described(image))
        small.append(small_gray(image))
        kept.append(int(n))
    if not kept:
        raise DataError(f"{name}: none of {len(damaged):,} images can be opened; the first: {damaged[0]}")
    rows = np.asarray(kept)
    frame = pl.DataFrame(told, schema=dict.fromkeys(told[0], pl.Float64))
    of_sample, counts, order = _labels(labels, rows, asked)
    notes = []
    if len(rows) + len(damaged) < total:
        notes.append(f"{asked.name}: {len(rows):,} of {total:,} images are opened, drawn at random")
    return Split(
        asked.name,
        name,
        total,
        frame,
        rows,
        {column: _whole(frame[column]) for column in frame.columns},
        lambda _: _keys(source),
        of_sample,
        counts,
        "label" if labels is not None else "",
        images=_Chosen(source, rows),
        pixels=np.stack(small),
        damaged=tuple(damaged),
        order=order,
        notes=tuple(notes),
        is_array=True,
    )


def described(image: NDArray[np.uint8]) -> dict[str, float]:
    """What can be told of an image (height, width, 3) of 0 to 255.

    Light and color are shares of full scale. `sharpness` is the deviation of the Laplacian over that of the image;
    `noise` the deviation of additive noise as Immerkær (1996) estimates it. `upright edges` runs from −1 (all edges
    lie) to 1 (all stand), `slanted edges` likewise from one diagonal to the other (structure tensor).
    """
    height, width = image.shape[:2]
    top, left = max(0, (height - LARGE) // 2), max(0, (width - LARGE) // 2)
    pixels = image[top : top + LARGE, left : left + LARGE].astype(np.float32) / 255
    gray: NDArray[np.float32] = np.asarray(pixels @ _LUMA, np.float32)
    red, green, blue = (float(pixels[..., n].mean()) for n in range(3))
    highest, lowest = pixels.max(axis=2), pixels.min(axis=2)
    deviation = float(gray.std())
    found = {
        "brightness": float(gray.mean()),
        "contrast": deviation,
        "saturation": float(((highest - lowest) / np.maximum(highest, 1e-3)).mean()),
        "red to blue": red - blue,
        "green to others": green - (red + blue) / 2,
        "width": float(width),
        "height": float(height),
        "light above to below": _halves(gray),
        "light left to right": _halves(gray.T),
    }
    return found | _texture(gray, deviation)


def small_gray(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A gray copy of `SMALL` × `SMALL` pixels of 0 to 1, as a vector."""
    from PIL import Image

    gray = Image.fromarray(image).convert("L").resize((SMALL, SMALL), Image.Resampling.BOX)
    return (np.asarray(gray, np.float32) / np.float32(255)).ravel()


def thumbnail(image: NDArray[np.uint8], side: int = 96) -> bytes:
    """The image as the bytes of a small PNG; a tiny one keeps its pixels."""
    from io import BytesIO

    from PIL import Image

    picture = Image.fromarray(image)
    picture.thumbnail((side, side))
    stream = BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _texture(gray: NDArray[np.float32], deviation: float) -> dict[str, float]:
    if min(gray.shape) < 3:
        return {"sharpness": 0.0, "noise": 0.0, "upright edges": 0.0, "slanted edges": 0.0}
    inner = gray[1:-1, 1:-1]
    cross = gray[:-2, 1:-1] + gray[2:, 1:-1] + gray[1:-1, :-2] + gray[1:-1, 2:]
    corners = gray[:-2, :-2] + gray[:-2, 2:] + gray[2:, :-2] + gray[2:, 2:]
    across, along = gray[1:-1, 2:] - gray[1:-1, :-2], gray[2:, 1:-1] - gray[:-2, 1:-1]
    xx, yy, xy = float((across**2).sum()), float((along**2).sum()), float((across * along).sum())
    total = xx + yy + 1e-9
    return {
        "sharpness": float((cross - 4 * inner).std()) / (deviation + 1e-3),
        "noise": float(np.abs(corners - 2 * cross + 4 * inner).mean()) * float(np.sqrt(np.pi / 2)) / 6,
        "upright edges": (xx - yy) / total,
        "slanted edges": 2 * xy / total,
    }


def _halves(gray: NDArray[np.float32]) -> float:
    middle = max(1, len(gray) // 2)
    return float(gray[:middle].mean() - gray[-middle:].mean())


def _labels(
    labels: NDArray[Any] | Sequence[str] | None, rows: NDArray[np.int64], asked: Asked
) -> tuple[pl.Series | None, dict[str, int], pl.Series | None]:
    if labels is None:
        return None, {}, None
    every = pl.Series("label", labels)
    every = every.cast(pl.Float64) if every.dtype.is_numeric() else every.cast(pl.String)
    like = asked.like
    if not (like.classifies if like and like.labels is not None else are_classes(every)):
        return every.gather(rows), {}, None
    every = as_class(every)
    return every.gather(rows), dict(sorted(Counter(every.drop_nulls().to_list()).items())), every.head(PICTURES * 10)


def _whole(values: pl.Series) -> Whole:
    numbers = values.to_numpy()
    of = (float(numbers.min()), float(numbers.max()), float(numbers.mean()), float(numbers.std()))
    return Whole(0.0, values.n_unique(), 0.0, *of)


def _keys(source: Source) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    found, rows = [], []
    for n in chosen(len(source), READ):
        try:
            key = source.key(int(n))
        except OSError:
            continue
        found.append(int.from_bytes(blake2b(key, digest_size=8).digest(), "little"))
        rows.append(int(n))
    return np.asarray(found, np.uint64), np.asarray(rows, np.int64)


class _Chosen:
    """The images that could be opened, by their place in the sample."""

    def __init__(self, source: Source, rows: NDArray[np.int64]) -> None:
        self.source, self.rows = source, rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, n: int) -> NDArray[np.uint8]:
        return self.source[int(self.rows[n])]
